"""PURE. 納税証明書: of each tax and year that was picked, what was assessed, what was paid and what is not yet due.

地方税法 20条の10. Priced by the year and the tax. What is overdue is never printed by a machine: a clerk explains it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.certificates.documents import NOTHING, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule, Source
from app.certificates.kinds.tax_forms import (
    NOTE,
    WORD,
    YEN,
    Payer,
    fiscal_year,
    fiscal_year_of,
    newest_year,
    numbered_fields,
    payer_fields,
    payer_of,
    yen,
)
from app.certificates.layouts import Cell, FieldText, one_line
from app.certificates.requests import Choice, MessageClass, Picks, Relation
from app.certificates.wishes import Wish, unasked_picks
from app.residents.tax_facts import TaxPaymentRecord, TaxPaymentYear
from app.residents.tax_vocabularies import Tax
from app.residents.wareki import to_wareki

CODE = "tax_payment"
ROWS_A_SHEET = 15
_TAXES = {tax.value: tax.japanese for tax in Tax}
_ATTESTATION = f"{CODE}.attestation"
_DATE = one_line(8.5, 7.5, 6.5)
_ROW = {
    "fiscal_year": Cell(19, WORD),
    "tax": Cell(46, WORD),
    "assessed": Cell(23, YEN),
    "paid": Cell(23, YEN),
    "not_due": Cell(23, YEN),
    "legal_due_on": Cell(26, _DATE),
    "note": Cell(21, NOTE),
}


@dataclass(frozen=True)
class Payment:
    """One tax of one year."""

    fiscal_year: str
    tax: str
    assessed: str
    paid: str
    not_due: str
    legal_due_on: str
    note: str


@dataclass(frozen=True)
class TaxPaymentDocument(Document):
    """納税証明書."""

    kind: ClassVar[str] = CODE
    rows_a_sheet: ClassVar[int] = ROWS_A_SHEET
    payer: Payer
    payments: tuple[Payment, ...]

    @property
    def sheets(self) -> int:
        return -(-len(self.payments) // ROWS_A_SHEET)

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        return (self.payer, self.payments[(sheet - 1) * ROWS_A_SHEET : sheet * ROWS_A_SHEET])


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> TaxPaymentDocument:
    """What was picked, in the order of the register."""
    picked = _picked(case)
    if not picked:
        raise MissingFactsError(CODE)
    return TaxPaymentDocument(
        certification=certification, payer=payer_of(case), payments=tuple(_payment(year) for year in picked)
    )


def _payment(year: TaxPaymentYear) -> Payment:
    return Payment(
        fiscal_year=fiscal_year(year.fiscal_year),
        tax=year.tax.japanese,
        assessed=yen(year.assessed_yen),
        paid=yen(year.paid_yen),
        not_due=yen(year.not_due_yen),
        legal_due_on=to_wareki(year.legal_due_on) if year.legal_due_on else NOTHING,
        note=year.note or NOTHING,
    )


def choices(case: Case) -> tuple[Choice, ...]:
    """What the person was assessed for in the years that the town opens, whether paid or not."""
    return tuple(Choice(_key(y), f"{fiscal_year(y.fiscal_year)}　{y.tax.japanese}") for y in _opened(case))


def _opened(case: Case) -> tuple[TaxPaymentYear, ...]:
    newest = newest_year(case.today)
    oldest = newest - int(case.ordinance.switch("tax_payment_years")) + 1
    return tuple(year for year in _recorded(case) if oldest <= year.fiscal_year <= newest)


def _recorded(case: Case) -> tuple[TaxPaymentYear, ...]:
    return case.record.taxes if isinstance(case.record, TaxPaymentRecord) else ()


def _picked(case: Case) -> tuple[TaxPaymentYear, ...]:
    return tuple(year for year in _opened(case) if _key(year) in case.picked)


def _key(year: TaxPaymentYear) -> str:
    """「2026-resident」."""
    return f"{year.fiscal_year}-{year.tax.value}"


def _counted(case: Case) -> tuple[int, ...]:
    return (len(case.picked),)


def _fields(document: Document) -> Iterator[FieldText]:
    assert isinstance(document, TaxPaymentDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    yield from payer_fields(document.payer)
    yield from numbered_fields(document.payments, _ROW, "row")


def _has_none(case: Case) -> bool:
    return not _opened(case)


def _is_overdue(case: Case) -> bool:
    """Of any tax and year: whoever owes one is served at the counter for all."""
    return any(year.overdue_yen > 0 for year in _recorded(case))


def _is_settling(case: Case) -> bool:
    """What was picked would show less than was paid."""
    return any(year.is_settling for year in _picked(case))


def _is_not_due(case: Case) -> bool:
    """Not owed yet, and not paid either: towns differ in whether a machine may say so."""
    is_stopped = case.ordinance.switch("tax_payment_not_due") == "block"
    return is_stopped and any(year.not_due_yen > 0 for year in _picked(case))


def _unasked(document: Document, wish: Wish) -> Iterator[str]:
    assert isinstance(document, TaxPaymentDocument)  # noqa: S101 the catalogue gives a kind its own documents only
    shown = (f"{payment.fiscal_year}　{payment.tax}" for payment in document.payments)
    return unasked_picks(shown, map(_name_of_key, wish.picks))


def _name_of_key(key: str) -> str:
    """「令和8年度　市県民税」 of 「2026-resident」."""
    year, _, tax = key.partition("-")
    return f"{fiscal_year_of(year)}　{_TAXES.get(tax, '')}"


KIND = CertificateKind(
    code=CODE,
    title="納税証明書",
    heading="納税証明書",
    who=Relation.SELF,
    template="tax_payment.html",
    attestations=(_ATTESTATION,),
    document=TaxPaymentDocument,
    build=build,
    fields=_fields,
    source=Source.TAX_PAYMENT,
    picks=Picks.SOME,
    choices=choices,
    counted=_counted,
    unasked=_unasked,
    rules=(
        Rule("B18", MessageClass.NEUTRAL, _is_overdue, "地方税法20条の10 (納期到来の未納)"),
        Rule("B18", MessageClass.NEUTRAL, _is_settling, "地方税法20条の10 (納付の反映待ち: 運用上の定め)"),
        Rule("B18", MessageClass.NEUTRAL, _is_not_due, "地方税法20条の10 (納期未到来: 条例・規則)"),
        Rule("B16", MessageClass.INFORMATION, _has_none, "地方税法20条の10 (証明できる年度に課税がない)"),
    ),
)
