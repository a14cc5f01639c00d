"""The sheets that are looked at: every kind as it usually comes, with every item on request, and in its other form."""

from __future__ import annotations

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document
from app.certificates.kinds import resident_record


def list_scenes() -> dict[str, Document]:
    """By name. A new kind is among them without being told."""
    usual = {code: samples.sample(code) for code in KINDS}
    every_item = {
        f"{code}-every-item": samples.sample(code, options=[option.code for option in kind.options])
        for code, kind in KINDS.items()
        if kind.options
    }
    individual = samples.sample(resident_record.CODE, 1, resident_record.INDIVIDUAL_FORM)
    return {**usual, **every_item, f"{resident_record.CODE}-individual": individual}
