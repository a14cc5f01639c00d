"""The sheets that are looked at: every kind as it usually comes, with every item on request, and in its other forms."""

from __future__ import annotations

from app.certificates import samples
from app.certificates.catalogue import KINDS
from app.certificates.documents import Document
from app.certificates.kinds.resident_record import INDIVIDUAL_FORM
from app.certificates.kinds.resident_record_items import PENSION, WITHOUT_DETAIL

VARIANTS = {PENSION.code, WITHOUT_DETAIL.code}  # options that say how, not what


def list_scenes() -> dict[str, Document]:
    """By name: the code of the kind, and what is special. A new kind is among them without being told."""
    usual = {code: samples.sample(code) for code in KINDS}
    items = {code: [o.code for o in kind.options if o.code not in VARIANTS] for code, kind in KINDS.items()}
    every_item = {f"{code}-every-item": samples.sample(code, options=asked) for code, asked in items.items() if asked}
    scenes = {
        **usual,
        **every_item,
        "resident_record-five-persons": samples.sample("resident_record", 5),
        "resident_record-individual": samples.sample("resident_record", 1, INDIVIDUAL_FORM),
        "resident_record_items-pension": samples.sample("resident_record_items", options=[PENSION.code]),
    }
    return {name: scenes[name] for code in KINDS for name in scenes if name.partition("-")[0] == code}
