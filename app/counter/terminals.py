"""端末: which of the town's terminals serve, why the others do not, and putting one back into service."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.counter import bp, pages, words
from app.counter.errors import NotInYourTownError, StaleFormError, StillOpenError
from app.errors import NotFoundError
from app.issuance import aftermath
from app.municipalities import queries, service
from app.municipalities.limits import get_limits
from app.municipalities.queries import TerminalFacts
from app.municipalities.serviceability import Devices, Obstacle, find_obstacle, read_devices
from app.protocol.messages import Tender
from app.staff.roles import Permission
from app.web import staff
from app.web.access import staff_required
from app.web.htmx import is_fragment, see_other
from app.web.languages import format_moment, format_yen
from app.web.obstacles import FOR_STAFF, is_attended

RENEW_SECONDS = 10


@dataclass(frozen=True)
class TerminalRow:
    """A line of the list; `obstacle` empty: it serves."""

    terminal: TerminalFacts
    town: str
    site: str
    obstacle: str
    hint: str
    seen: str
    devices: Devices
    change: str
    faults: tuple[str, ...]
    tenders: str
    is_told: bool  # its agent was told to serve again and has not called since

    @property
    def can_resume(self) -> bool:
        return self.terminal.is_stopped or bool(self.devices.stopped_at and not self.is_told)


@bp.get("/terminals")
@staff_required(Permission.SEE_TERMINALS)
def list_terminals() -> ResponseReturnValue:
    """Those that stand in the towns that this member sees. Renews itself."""
    if not is_fragment() and "live" not in request.args:
        staff.note_sign_of_life()
    names = pages.town_names()
    rows = [_row(t, names[t.site_municipality]) for t in queries.list_terminals() if g.staff.sees(t.site_municipality)]
    values = {
        "rows": rows,
        "may_resume": g.staff.may(Permission.RESUME_TERMINAL),
        "live": url_for("counter.list_terminals", live=1),
        "renew": RENEW_SECONDS,
    }
    return pages.show_live("counter/terminals.html", _("端末"), **values)


@bp.post("/terminals/<string:terminal_id>/resume")
@staff_required(Permission.RESUME_TERMINAL)
def resume(terminal_id: str) -> ResponseReturnValue:
    """Back into service, once somebody has looked, its agent too. Not while the case that stopped it is open."""
    staff.note_sign_of_life()
    g.way_back = url_for("counter.list_terminals")
    terminal = _mine(terminal_id)
    agent_stop = read_devices(terminal.device_state).stopped_at
    if terminal.is_stopped or agent_stop:
        seen = (request.form.get("reason", ""), request.form.get("agent_stop", ""))
        if seen != (terminal.stopped_reason or "", agent_stop):
            raise StaleFormError(terminal_id)
        if aftermath.is_held_by_case(terminal_id):
            raise StillOpenError(terminal_id)
        service.resume_terminal(g.staff.actor, terminal_id, agent_stop)
    return see_other(g.way_back)


def _row(terminal: TerminalFacts, town: str) -> TerminalRow:
    obstacle = find_obstacle(terminal, clock.now(), get_limits(), is_attended=is_attended())
    said = FOR_STAFF[obstacle] if obstacle else ("", "")
    devices = read_devices(terminal.device_state)
    seen = format_moment(terminal.last_seen_at) if terminal.last_seen_at else _("まだない")
    return TerminalRow(
        terminal=terminal,
        town=town,
        site=pages.in_language(terminal.site_name, terminal.site_name_en),
        obstacle=str(said[0]),
        hint=str(said[1]),
        seen=seen,
        devices=devices,
        change=format_yen(devices.change_left),
        faults=tuple(str(FOR_STAFF[f][0]) for f in map(_fault, devices.printer) if f is not obstacle),
        tenders=_("、").join(str(words.TENDERS[Tender(t)]) for t in devices.tenders if t in set(Tender)),
        is_told=bool(devices.stopped_at) and devices.stopped_at == terminal.ended_stop,
    )


def _fault(word: str) -> Obstacle:
    return Obstacle(word) if word in set(Obstacle) else Obstacle.OTHER


def _mine(terminal_id: str) -> TerminalFacts:
    """:raises NotInYourTownError: it stands elsewhere, or nowhere."""
    try:
        terminal = queries.get_terminal(terminal_id)
    except NotFoundError:
        raise NotInYourTownError(terminal_id) from None
    if not g.staff.sees(terminal.site_municipality):
        raise NotInYourTownError(terminal_id)
    return terminal
