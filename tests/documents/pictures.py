"""`script/certificate-pictures`: what every sheet looks like, for the tests and for the documentation.

`golden/` holds each sheet as it is printed, for `test_golden.py`; docs/certificates/ the same with 見本 across it, to
be looked at. Pictures change only when somebody has run this and has looked at what came out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from app.certificates.catalogue import get_kind
from app.certificates.documents import Document
from app.certificates.pictures import to_image
from app.certificates.rendering import Renderer
from tests.documents.scenes import list_scenes

GOLDEN = Path(__file__).with_name("golden")
SHOWN = Path(__file__).parents[2] / "docs" / "certificates"
COMMAND = "script/certificate-pictures"
GOLDEN_DPI, SHOWN_DPI = 150, 110
GREYS = 16

HEAD = f"""# What the certificates look like

Every kind of the catalogue as it usually comes, with every item on request, and in its other form; the people are
invented. Made by `{COMMAND}`, and each was looked at. How a sheet is made: [pdf.md](../pdf.md).
"""


def name_of(scene: str, page: int) -> str:
    """File name of a page; pages count from 1."""
    return f"{scene}-{page}.png"


def draw(renderer: Renderer, document: Document) -> Iterator[Image.Image]:
    """Each page in grey, as it is compared."""
    sheet = renderer.render(document)
    return (to_image(sheet.pdf, page, GOLDEN_DPI).convert("L") for page in range(sheet.pages))


def show(renderer: Renderer, document: Document) -> Iterator[Image.Image]:
    """Each page as it is shown."""
    sheet = renderer.render(document, specimen=True)
    return (to_image(sheet.pdf, page, SHOWN_DPI).convert("L") for page in range(sheet.pages))


def save(image: Image.Image, file: Path) -> None:
    """Sixteen greys, nothing in it but the picture."""
    image.quantize(GREYS, dither=Image.Dither.NONE).save(file, optimize=True)


def describe() -> str:
    """The page that lists the pictures."""
    parts = [HEAD]
    for scene, document in list_scenes().items():
        code, _, variant = scene.partition("-")
        title = f"{get_kind(code).title} (`{code}`{', ' if variant else ''}{variant.replace('-', ' ')})"
        pages = range(1, document.sheets + 1)
        parts.append(
            f"## {title}\n\n" + "\n".join(f"![{title}, {page}]({name_of(scene, page)})" for page in pages) + "\n"
        )
    return "\n".join(parts)


def take() -> None:
    """Draw everything anew; nothing is thrown away before all is drawn."""
    renderer, pictures = Renderer(), {}
    for scene, document in list_scenes().items():
        for folder, pages in ((GOLDEN, draw(renderer, document)), (SHOWN, show(renderer, document))):
            pictures |= {folder / name_of(scene, page): image for page, image in enumerate(pages, start=1)}
        sys.stdout.write(f"{scene}: {document.sheets} page(s)\n")
    for folder in (GOLDEN, SHOWN):
        folder.mkdir(exist_ok=True)
        for old in set(folder.glob("*.png")) - set(pictures):
            old.unlink()
    for file, image in pictures.items():
        save(image, file)
    (SHOWN / "README.md").write_text(describe(), encoding="utf-8")


if __name__ == "__main__":
    take()
