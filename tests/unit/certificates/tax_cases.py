"""Cases of the tax certificates: the invented taxpayer, but for what a test names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.certificates import composing, eligibility, samples
from app.certificates.documents import Document
from app.certificates.kind import Case, Record
from app.clock import JST
from app.municipalities.ordinances import Fee
from tests.unit.certificates.people import Mayor

AT = samples.AT  # 15 January 2026: the newest fiscal year is 2025


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=JST)


def tax_case(
    kind: str, record: Record | None | str = "sample", picks: Iterable[str] = (), at: datetime = AT, **switches: str
) -> Case:
    """The sample's case with another record, other picks, at another instant, in a town with these switches."""
    usual = samples.sample_case(kind)
    return replace(
        usual,
        record=usual.record if record == "sample" else record,
        request=replace(usual.request, picks=tuple(picks), at=at),
        ordinance=replace(usual.ordinance, switches=switches),
    )


def refusal(*args: Any, **changes: Any) -> tuple[str, str] | None:
    """Rule and class that a case is refused by."""
    found = eligibility.decide(tax_case(*args, **changes))
    return None if found is None else (found.rule, found.message_class.value)


def made(case: Case) -> Document:
    """The document, as the service makes it; unnumbered."""
    certification = composing.certify(
        case.kind, case.kind.wording_of(case), case.ordinance, Mayor(seal_png=_SEAL), case.today
    )
    return case.kind.build(case, certification, {})


def with_fee(case: Case, yen: int, per: int | None = None, is_together: bool = False) -> Case:
    return replace(case, fee=Fee(yen, per, is_together))


_SEAL = samples.square_seal(("見本市", "長之印"))
