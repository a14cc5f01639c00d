"""The catalogue is complete: every kind has what the rest of the house looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.certificates import documents, samples, service
from app.certificates.catalogue import KINDS, Option, UnknownKindError, get_kind
from app.municipalities.ordinances import TEXT_KEYS

TEMPLATES = Path(documents.__file__).parents[2] / "templates" / "certificates"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_whole(kind):
    assert (TEMPLATES / kind.template).is_file()
    assert samples.sample(kind.code).kind == kind.code
    assert kind.code in service._BUILDERS
    assert documents.from_json(documents.to_json(samples.sample(kind.code))).kind == kind.code
    assert {*kind.attestations, f"{kind.code}.note"} <= set(TEXT_KEYS)


def test_options_have_names():
    assert len({option.japanese for option in Option}) == len(Option)


def test_an_unknown_code():
    with pytest.raises(UnknownKindError):
        get_kind("nothing")
