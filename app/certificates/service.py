"""From a request to a document: one state of the register, all rules, the price, and a form that holds the text.

Nothing is drawn here and nothing is written. The caller gives the number of the copy (`documents.numbered`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.certificates import composing, eligibility, fees
from app.certificates.catalogue import Option, get_kind
from app.certificates.documents import Certification, Document
from app.certificates.eligibility import Request
from app.certificates.errors import (
    EligibilityRefusedError,
    RegisterMovedError,
    SubjectMismatchError,
    UnprintableError,
)
from app.certificates.fitting import fit_document
from app.municipalities import hours
from app.municipalities.ordinances import Ordinance
from app.municipalities.partitions import Partition
from app.municipalities.queries import get_issuer, get_ordinance, get_timetable
from app.residents.errors import NoIndividualNumberError
from app.residents.facts import HouseholdFacts, SealFacts
from app.residents.queries import find_household_of, find_seal, get_individual_number, get_register_serial


@dataclass(frozen=True)
class Prepared:
    """Ready to be fixed: what will be printed, for how much, of whom, from which state of the register."""

    document: Document
    yen: int
    persons: tuple[str, ...]  # 宛名番号 of everybody shown, in the order of the sheet
    snapshot: str  # 「register=12 1001.3 1002.1 seal=<sha256>」


@dataclass(frozen=True)
class _Material:
    """What a document is made of, once the rules have said yes."""

    p: Partition
    request: Request
    household: HouseholdFacts
    seal: SealFacts | None
    ordinance: Ordinance
    shown: tuple[str, ...]
    certification: Certification
    register_key: bytes


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
    ordinance = get_ordinance(p.code, request.at.date())
    timetable = get_timetable(p.code, request.kind, site, request.at)
    household = find_household_of(p, subject)
    seal = find_seal(p, subject) if get_kind(request.kind).needs_seal else None
    refusal = eligibility.decide(request, household, seal, ordinance, hours.is_open(timetable, request.at), services)
    if refusal or household is None:
        raise EligibilityRefusedError(refusal or eligibility.NOT_RESIDENT)
    material = _gather(p, request, household, seal, ordinance, register_key)
    document = _BUILDERS[request.kind](material)
    if get_register_serial(p) != household.register_serial:
        raise RegisterMovedError(p.code)
    check_printable(document)
    yen = fees.price(request.kind, request.channel, ordinance)
    return Prepared(document, yen, material.shown, _snapshot(material))


def check_printable(document: Document) -> None:
    """That the typeface has every character and every cell holds its text.

    :raises EligibilityRefusedError: B10, caused by the `UnprintableError` that names the field.
    """
    try:
        fit_document(document)
    except UnprintableError as error:
        raise EligibilityRefusedError(eligibility.UNPRINTABLE) from error


def _gather(
    p: Partition,
    request: Request,
    household: HouseholdFacts,
    seal: SealFacts | None,
    ordinance: Ordinance,
    register_key: bytes,
) -> _Material:
    shown = _in_order_of_sheet(eligibility.shown_persons(request, household), household)
    is_whole = len(shown) == len(household.members)
    issuer, day = get_issuer(p.code, request.at), request.at.date()
    certification = composing.build_certification(get_kind(request.kind), is_whole, ordinance, issuer, day)
    return _Material(p, request, household, seal, ordinance, shown, certification, register_key)


def _in_order_of_sheet(wanted: Iterable[str], household: HouseholdFacts) -> tuple[str, ...]:
    chosen = frozenset(wanted)
    return tuple(member.atena_no for member in household.members if member.atena_no in chosen)


def _build_resident_record(m: _Material) -> Document:
    form = m.ordinance.switch("resident_record_layout")
    numbers = _individual_numbers(m) if Option.INDIVIDUAL_NUMBER in m.request.options else {}
    return composing.build_resident_record(m.certification, m.household, m.shown, m.request.options, form, numbers)


def _build_seal_registration(m: _Material) -> Document:
    person = m.household.member(m.request.requester)
    if person is None or m.seal is None:
        raise EligibilityRefusedError(eligibility.NOT_RESIDENT)
    return composing.build_seal_registration(m.certification, person, m.seal)


_BUILDERS: dict[str, Callable[[_Material], Document]] = {
    "resident_record": _build_resident_record,
    "seal_registration": _build_seal_registration,
}


def _individual_numbers(m: _Material) -> dict[str, str]:
    """Of those shown who have one; the cell of anybody else says that nothing is recorded."""
    numbers = {}
    for atena_no in m.shown:
        try:
            numbers[atena_no] = get_individual_number(m.p, atena_no, m.register_key)
        except NoIndividualNumberError:
            continue
    return numbers


def _snapshot(m: _Material) -> str:
    """Which import, which history number of each person, and which imprint the sheet was made from."""
    members = {member.atena_no: member.history_no for member in m.household.members}
    parts = [f"register={m.household.register_serial}", *(f"{no}.{members[no]}" for no in m.shown)]
    if m.seal is not None:
        parts.append(f"seal={m.seal.imprint_sha256}")
    return " ".join(parts)
