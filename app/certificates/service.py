"""From a request to a document: one state of the register, all rules, the price, and a form that holds the text.

Nothing is drawn here and nothing is written. The caller gives the number of the copy (`documents.numbered`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from app.certificates import composing, eligibility, fees
from app.certificates.catalogue import get_kind
from app.certificates.documents import Certification, Document
from app.certificates.errors import (
    EligibilityRefusedError,
    InconsistentHouseholdError,
    RegisterMovedError,
    SubjectMismatchError,
    UnprintableError,
)
from app.certificates.fitting import find_unprintable
from app.certificates.items import INDIVIDUAL_NUMBER
from app.certificates.kind import Case, Record, Source
from app.certificates.requests import Request
from app.certificates.samples import sample, sample_case
from app.municipalities import hours
from app.municipalities.partitions import Partition
from app.municipalities.queries import get_issuer, get_ordinance, get_timetable
from app.residents import family_queries, queries, tax_queries
from app.residents.errors import NoIndividualNumberError
from app.residents.facts import SealFacts

READERS: dict[Source, Callable[[Partition, str], Record | None]] = {
    Source.HOUSEHOLD: lambda _p, _atena_no: None,
    Source.SEAL: queries.find_seal,
    Source.FAMILY_REGISTER: family_queries.find_family_register_of,
    Source.ADDRESS_HISTORY: family_queries.find_address_history_of,
    Source.INCOME_TAX: tax_queries.find_income_taxes,
    Source.PROPERTY: tax_queries.find_properties,
    Source.TAX_PAYMENT: tax_queries.find_tax_payments,
    Source.VEHICLE_TAX: tax_queries.find_vehicle_taxes,
}
_ALWAYS = ("persons", "blocks")
REGISTERS_OF: dict[Source, tuple[str, ...]] = {  # whose files must have arrived
    Source.HOUSEHOLD: _ALWAYS,
    Source.SEAL: (*_ALWAYS, "seals"),
    Source.FAMILY_REGISTER: (*_ALWAYS, "family_registers", "family_members", "family_events"),
    Source.ADDRESS_HISTORY: (*_ALWAYS, "family_registers", "family_members", "family_addresses"),
    Source.INCOME_TAX: (*_ALWAYS, "income_taxes"),
    Source.PROPERTY: (*_ALWAYS, "properties"),
    Source.TAX_PAYMENT: (*_ALWAYS, "tax_payments"),
    Source.VEHICLE_TAX: (*_ALWAYS, "vehicles"),
}

_ANY_NUMBER = "0" * 12  # as wide as any 個人番号


@dataclass(frozen=True)
class Prepared:
    """Ready to be fixed: what will be printed, for how much, of whom, from which state of the register."""

    document: Document
    yen: int
    persons: tuple[str, ...]  # 宛名番号 of everybody shown, in the order of the sheet
    snapshot: str  # 「register=12 1001.3 1002.1 seal=<sha256>」


def prepare(
    p: Partition,
    subject: str,
    request: Request,
    site: str | None,
    register_key: bytes,
    services: frozenset[str] | None = None,
) -> Prepared:
    """The document of `request`, made for `subject` (the cardholder's 宛名番号) at `site`; unnumbered.

    `register_key` opens an individual number, only where it is asked for and allowed. `services`: the kinds that the
    card is registered for, None for a card that needs no registration.
    :raises EligibilityRefusedError: the rule and what may be told; B10 when the form cannot hold what is recorded.
    :raises SubjectMismatchError: when the request is somebody else's.
    :raises RegisterMovedError: when an import was applied while this was read.
    """
    if request.requester != subject:
        raise SubjectMismatchError(p.code)
    case = read_case(p, request, site, services)
    refusal = eligibility.decide(case)
    draft, obstacle = _try_to_make(case, may_be_made=refusal is None)
    serial = queries.get_register_serial(p)
    if refusal:
        raise EligibilityRefusedError(refusal)
    if case.household is None or serial != case.household.register_serial:
        raise RegisterMovedError(p.code)
    if obstacle:
        raise EligibilityRefusedError(eligibility.UNPRINTABLE, obstacle.field) from obstacle
    has_numbers = case.has_option(INDIVIDUAL_NUMBER)
    document = _build(case, _individual_numbers(p, case, register_key)) if has_numbers else draft
    yen = fees.price(request.kind, case.fee, case.kind.counted(case), request.channel, request.exemption)
    return Prepared(document, yen, case.shown, _snapshot(case))


def read_case(p: Partition, request: Request, site: str | None, services: frozenset[str] | None = None) -> Case:
    """All that the rules may look at. The same reads for everybody, whatever the answer will be."""
    kind = get_kind(request.kind)
    timetable = get_timetable(p.code, request.kind, site, request.at)
    priced = get_ordinance(p.code, request.pricing_instant.date())
    return Case(
        request=request,
        kind=kind,
        household=queries.find_household_of(p, request.requester),
        record=READERS[kind.source](p, request.requester),
        ordinance=get_ordinance(p.code, request.at.date()),
        fee=priced.fee(request.kind, request.channel),
        is_open=hours.is_open(timetable, request.at),
        services=services,
        arrived_at=queries.find_arrival(p, REGISTERS_OF[kind.source]),
    )


def _try_to_make(case: Case, may_be_made: bool) -> tuple[Document, UnprintableError | None]:
    """The sheet, with any digits for a 個人番号, and what keeps it from being printed as recorded (B10).

    Also of a case that is refused. A name that no form holds is found by fitting the sheet, a block is known before;
    were the second answer quicker, a clock at the screen would tell one neutral reason from another. Where the facts
    for a sheet are lacking, the sample of the kind takes its time.
    """
    obstacle = None
    try:
        draft = _build(case, dict.fromkeys(case.shown, _ANY_NUMBER))
    except InconsistentHouseholdError:  # at two addresses: no sheet can show it
        draft, obstacle = _stand_in(case.kind.code), UnprintableError("address")
    except Exception:
        if may_be_made:
            raise
        draft = _stand_in(case.kind.code)
    return draft, find_unprintable(draft) or obstacle


def _build(case: Case, numbers: Mapping[str, str]) -> Document:
    issuer, wording = get_issuer(case.ordinance.municipality, case.request.at), case.kind.wording_of(case)
    certification = composing.certify(case.kind, wording, case.ordinance, issuer, case.today)
    return case.kind.build(case, certification, numbers if case.has_option(INDIVIDUAL_NUMBER) else {})


def _stand_in(kind: str) -> Document:
    """The kind's sample, composed anew as a document would have been."""
    case, certification = _invented(kind)
    return case.kind.build(case, certification, {})


@cache
def _invented(kind: str) -> tuple[Case, Certification]:
    return sample_case(kind), sample(kind).certification


def _individual_numbers(p: Partition, case: Case, register_key: bytes) -> dict[str, str]:
    """Of those shown who have one; the cell of anybody else says that nothing is recorded."""
    numbers = {}
    for atena_no in case.shown:
        try:
            numbers[atena_no] = queries.get_individual_number(p, atena_no, register_key)
        except NoIndividualNumberError:
            continue
    return numbers


def _snapshot(case: Case) -> str:
    """Which import, which history number of each person, and which imprint the sheet was made from."""
    versions = {member.atena_no: member.history_no for member in case.members}
    serial = case.household.register_serial if case.household else 0
    parts = [f"register={serial}", *(f"{no}.{versions[no]}" for no in case.shown if no in versions)]
    if isinstance(case.record, SealFacts):
        parts.append(f"seal={case.record.imprint_sha256}")
    return " ".join(parts)
