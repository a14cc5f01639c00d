"""案件: the list of what waits for a person, one case with its evidence, and the verdict."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.counter import bp, deciding, evidence, pages, verdicts, words
from app.counter.deciding import Look
from app.counter.errors import UnknownVerdictError
from app.errors import UnavailableError
from app.issuance.cases import Verdict
from app.issuance.history import CaseFile
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView
from app.issuance.queries import list_cases as read_cases
from app.municipalities.partitions import partitions
from app.staff.roles import Permission
from app.web import staff
from app.web.access import NotPermittedError, staff_required
from app.web.htmx import is_fragment, see_other
from app.web.languages import format_moment

MOST_CLOSED = 100  # of the newest: the list is for work, the journal keeps them all
RENEW_SECONDS = 10
_LONGEST_CLAIM = 20
CASE = "/cases/<string(length=6):municipality>/<int:case_id>"


@dataclass(frozen=True)
class Asked:
    """How the list is narrowed. `claim`: what a resident was told to say; found whether its case is open or not."""

    kind: CaseKind | None
    closed: bool
    claim: str

    def takes(self, case: CaseView) -> bool:
        if self.claim:
            return _plain(case.claim) == self.claim
        return self.closed is (case.closed_at is not None)

    def words(self) -> dict[str, Any]:
        """For an address; what is not asked for is left out."""
        kind = self.kind.value if self.kind else None
        return {"kind": kind, "closed": "1" if self.closed else None, "claim": self.claim or None}


@dataclass(frozen=True)
class CaseRow:
    """A line of the list."""

    municipality: str
    town: str
    case: CaseView
    name: str
    opened: str
    closed: str


@dataclass(frozen=True)
class Choice:
    """A verdict that may be given here. `needs`: empty, or why this member of staff may not give it."""

    verdict: Verdict
    label: str
    means: str
    is_weighty: bool
    needs: str


@bp.get("/cases")
@staff_required(Permission.SEE_CASES)
def list_cases() -> ResponseReturnValue:
    """All of the towns that this member sees, newest first. Renews itself; that is no sign of life."""
    if not is_fragment() and "live" not in request.args:
        staff.note_sign_of_life()
    asked = _asked()
    rows, down = _read_towns(asked)
    shown = [row for row in rows if asked.kind is None or row.case.kind is asked.kind]
    values = {
        "rows": shown[:MOST_CLOSED] if asked.closed else shown,
        "kinds": [(k, words.KINDS[k].name, sum(row.case.kind is k for row in rows)) for k in CaseKind],
        "asked": asked,
        "total": len(rows),
        "down": down,
        "live": url_for("counter.list_cases", **asked.words(), live=1),
        "renew": RENEW_SECONDS,
    }
    return pages.show_live("counter/cases.html", _("案件"), **values)


@bp.get(CASE)
@staff_required(Permission.SEE_CASES)
def show_case(municipality: str, case_id: int) -> ResponseReturnValue:
    """One case: what happened, what to do, what may be decided. Every look is audited."""
    staff.note_sign_of_life()
    look = deciding.look(g.staff, municipality, case_id)
    return pages.show("counter/case.html", _title(look.file), **_shown(look), choices=_choices(look.file))


@bp.get(f"{CASE}/decision")
@staff_required(Permission.DECIDE)
def show_decision(municipality: str, case_id: int) -> ResponseReturnValue:
    """The second look at a verdict that moves money or voids a number."""
    staff.note_sign_of_life()
    verdict = _verdict(request.args.get("verdict", ""))
    _check_right(verdict)
    look = deciding.look(g.staff, municipality, case_id)
    if verdict not in verdicts.allowed(look.file):
        return see_other(url_for("counter.show_case", municipality=municipality, case_id=case_id))
    choice = _choice(verdict)
    return pages.show("counter/decision.html", _("この内容で決めますか？"), **_shown(look), choice=choice)


@bp.post(f"{CASE}/verdict")
@staff_required(Permission.DECIDE)
def give_verdict(municipality: str, case_id: int) -> ResponseReturnValue:
    """Close the case, as it was when it was shown. A weighty verdict is taken from the second page alone."""
    staff.note_sign_of_life()
    here = url_for("counter.show_case", municipality=municipality, case_id=case_id)
    g.way_back = here
    verdict = _verdict(request.form.get("verdict", ""))
    _check_right(verdict)
    if verdict in verdicts.WEIGHTY and request.form.get("confirmed") != "yes":
        where: dict[str, Any] = {"municipality": municipality, "case_id": case_id, "verdict": verdict.value}
        return see_other(url_for("counter.show_decision", **where))
    deciding.decide(g.staff, municipality, case_id, verdict, request.form.get("version", ""))
    return see_other(here)


def _asked() -> Asked:
    kind, claim = request.args.get("kind", ""), request.args.get("claim", "")
    return Asked(
        kind=CaseKind(kind) if kind in set(CaseKind) else None,
        closed=request.args.get("closed") == "1",
        claim=_plain(claim)[:_LONGEST_CLAIM],
    )


def _plain(claim: str) -> str:
    """As it is typed: with or without a hyphen, in wide digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", claim)))


def _read_towns(asked: Asked) -> tuple[list[CaseRow], list[str]]:
    """The cases of all towns that this member sees, newest first, and the names of towns that cannot be read now."""
    names, found, down = pages.town_names(), [], []
    for code in filter(g.staff.sees, names):
        try:
            found += [_row(code, names[code], case) for case in _cases_of(code, asked)]
        except UnavailableError:
            down.append(names[code])
    return sorted(found, key=lambda row: row.case.opened_at, reverse=True), down


def _cases_of(code: str, asked: Asked) -> list[CaseView]:
    with partitions.open(code) as p:
        found = read_cases(p, closed=asked.closed or bool(asked.claim))
    return [case for case in found if asked.takes(case)]


def _row(code: str, town: str, case: CaseView) -> CaseRow:
    return CaseRow(
        code, town, case, str(words.KINDS[case.kind].name), format_moment(case.opened_at), _at(case.closed_at)
    )


def _at(moment: datetime | None) -> str:
    return format_moment(moment) if moment else ""


def _shown(look: Look) -> dict[str, Any]:
    """What both pages of a case show."""
    file = look.file
    return {
        "municipality": look.municipality,
        "town_name": pages.town_name(look.municipality),
        "case": file.case,
        "file": file,
        "about": words.KINDS[file.case.kind],
        "happened": words.happened(file.case.kind),
        "resident": look.resident,
        "sees_refused_sheet": file.has_refused_sheet and g.staff.may(Permission.SEE_PERSON),
        "evidence": evidence.lines(file.case.evidence),
        "history": [(words.moment(line.at), *words.history(line), words.actor(line.actor)) for line in file.lines],
        "state": words.state(file.case.state) if file.case.state else "",
        "payment": words.payment(file.case.payment) if file.case.payment else "",
        "tender": words.TENDERS[file.order.tender] if file.order and file.order.tender else "",
        "opened": format_moment(file.case.opened_at),
        "closed": _at(file.case.closed_at),
        "closed_by": words.actor(file.case.closed_by or ""),
        "verdict": words.verdict(file.case.verdict),
    }


def _title(file: CaseFile) -> str:
    return _("案件 %(n)s：%(kind)s", n=file.case.case_id, kind=words.KINDS[file.case.kind].name)


def _choices(file: CaseFile) -> list[Choice]:
    return [_choice(verdict) for verdict in verdicts.allowed(file)]


def _choice(verdict: Verdict) -> Choice:
    label, means = words.VERDICTS[verdict]
    return Choice(verdict, str(label), str(means), verdict in verdicts.WEIGHTY, _needs(verdict))


def _needs(verdict: Verdict) -> str:
    """Who may give it, to whom may not."""
    if g.staff.may(verdicts.permission_for(verdict)):
        return ""
    return _("この決定は係長の権限です。") if g.staff.municipality else _("決めるのは、この市町村の職員です。")


def _check_right(verdict: Verdict) -> None:
    permission = verdicts.permission_for(verdict)
    if not g.staff.may(permission):
        raise NotPermittedError(permission)


def _verdict(given: str) -> Verdict:
    if given not in set(Verdict):
        raise UnknownVerdictError("verdict")
    return Verdict(given)
