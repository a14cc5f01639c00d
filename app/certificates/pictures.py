"""Pictures on a sheet, and pictures of a sheet."""

from __future__ import annotations

import hashlib
import io
import threading
from functools import lru_cache

import pypdfium2
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from app.certificates.documents import Picture
from app.certificates.errors import RenderingError, UnreadableSheetError
from app.certificates.typeface import FONT_PATH

MAX_SEAL_MM = 25.0  # 標準仕様書 5.6 for 公印; 印鑑登録証明事務処理要領 for the imprint
PREVIEW_WIDTH = 900
_POINTS_A_INCH = 72
_LAST_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"
_A4_WIDTH_POINTS = 595.28
_PDFIUM = threading.Lock()  # the library may be entered by one thread at a time
SPECIMEN, VOID = "見本", "無効"


def check_picture(picture: Picture) -> None:
    """:raises RenderingError: for a file that is no whole PNG, has no ink, or would be printed larger than 25 mm."""
    if not (0 < picture.width_mm <= MAX_SEAL_MM and 0 < picture.height_mm <= MAX_SEAL_MM):
        raise RenderingError("picture_size")
    if not (is_whole_png(picture.png) and has_ink(picture.png)):
        raise RenderingError("picture")


def is_whole_png(png: bytes) -> bool:
    """Every chunk with its check sum, down to the last. WeasyPrint has Pillow draw what there is of half a file."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError):
        return False
    return png.endswith(_LAST_CHUNK)


def has_ink(png: bytes) -> bool:
    """Whether there is something black in it."""
    return to_ink(png).getextrema()[0] == 0


def to_ink(png: bytes) -> Image.Image:
    """Black and white as printed on white paper."""
    with Image.open(io.BytesIO(png)) as image:
        return flatten(image)


def flatten(image: Image.Image) -> Image.Image:
    """`image` on white, in black and white only."""
    rgba = image.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(paper, rgba).convert("L").point(lambda level: 255 if level > 127 else 0)


def ink_hash(image: Image.Image) -> str:
    """What is printed, whatever the file format: SHA-256 of size and black-and-white pixels, hex."""
    ink = flatten(image)
    return hashlib.sha256(f"{ink.width}x{ink.height}:".encode() + ink.tobytes()).hexdigest()


def picture_hash(picture: Picture) -> str:
    """`ink_hash` of a picture of a document."""
    with Image.open(io.BytesIO(picture.png)) as image:
        return ink_hash(image)


def to_image(pdf: bytes, page: int = 0, dpi: float = 96) -> Image.Image:
    """One page as drawn by pdfium."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return document[page].render(scale=dpi / _POINTS_A_INCH).to_pil().convert("RGB")
        finally:
            document.close()


def count_pages(pdf: bytes) -> int:
    """:raises UnreadableSheetError: for what pdfium cannot open."""
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise UnreadableSheetError("pdfium") from None
        try:
            return len(document)
        finally:
            document.close()


def preview(pdf: bytes, page: int = 0, word: str = SPECIMEN) -> bytes:
    """PNG of a page for a screen, the first one and 見本 across it for a resident's; about 900 pixels wide."""
    image = to_image(pdf, page, dpi=PREVIEW_WIDTH / _A4_WIDTH_POINTS * _POINTS_A_INCH)
    return to_png(mark(image, word))


def mark(image: Image.Image, word: str) -> Image.Image:
    """In grey from corner to corner: what is on a screen must not pass for a certificate when photographed."""
    marked = image.copy()
    marked.paste((120, 120, 120), (0, (image.height - image.width) // 2), _mask(image.width, word))
    return marked


@lru_cache(maxsize=8)  # as long as every sheet has the same width, there is one for each word
def _mask(width: int, word: str) -> Image.Image:
    mask = Image.new("L", (width, width), 0)
    font = ImageFont.truetype(str(FONT_PATH), width // 3)
    ImageDraw.Draw(mask).text((width / 2, width / 2), word, fill=90, font=font, anchor="mm")
    return mask.rotate(35, Image.Resampling.BICUBIC)


def to_png(image: Image.Image) -> bytes:
    """The file."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=3)
    return file.getvalue()
