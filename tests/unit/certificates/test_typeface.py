"""The typeface is asked for pairs of character and selector, not only for characters."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from app.certificates.typeface import (
    FONT_PATH,
    POSTSCRIPT_NAME,
    clusters,
    drawn,
    find_missing,
    glyph_count,
    glyph_width,
    measure,
    pieces,
)

E0100, E0102, E0103 = "\U000e0100", "\U000e0102", "\U000e0103"


@pytest.mark.parametrize(
    "text", ["葛城", f"葛{E0103}城", f"辻{E0102}", "𠮷田", "𣘺本", "髙﨑", "ｶ", "SILVA MARIA", "𛀁つ", "　"]
)
def test_what_the_typeface_has(text):
    assert find_missing(text) == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (f"葛{E0100}城", (f"葛{E0100}",)),  # a selector of another collection: would print the default form, silently
        (f"辻{E0100}", (f"辻{E0100}",)),
        ("一\U0001f600二", ("\U0001f600",)),
        ("㋿", ("㋿",)),
        (E0102, (E0102,)),  # a selector on its own
        (f"葛{E0102}{E0103}", (f"葛{E0102}{E0103}",)),
        ("a\nb", ("\n",)),
        ("a\u202eb", ("\u202e",)),
    ],
)
def test_what_it_does_not_have(text, missing):
    assert find_missing(text) == missing


def test_clusters_keep_selectors_with_their_base():
    assert list(clusters(f"葛{E0103}城")) == [f"葛{E0103}", "城"]


def test_width_in_em():
    assert measure("葛城") == 2.0
    assert measure(f"葛{E0103}城") == 2.0
    assert 0 < measure("i") < 1
    assert measure("") == 0


def test_two_spellings_of_the_same_ink():
    """葛 alone and with E0103 share a glyph in this typeface; with E0102 it is another form."""
    assert drawn("葛") == drawn(f"葛{E0103}") != drawn(f"葛{E0102}")


def test_blanks_draw_nothing():
    assert drawn("葛　城 ") == drawn("葛城")
    assert drawn("") == drawn("　") == ""


def test_every_glyph_with_its_own_characters():
    text = f"葛{E0103}城 𠮷野 MIHON"
    assert "".join(piece for _, piece in pieces(text)) == text
    assert [piece for _, piece in pieces(f"葛{E0103}葛城")] == [f"葛{E0103}", "葛", "城"]
    assert pieces(f"葛{E0103}")[0][0] == pieces("葛")[0][0] < glyph_count()
    assert pieces("") == ()


def test_widths_of_glyphs():
    assert glyph_width(pieces("葛")[0][0]) == 1000
    assert glyph_width(pieces("i")[0][0]) == round(measure("i") * 1000)


def test_its_name_is_that_of_the_installed_file():
    assert TTFont(FONT_PATH)["name"].getDebugName(6) == POSTSCRIPT_NAME
