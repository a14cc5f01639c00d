"""Looking at a case and deciding it, each in one transaction of its town, each written down with who did it."""

from __future__ import annotations

from dataclasses import dataclass

from app.audit import service as audit
from app.audit.actions import Action
from app.counter.errors import DecidedByOtherError, NotInYourTownError, StaleFormError
from app.errors import NotFoundError
from app.issuance import aftermath
from app.issuance import service as issuance
from app.issuance.cases import Verdict
from app.issuance.history import CaseFile, read_case
from app.municipalities.partitions import Partition, partitions
from app.residents import queries as residents
from app.residents.wareki import format_recorded
from app.staff.queries import StaffFacts
from app.staff.roles import Permission


@dataclass(frozen=True)
class Resident:
    """Whose order a case is about, as far as a clerk needs it to find the right one. No address: it may be secret."""

    atena_no: str
    name: str
    kana: str
    born: str


@dataclass(frozen=True)
class Look:
    """A case as one member of staff may see it; `resident` None: none, or not theirs to see."""

    municipality: str
    file: CaseFile
    resident: Resident | None


def check_town(member: StaffFacts, municipality: str) -> str:
    """:raises NotInYourTownError: unless this member sees this town."""
    if not member.sees(municipality) or municipality not in partitions.codes():
        raise NotInYourTownError(municipality)
    return municipality


def look(member: StaffFacts, municipality: str, case_id: int) -> Look:
    """Read a case and write down who looked.

    :raises NotInYourTownError: another town's, or none.
    """
    check_town(member, municipality)
    with partitions.open(municipality, write=True) as p:
        file = _read(p, case_id)
        audit.record(p, member.actor, Action.CASE_SEEN, f"case:{case_id}", case_kind=file.case.kind.value)
        resident = _resident(p, file.subject) if member.may(Permission.SEE_PERSON) else None
    return Look(municipality, file, resident)


def decide(member: StaffFacts, municipality: str, case_id: int, verdict: Verdict, version: str) -> None:
    """Close a case as it was when `version` was shown. The same verdict of the same person twice is once.

    :raises DecidedByOtherError: somebody else was faster. :raises StaleFormError: it has changed since it was shown.
    :raises VerdictRefusedError: this verdict does not fit.
    """
    check_town(member, municipality)
    with partitions.open(municipality, write=True) as p:
        file = _read(p, case_id)
        if _is_done(file, member, verdict):
            return
        if file.version != version:
            raise StaleFormError(case_id)
        case = issuance.close_case(p, member.actor, case_id, verdict)
        visit_id = aftermath.visit_of_case(p, case)
    aftermath.follow_up(municipality, member.actor, visit_id)


def _is_done(file: CaseFile, member: StaffFacts, verdict: Verdict) -> bool:
    """Whether this very press has been done before."""
    case = file.case
    if case.closed_at is None:
        return False
    if (case.closed_by, case.verdict) != (member.actor, verdict.value):
        raise DecidedByOtherError(case.closed_by or "", case.closed_at, case.verdict or "")
    return True


def _read(p: Partition, case_id: int) -> CaseFile:
    try:
        return read_case(p, case_id)
    except NotFoundError:
        raise NotInYourTownError(case_id) from None


def _resident(p: Partition, atena_no: str) -> Resident | None:
    person = residents.find_person(p, atena_no) if atena_no else None
    if person is None:
        return None
    born = format_recorded(person.birth_date)
    return Resident(person.atena_no, person.name or person.name_latin, person.name_kana, born)
