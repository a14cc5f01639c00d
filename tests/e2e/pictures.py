"""`script/screens`: a picture of every screen, upright and wide, small enough to live beside the documentation."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.e2e.chromium import open_browser
from tests.e2e.looking import UPRIGHT, WIDE, put_on
from tests.e2e.terminals import TERMINALS, Terminal, make_slow
from tests.e2e.tour import SCREENS, Tour
from tests.journey.installation import make_demo, running

RESIDENTS, CARDS_PER_TOWN = 600, 4
SMALLER = 2
COLOURS = 160


def save(picture: bytes, file: Path) -> None:
    """Half the size, few colours, nothing in it but the picture."""
    full = Image.open(io.BytesIO(picture)).convert("RGB")
    half = full.resize((full.width // SMALLER, full.height // SMALLER), Image.Resampling.LANCZOS)
    half.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def take(folder: Path, language: str) -> None:
    """Make a demo, run it, and walk past every screen with a camera."""

    def look(page: Page, name: str) -> None:
        for panel in (UPRIGHT, WIDE):
            put_on(page, panel)
            save(page.screenshot(animations="disabled"), folder / f"{panel.name}-{name}.png")
        put_on(page, UPRIGHT)
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as home, open_browser() as browser:
        demo = make_demo(Path(home) / "home", RESIDENTS, CARDS_PER_TOWN)
        with running(demo, TERMINALS) as installation:
            make_slow(installation, Terminal.SLOW)
            Tour(browser, installation, look, language).walk()


def main(folder: Path, language: str) -> None:
    """Take them all, then remove pictures of screens that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    take(folder, language)
    for panel in (UPRIGHT, WIDE):
        known = {f"{panel.name}-{name}.png" for name in SCREENS}
        for file in folder.glob(f"{panel.name}-*.png"):
            if file.name not in known:
                file.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
