"""From the terminal's greeting to a signed-in visit: the browser arrives, a visit opens, then the card trip."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData
from werkzeug.wrappers import Response

from app import clock
from app.cards import visits
from app.cards.errors import TerminalBusyError, TicketRefusedError
from app.cards.visits import VisitFacts
from app.errors import NotFoundError, UnavailableError
from app.issuance import aftermath
from app.issuance.queries import has_open_order
from app.kiosk import bp, screens, service_hours
from app.kiosk.journey import Step
from app.kiosk.screens import show
from app.kiosk.standing import go_on, stand
from app.municipalities import queries as municipalities
from app.municipalities.partitions import partitions
from app.municipalities.queries import TerminalFacts
from app.protocol.messages import CardFailure, Hello
from app.protocol.signatures import BadEnvelopeError, Signer, open_sealed, peek
from app.web import languages, session
from app.web.access import UnknownTerminalError, public, terminal_required, visit_required
from app.web.htmx import is_fragment, see_other

HELLO_SECONDS = 60


@bp.get("/enter")
@public
def enter() -> ResponseReturnValue:
    """The agent sends the browser here: from now on it stands at that terminal, with nobody in front of it."""
    terminal = _greeted_by(request.args.get("hello", ""))
    session.begin_anew(is_replaced=request.args.get("replaced") == "1")
    response = redirect(url_for("kiosk.start"), 303)
    session.remember_terminal(response, terminal)
    session.reset_look(response)
    return response


def _greeted_by(envelope: str) -> TerminalFacts:
    """The terminal whose key sealed this greeting within the last minute. :raises UnknownTerminalError: otherwise."""
    try:
        terminal = municipalities.get_terminal(peek(envelope, "terminal_id"))
        hello = open_sealed(envelope, Hello, terminal.public_key)
    except (NotFoundError, BadEnvelopeError, BadData):
        raise UnknownTerminalError from None
    if hello.terminal_id != terminal.terminal_id or abs(clock.now().timestamp() - hello.at) > HELLO_SECONDS:
        raise UnknownTerminalError
    return terminal


@bp.get("/")
@terminal_required
def start() -> ResponseReturnValue:
    visit = session.current_visit()
    if visit is not None and visit.is_signed_in:
        return go_on(stand(visit).step)
    if session.is_used():
        return _to_a_fresh_browser()
    if (screen := _not_now(clock.now())) is not None:
        return screen
    if is_fragment():  # a screen that said "not now" asks again: now, and as a whole page
        return see_other(url_for("kiosk.start"))
    offered = languages.offered()
    return show("start", Step.CARD, languages=offered, message="")


def _to_a_fresh_browser() -> Response:
    """The agent waits there until this one was replaced."""
    return see_other(f"{g.terminal.agent_url}/start")


def _not_now(at: datetime) -> ResponseReturnValue | None:
    """The screen that says why nobody can begin here at the moment, if so."""
    if (obstacle := service_hours.obstacle_to_begin(g.terminal, at)) is not None:
        message = screens.OBSTACLES[obstacle]
        return show("stopped", live=url_for("kiosk.start"), message=message, phone=service_hours.phone())
    if not service_hours.is_any_open(g.terminal, at):
        message = screens.opening_words(service_hours.next_opening(g.terminal, at))
        return show("closed", live=url_for("kiosk.start"), message=message, phone=service_hours.phone())
    return None


@bp.post("/start")
@terminal_required
def open_visit() -> ResponseReturnValue:
    """Open a visit and go to the agent for the card. Twice is the same visit with a new ticket."""
    visit = session.current_visit()
    if visit is not None and visit.is_signed_in:
        return go_on(stand(visit).step)
    if session.is_used():  # the start page of before, by the browser's way back
        return _to_a_fresh_browser()
    if (screen := _not_now(clock.now())) is not None:
        return screen
    try:
        visit = visit or _new_visit()
    except TerminalBusyError:
        return see_other(url_for("kiosk.busy"))
    session.begin_visit(visit.visit_id)
    return _to_the_card(visit)


def _new_visit() -> VisitFacts:
    """An older visit without an order ends: also in its town, where a visit is a person.

    :raises TerminalBusyError: when the one before is still served.
    """
    older = visits.live_visit_of(g.terminal.terminal_id)
    if older is not None and not _is_served(older):
        aftermath.end_visit(older.home, older.visit_id, "replaced")
    return visits.open_visit(g.terminal.terminal_id, languages.current_language().code, _is_served)


def _is_served(older: VisitFacts) -> bool:
    """Whether the one before is still being printed for, paid back, or looked at by staff. In doubt, yes."""
    if older.home is None:
        return False
    try:
        with partitions.open(older.home) as p:
            return has_open_order(p, older.visit_id)
    except UnavailableError:
        return True


def _to_the_card(visit: VisitFacts) -> Response:
    config = current_app.config["KOIKI"]
    ticket, _visit = visits.issue_ticket(visit.visit_id, Signer(config.secrets.ticket), config.portal_url)
    look = session.current_look()
    words = {"ticket": ticket, "size": look.size, "contrast": look.contrast, "position": look.position}
    return redirect(f"{g.terminal.agent_url}/card?{urlencode(words)}", 303)


@bp.get("/busy")
@terminal_required
def busy() -> ResponseReturnValue:
    """Somebody else's order is being finished; look again by itself."""
    older = visits.live_visit_of(g.terminal.terminal_id)
    if older is None or not _is_served(older):
        return see_other(url_for("kiosk.start"))
    return show("busy", live=url_for("kiosk.busy"), message=screens.BUSY, phone="")


@bp.get("/arrived")
@visit_required
def arrived() -> ResponseReturnValue:
    """Back from the agent, with the ticket's nonce alone. Whether anybody signed in is what the portal itself knows."""
    nonce = request.args.get("ticket", "")
    try:
        visit = visits.accept_nonce(g.visit.visit_id, g.terminal.terminal_id, nonce)
    except TicketRefusedError as refused:
        is_reload = g.visit.ticket_nonce == nonce and g.visit.failure is not CardFailure.NONE
        return _card_problem(g.visit.failure, g.visit.tries_left) if is_reload else _card_problem(refused.failure)
    if visit.is_signed_in:
        session.note_arrival(visit)
        return see_other(url_for("kiosk.choose"))
    return _card_problem(visit.failure, visit.tries_left)


def _card_problem(failure: CardFailure, tries_left: int | None = None) -> ResponseReturnValue:
    problem = screens.CARD_PROBLEMS[failure]
    return show("card_problem", Step.CARD, problem=problem, tries=screens.tries_words(tries_left))


@bp.get("/now")
@terminal_required
def now() -> ResponseReturnValue:
    """To where the resident really stands: the way out of every page that was left standing."""
    visit = session.current_visit()
    return go_on(stand(visit).step if visit is not None else Step.CARD)
