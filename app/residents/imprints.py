"""Registered imprints: a black and white PNG and its true size (8 mm < side ≤ 25 mm, 印鑑登録証明事務処理要領)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from app.residents.values import CellError

LARGER_THAN_MM = 8.0
AT_MOST_MM = 25.0
MM_PER_INCH = 25.4
AGREEMENT_MM = 0.2  # two statements of the same length may differ by this much
MAX_BYTES = 200_000
LAST_CHUNK = b"IEND\xaeB`\x82"  # how every whole PNG ends; Pillow may have been told to make do with half of one
MAX_PIXELS = 3000  # a side of 25 mm at 3,000 dpi


@dataclass(frozen=True)
class Imprint:
    """A checked imprint: the bytes exactly as delivered, and its size on paper."""

    png: bytes
    width_mm: float
    height_mm: float


def complete(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The imprint of a row: from its own column, or from the file that it names beside the CSV.

    :raises CellError: unless it is given in one way, and is a good one.
    """
    named = values["imprint_file"]
    if bool(named) == bool(values["imprint_png"]):
        raise CellError("give the imprint either in the row or as a file beside it")
    png = _read_beside(folder, named) if named else values["imprint_png"]
    imprint = read_imprint(png, values["width_mm"], values["height_mm"])
    size = {"width_mm": imprint.width_mm, "height_mm": imprint.height_mm}
    return {"imprint_png": imprint.png, "imprint_sha256": sha256(imprint.png).hexdigest(), **size}


def read_imprint(png: bytes, width_mm: float | None, height_mm: float | None) -> Imprint:
    """Check an imprint and find its size: from the two lengths, else from the resolution in the file.

    :raises CellError: for anything but a black and white PNG of an allowed and unambiguous size.
    """
    image = _open(png)
    sides = _sides_by_resolution(image)
    width, height = (_agreed(given, found) for given, found in zip((width_mm, height_mm), sides, strict=True))
    if not all(LARGER_THAN_MM < side <= AT_MOST_MM for side in (width, height)):
        raise CellError("the imprint must be larger than 8 mm and at most 25 mm on each side")
    return Imprint(png, width, height)


def _read_beside(folder: Path, name: str) -> bytes:
    """A file in the folder of the CSV or below it; never outside."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise CellError("no such file beside the CSV")
    return path.read_bytes()


def _open(png: bytes) -> Image.Image:
    """The image. Grey tones are refused rather than turned into black or white: an imprint is never altered."""
    if len(png) > MAX_BYTES:
        raise CellError(f"the imprint has more than {MAX_BYTES:,} bytes")
    if not png.endswith(LAST_CHUNK):
        raise CellError("the imprint is not a readable PNG")
    try:
        image: Image.Image = Image.open(io.BytesIO(png), formats=("PNG",))
        if max(image.size) > MAX_PIXELS:
            raise CellError(f"the imprint has more than {MAX_PIXELS} pixels on a side")
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise CellError("the imprint is not a readable PNG") from None
    if image.mode not in {"1", "L"} or "transparency" in image.info:
        raise CellError("the imprint must be black on white, without transparency")
    if {shade for _count, shade in image.getcolors() or []} != {0, 255}:
        raise CellError("the imprint must have black and white pixels and no grey")
    return image


def _sides_by_resolution(image: Image.Image) -> tuple[float | None, float | None]:
    """Width and height in mm by the pHYs chunk; None without one."""
    across, down = image.info.get("dpi", (0, 0))
    if across <= 0 or down <= 0:
        return None, None
    return round(image.width / across * MM_PER_INCH, 3), round(image.height / down * MM_PER_INCH, 3)


def _agreed(given: float | None, found: float | None) -> float:
    """The stated length; the file's where none is stated."""
    if given is None:
        if found is None:
            raise CellError("the size of the imprint is not known: give width and height, or a resolution in the PNG")
        return found
    if found is not None and abs(given - found) > AGREEMENT_MM:
        raise CellError("the stated size and the resolution in the PNG contradict each other")
    return given
