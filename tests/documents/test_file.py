"""What the file itself says, beside what is drawn: how to print it, its language, its fonts, and nothing more."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
import weasyprint.pdf.fonts
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import StreamObject

from app.certificates import samples, typeface
from app.certificates.catalogue import KINDS
from app.certificates.errors import RenderingError
from app.certificates.pictures import to_image
from app.certificates.rendering import TEMPLATES, Renderer

A4 = (595.28, 841.89)


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def reader(renderer: Renderer, kind: str) -> PdfReader:
    return PdfReader(io.BytesIO(renderer.render(samples.sample(kind)).pdf), strict=True)


def test_a_print_dialogue_does_not_scale_it(reader: PdfReader) -> None:
    """ISO 32000-1, 12.2: a seal is certified at its true size."""
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/PrintScaling"] == "/None"
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.01)
        assert "/UserUnit" not in page
        assert "/Rotate" not in page


def test_its_language(reader: PdfReader) -> None:
    assert reader.trailer["/Root"]["/Lang"] == "ja"


def test_nobody_is_named_outside_of_the_page(reader: PdfReader, kind: str) -> None:
    title = samples.sample(kind).certification.title
    assert dict(reader.metadata) == {"/Producer": "WeasyPrint 70.0", "/Title": title}
    assert {outline["/Title"] for outline in reader.outline} <= {title}
    assert set(reader.trailer["/Root"]) <= {"/Type", "/Pages", "/Outlines", "/Lang", "/ViewerPreferences"}


def test_nothing_in_it_acts_or_hides(reader: PdfReader) -> None:
    for page in reader.pages:
        assert set(page) <= {"/Type", "/Parent", "/MediaBox", "/TrimBox", "/BleedBox", "/Contents", "/Resources"}


def font_files(reader: PdfReader) -> Iterator[StreamObject]:
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            yield descendant.get_object()["/FontDescriptor"]["/FontFile2"]


def test_its_font_is_embedded_with_what_is_drawn_and_no_more(reader: PdfReader) -> None:
    (file,) = {id(file): file for file in font_files(reader)}.values()
    font = TTFont(io.BytesIO(file.get_data()))
    used = {
        glyph
        for name in font.getGlyphOrder()
        if (glyph := font.getGlyphID(name)) and font["glyf"][name].numberOfContours
    }
    drawn = set("".join(typeface.drawn(page.extract_text()) for page in reader.pages))
    assert 30 < len(used) < len(drawn) * 1.5  # with forms that a layout might put in their place
    assert len(file.get_data()) < typeface.FONT_PATH.stat().st_size / 20


def test_a_slow_subsetter_gives_no_sheet(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Debian's libharfbuzz-subset0 WeasyPrint falls back to fontTools, three times slower, with a warning."""
    monkeypatch.setattr(weasyprint.pdf.fonts, "harfbuzz_subset", None)
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "warnings"


def test_the_fast_subsetter_is_the_one_that_is_used(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    subset = weasyprint.pdf.fonts.Font._harfbuzz_subset
    monkeypatch.setattr(
        weasyprint.pdf.fonts.Font, "_harfbuzz_subset", lambda *given: calls.append(given) or subset(*given)
    )
    renderer.render(samples.sample("seal_registration"))
    assert len(calls) == 1


@pytest.mark.parametrize("package", ["weasyprint", "pydyf", "pypdf", "pypdfium2", "pillow", "uharfbuzz"])
def test_what_lays_out_and_reads_is_pinned_exactly(package: str) -> None:
    lines = Path("requirements.in").read_text(encoding="utf-8").lower().splitlines()
    assert f"{package}=={metadata.version(package)}" in lines


def test_the_same_document_gives_the_same_file(renderer: Renderer) -> None:
    document = samples.sample("resident_record")
    assert renderer.render(document).pdf == renderer.render(document).pdf


def test_two_other_programs_find_nothing_wrong(renderer: Renderer, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(renderer.render(samples.sample(kind)).pdf)
    assert b"No syntax" in subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=True).stdout
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert [line.split()[0].partition("+")[2] for line in fonts] == ["IPAmjMincho"]
    assert all("yes yes yes" in line for line in fonts)  # embedded, a subset, with a map to Unicode


def test_a_town_may_keep_a_template_and_its_style_elsewhere(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that is added at run time needs no file of ours to change."""
    usual = KINDS["seal_registration"]
    template = tmp_path / "own.html"
    template.write_text((TEMPLATES / usual.template).read_text(encoding="utf-8"), encoding="utf-8")
    drawn = to_image(renderer.render(samples.sample(usual.code)).pdf)
    monkeypatch.setitem(KINDS, usual.code, replace(usual, template=str(template)))
    assert to_image(renderer.render(samples.sample(usual.code)).pdf) == drawn
    template.with_suffix(".css").write_text("th { background: #000 }", encoding="utf-8")
    assert to_image(renderer.render(samples.sample(usual.code)).pdf) != drawn
