"""Every name comes back from the file as it was written, whichever library reads it: code point by code point."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pydyf
import pypdfium2
import pytest
from pypdf import PdfReader

from app.certificates import extraction, samples, typeface
from app.certificates.errors import RenderingError
from app.certificates.reading import read_pdf
from app.certificates.rendering import Renderer

# Of each pair the second has the selector of a form; of the first ten it is the form that the bare character has too,
# so that both share a glyph.
BASES = "葛辻榊飴逢溢鰯餌堰鴎"
SELECTORS = [chr(0xE0100 + number) for number in range(2, 32)]


def twins() -> list[str]:
    """Ten times two spellings with one glyph."""
    found = []
    for base in (*BASES, *map(chr, range(0x4E00, 0x9FA0))):
        glyph = typeface.pieces(base)[0][0]
        spelled = [base + s for s in SELECTORS if not typeface.find_missing(base + s)]
        found += [(base, other) for other in spelled if typeface.pieces(other)[0][0] == glyph][:1]
        if len(found) == 10:
            return [name for pair in found for name in pair]
    raise AssertionError("the typeface has changed")


def by_pypdf(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf), strict=True).pages)


def by_pdfium(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_poppler(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


READERS = [by_pypdf, by_pdfium, by_poppler]
STRESS = [f"{name}　第{number:02d}" for number, name in enumerate(twins())]
OTHERS = [
    "葛\U000e0102城　一",
    "𠮷田　𣘺",
    "髙﨑　德",
    "𛀁つ　𛂞る",
    "渡邉\U000e0110　齋\U000e0102",
    "MIHON SARAH ANNE",
]


def record_of(names: list[str]) -> samples.Document:
    record = samples.sample("resident_record", len(names))
    persons = zip(record.persons, names, strict=True)
    return replace(record, persons=tuple(replace(person, name=name) for person, name in persons))


@pytest.fixture(scope="module")
def stress(renderer: Renderer) -> bytes:
    return renderer.render(record_of(STRESS)).pdf


@pytest.fixture(scope="module")
def others(renderer: Renderer) -> bytes:
    return renderer.render(record_of(OTHERS)).pdf


def missing(names: list[str], text: str) -> list[str]:
    """A name with a selector too many or too few is not found: what follows it is part of the name."""
    squeezed = "".join(text.split())
    return [name for name in names if "".join(name.split()) not in squeezed]


def test_both_spellings_share_a_glyph() -> None:
    names = twins()
    assert len(set(names)) == 20
    assert len({typeface.drawn(name) for name in names}) == 10


@pytest.mark.parametrize("read", READERS)
def test_twenty_names_in_both_spellings(stress: bytes, read: Callable[[bytes], str]) -> None:
    assert missing(STRESS, read(stress)) == []


@pytest.mark.parametrize("read", READERS)
def test_selectors_and_far_planes(others: bytes, read: Callable[[bytes], str]) -> None:
    assert missing(OTHERS, read(others)) == []


def test_the_glyphs_are_those_of_the_typeface(stress: bytes) -> None:
    drawn = "".join(page.drawn for page in read_pdf(stress))
    assert all(typeface.drawn(name) in drawn for name in STRESS)


def test_a_second_spelling_changes_no_dot_of_the_picture(renderer: Renderer) -> None:
    """Codes above the font's glyphs lead to the same glyphs: both sheets look alike."""
    bare, selected = twins()[:2]
    assert picture(renderer.render(record_of([bare, bare])).pdf) == picture(
        renderer.render(record_of([bare, selected])).pdf
    )


def picture(pdf: bytes) -> bytes:
    return bytes(pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().tobytes())


def test_qpdf_and_poppler_have_nothing_to_say(stress: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(stress)
    for command in (["qpdf", "--check"], ["pdffonts"], ["pdftoppm", "-r", "40", "-png"]):
        done = subprocess.run([*command, str(file)], capture_output=True, check=True)
        assert done.stderr == b""


class Box:
    """A line of text as the layout has it."""

    def __init__(self, text: str, x: float = 1.0, y: float = 2.0) -> None:
        self.text, self.position_x, self.position_y, self.baseline = text, x, y, 0.0

    def descendants(self, *, placeholders: bool) -> list[Box]:
        assert placeholders
        return [self]


def one_page(*operations: bytes) -> pydyf.PDF:
    pdf = pydyf.PDF()
    contents = pydyf.Stream(list(operations))
    pdf.add_object(contents)
    pdf.add_page(pydyf.Dictionary({"Type": "/Page", "Contents": contents.reference}))
    return pdf


GLYPH = b"%04x" % typeface.pieces("葛")[0][0]


@pytest.mark.parametrize(
    ("box", "operations"),
    [
        (Box("葛"), [b"1 0 0 -1 1 2 Tm", b"[<0005>] TJ"]),  # another glyph
        (Box("葛"), [b"1 0 0 -1 9 9 Tm", b"[<" + GLYPH + b">] TJ"]),  # elsewhere
        (Box("葛城"), [b"1 0 0 -1 1 2 Tm", b"[<" + GLYPH + b">] TJ"]),  # less than the text
        (Box("葛"), [b"1 0 0 -1 1 2 Tm", b"[<" + GLYPH * 2 + b">] TJ"]),  # more
        (Box("葛"), []),  # nothing
        (Box("葛"), [b"1 0 0 -1 1 2 Tm", b"[<" + GLYPH + b">] TJ"]),  # as it should be, but without a font
    ],
)
def test_what_is_not_as_laid_out_stops_the_sheet(box: Box, operations: list[bytes]) -> None:
    with pytest.raises(RenderingError):
        extraction.name_every_text([box], one_page(*operations))
