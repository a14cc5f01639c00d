"""Text is fitted by steps, broken with care, and never cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.certificates import samples
from app.certificates.errors import TextTooLongError
from app.certificates.fitting import list_fields
from app.certificates.layouts import MM_A_POINT, PADDING_MM, Cell, Step, fit, lay_out, wrap
from tests.unit.certificates.people import full_record

SELECTOR = "\U000e0103"


def square(text: str) -> float:
    """Every character one em wide, selectors none."""
    return float(sum(not "\U000e0100" <= c <= "\U000e01ef" for c in text))


def cell(characters: float, *steps: Step) -> Cell:
    """Room for so many characters of 10 pt on a line."""
    return Cell(characters * 10 * MM_A_POINT + PADDING_MM + 1e-6, steps or (Step(10), Step(5), Step(5, 2)))


def test_the_largest_step_that_holds_it():
    assert fit("f", "あ" * 4, cell(4), square).size_pt == 10
    assert fit("f", "あ" * 5, cell(4), square).size_pt == 5


def test_then_more_lines():
    fitted = fit("f", "あ" * 16, cell(4), square)
    assert fitted.lines == ("あ" * 8, "あ" * 8)


def test_then_it_is_refused_and_only_the_field_is_named():
    with pytest.raises(TextTooLongError) as caught:
        fit("p0.name", "あ" * 17, cell(4), square)
    assert str(caught.value) == caught.value.field == "p0.name"


def test_a_line_is_broken_at_a_blank():
    assert wrap("ああああ　いいいい", 6, square) == ("ああああ", "いいいい")
    assert wrap("あ　いいいいいいい", 6, square) == ("あ　いいいい", "いいい")  # a blank too far back is not used


def test_a_selector_stays_with_its_character():
    text = f"あああ葛{SELECTOR}い"
    assert wrap(text, 3, square) == ("あああ", f"葛{SELECTOR}い")
    assert wrap(text, 4, square) == (f"あああ葛{SELECTOR}", "い")


def test_a_closing_mark_begins_no_line():
    assert wrap("あああ（いい）う", 6, square) == ("あああ（い", "い）う")


def test_a_number_is_not_torn_apart():
    assert wrap("あああ12345い", 6, square) == ("あああ", "12345い")
    assert wrap("1234567", 4, square) == ("1234", "567")  # unless there is no other way


def test_lines_are_evened_out_when_the_last_one_would_be_short():
    fitted = fit("f", "あ" * 9, cell(4), square)
    assert [len(line) for line in fitted.lines] == [5, 4]


def test_a_character_wider_than_the_line_fits_nowhere():
    assert wrap("あ", 0.5, square) is None


@settings(max_examples=150, deadline=None)
@given(st.text("あ葛a1　 （）" + SELECTOR, max_size=60), st.integers(3, 20))
def test_nothing_is_lost_and_nothing_is_too_wide(text, width):
    text = text.strip("　 ")
    lines = wrap(text, width, square)
    assert lines is not None
    assert all(square(line) <= width for line in lines)
    bare = str.maketrans("", "", "　 ")
    assert "".join(lines).translate(bare) == text.translate(bare)


@pytest.mark.parametrize("form", ["household", "individual"])
def test_every_field_of_a_person_has_a_cell(form):
    names = {name for name, _text, _cell in list_fields(full_record(4, form))}
    assert {"p0.name", "p0.register_head", "p3.nationality", "p3.residence_expiry", "address", "attestation"} <= names
    assert "p0.nationality" not in names


def test_a_whole_document_is_laid_out():
    laid_out = lay_out(list_fields(samples.sample("seal_registration")), square)
    assert laid_out["name"].size_pt == 17
    assert laid_out["attestation"].lines == ("この写しは、登録された印影と相違ないことを証明する。",)
