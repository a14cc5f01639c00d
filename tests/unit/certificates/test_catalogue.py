"""The catalogue is complete: every kind has what the rest of the house looks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.certificates import documents, samples
from app.certificates.catalogue import KINDS, UnknownKindError, add, get_kind
from app.certificates.storing import from_json, to_json
from app.municipalities import kinds as names
from app.municipalities.ordinances import text_keys

TEMPLATES = Path(documents.__file__).parents[2] / "templates" / "certificates"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_whole(kind):
    assert (TEMPLATES / kind.template).is_file()
    document = samples.sample(kind.code)
    assert type(document) is kind.document
    assert document.kind == kind.code
    assert from_json(to_json(document)) == document
    assert kind.attestations
    assert {*kind.attestations, kind.note} <= set(text_keys())
    assert all(key.startswith(f"{kind.code}.") for key in kind.attestations)
    assert all(rule.source for rule in kind.rules)


def test_options_have_names():
    """A code means the same item in every kind; within a kind no two items are called the same."""
    every = {option for kind in KINDS.values() for option in kind.options}
    assert len({option.code for option in every}) == len(every)
    for kind in KINDS.values():
        assert len({option.japanese for option in kind.options}) == len(kind.options)


def test_an_unknown_code():
    with pytest.raises(UnknownKindError):
        get_kind("nothing")


def test_a_code_and_a_document_belong_to_one_kind():
    taken = KINDS["resident_record"]
    with pytest.raises(ValueError, match="resident_record"):
        add(taken)
    with pytest.raises(ValueError, match="another"):
        add(replace(taken, code="another"))  # its documents would be read back as another kind's
    assert "another" not in KINDS
    assert names.find_code("another") is None


def test_the_rooms_below_know_every_kind_by_code_and_title():
    assert [name.code for name in names.list_names()] == list(KINDS)
    for kind in KINDS.values():
        assert names.find_code(kind.code) == names.find_code(kind.title) == kind.code
    assert names.find_code("") is None
