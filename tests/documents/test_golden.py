"""Every sheet looks as it did when it was last looked at. What shall look otherwise is drawn anew and reviewed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.rendering import Renderer
from tests.documents import pictures
from tests.documents.scenes import list_scenes

SCENES = list_scenes()
EDGE = 64  # of 255: how far one dot may differ where an edge was smoothed otherwise
MOST_EDGES = 20  # dots of two million that may differ by more


def differing(one: Image.Image, other: Image.Image) -> int:
    """Dots that differ by more than smoothing explains."""
    return sum(ImageChops.difference(one, other).histogram()[EDGE + 1 :])


@pytest.mark.parametrize("scene", SCENES)
def test_a_sheet_looks_as_reviewed(renderer: Renderer, scene: str, tmp_path: Path) -> None:
    for page, drawn in enumerate(pictures.draw(renderer, SCENES[scene]), start=1):
        file = pictures.GOLDEN / pictures.name_of(scene, page)
        assert file.is_file(), f"{file.name} is missing: run {pictures.COMMAND}, and look at it before it is committed"
        golden = Image.open(file).convert("L")
        assert drawn.size == golden.size
        if (count := differing(drawn, golden)) > MOST_EDGES:
            new = tmp_path / file.name
            drawn.save(new)
            pytest.fail(f"{file.name}: {count} dots differ, see {new}; if it shall look so: {pictures.COMMAND}")


def test_the_comparison_sees_one_digit(renderer: Renderer) -> None:
    document = samples.sample("seal_registration")
    assert "3月9日" in document.birth_date
    (usual,) = pictures.draw(renderer, document)
    (other,) = pictures.draw(renderer, replace(document, birth_date=document.birth_date.replace("3月9日", "3月8日")))
    assert differing(usual, usual.copy()) == 0
    assert differing(usual, other) > MOST_EDGES
    assert differing(usual, ImageChops.offset(usual, 1, 0)) > MOST_EDGES


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.png")}


def test_no_picture_without_a_sheet_and_no_sheet_without_a_picture() -> None:
    wanted = {
        pictures.name_of(scene, page) for scene, document in SCENES.items() for page in range(1, document.sheets + 1)
    }
    assert names(pictures.GOLDEN) == names(pictures.SHOWN) == wanted


def test_the_page_with_the_pictures_lists_them_all() -> None:
    assert (pictures.SHOWN / "README.md").read_text(encoding="utf-8") == pictures.describe()
    assert set(KINDS) <= set(SCENES)
