import io

import pytest
from PIL import Image, ImageDraw, ImageFile

from app.residents.imprints import read_imprint
from app.residents.values import CellError


def png(side=354, dpi=600, mode="1", ink=0, form="PNG"):
    image = Image.new(mode, (side, side), 255 if mode == "L" else 1 if mode == "1" else "white")
    ImageDraw.Draw(image).ellipse((5, 5, side - 5, side - 5), outline=ink, width=6)
    kept = io.BytesIO()
    image.save(kept, form, **({"dpi": (dpi, dpi)} if dpi else {}))
    return kept.getvalue()


def test_the_size_follows_from_the_resolution():
    imprint = read_imprint(png(), None, None)
    assert imprint.width_mm == imprint.height_mm == pytest.approx(15, abs=0.05)
    assert imprint.png == png()


def test_the_size_may_be_stated_and_must_then_agree():
    assert read_imprint(png(dpi=0), 12.5, 13.0).height_mm == 13.0
    assert read_imprint(png(), 15.1, 15.0).width_mm == 15.1
    with pytest.raises(CellError, match="contradict"):
        read_imprint(png(), 18.0, 15.0)
    with pytest.raises(CellError, match="not known"):
        read_imprint(png(dpi=0), None, None)


@pytest.mark.parametrize(("side", "allowed"), [(188, False), (190, True), (590, True), (592, False)])
def test_larger_than_8_mm_and_at_most_25(side, allowed):
    if allowed:
        assert read_imprint(png(side), None, None)
    else:
        with pytest.raises(CellError, match="8 mm"):
            read_imprint(png(side), None, None)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", "readable PNG"),
        (b"\x89PNG\r\n\x1a\n and no more", "readable PNG"),
        (png()[:300], "readable PNG"),
        (png(mode="1", form="BMP"), "readable PNG"),
        (png(mode="RGB"), "black on white"),
        (png(mode="L", ink=100), "no grey"),
        (png(ink=1), "black and white pixels"),
        (png(side=3100), "3000 pixels"),
        (b"x" * 200_001, "bytes"),
    ],
)
@pytest.mark.parametrize("makes_do_with_half", [False, True])
def test_anything_but_a_black_and_white_png_is_refused(given, reason, makes_do_with_half, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", makes_do_with_half)
    with pytest.raises(CellError, match=reason):
        read_imprint(given, None, None)


def test_grey_mode_with_black_and_white_alone_is_taken():
    assert read_imprint(png(mode="L"), None, None).png == png(mode="L")
