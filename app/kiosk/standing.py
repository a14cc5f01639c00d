"""Where this browser's resident stands, read anew for every request, and how a visit is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import g, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.cards import visits
from app.cards.queries import find_cardholder
from app.cards.visits import VisitFacts
from app.issuance import aftermath
from app.issuance import service as issuance
from app.issuance.errors import TooLateError
from app.issuance.queries import OrderView, find_order
from app.kiosk import journey
from app.kiosk.journey import Step
from app.municipalities.partitions import partitions
from app.web import session
from app.web.htmx import is_fragment, see_other

# pages of a person; later ones are about money and paper, which go their way without one
_PERSONAL = frozenset({Step.CHOOSE, Step.CONFIRM, Step.TENDER, Step.PAY})
LIVE = "live"  # the query word of a page that reloads itself: not a sign of life


@dataclass(frozen=True)
class Standing:
    """A visit, its order if any, and the step that follows from both."""

    visit: VisitFacts
    order: OrderView | None
    step: Step
    has_cardholder: bool = False  # False also when the card was stopped while its sign-in lasted

    @property
    def placed(self) -> OrderView:
        """The order, on a step that has one."""
        assert self.order is not None  # noqa: S101 only steps after an order ask
        return self.order


def actor() -> str:
    """Who acts, for journals and audit: the terminal. The resident is in the town's own sign-in."""
    return f"terminal:{g.terminal.terminal_id}"


def stand(visit: VisitFacts) -> Standing:
    """Read the order from the home town, if somebody is signed in."""
    if visit.home is None:
        return Standing(visit, None, journey.step_of(visit, None))
    with partitions.open(visit.home) as p:
        order, cardholder = find_order(p, visit.visit_id), find_cardholder(p, visit.visit_id)
    return Standing(visit, order, journey.step_of(visit, order), cardholder is not None)


def at(*steps: Step) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Run the view only on one of `steps`; otherwise go to the page of the real step. Gives it as `g.standing`."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            g.standing = stand(g.visit)
            if _is_forgotten(g.standing):
                return leave("idle")
            if g.standing.step in _PERSONAL and not g.standing.has_cardholder:
                return leave("card_stopped")
            _note_sign_of_life(g.standing)
            return view(*args, **values) if g.standing.step in steps else go_on(g.standing.step)

        return guarded

    return decorate


def go_on(step: Step) -> Response:
    """To the page of `step`."""
    return see_other(url_for(journey.PAGES[step]))


def leave(reason: str) -> Response:
    """End the visit: call off what can be called off, and show what is still to be taken or given back first."""
    standing = stand(g.visit)
    if standing.order is not None and standing.order.may_cancel:
        standing = _call_off(standing)
    if standing.step is Step.RETURNED and standing.placed.is_open and reason != "finished":
        return go_on(standing.step)
    _end(standing, reason)
    response = see_other(url_for("kiosk.start"))
    session.reset_look(response)
    return response


def _call_off(standing: Standing) -> Standing:
    """Cancel the order; if a printer was quicker, stay with it."""
    visit = standing.visit
    try:
        with partitions.open(visit.home or "", write=True) as p:
            issuance.cancel_order(p, actor(), standing.placed.order_id)
    except TooLateError:
        pass
    return stand(visit)


def call_off() -> Standing:
    """Give the present order up and say where that leads."""
    return _call_off(g.standing)


def _end(standing: Standing, reason: str) -> None:
    """An order that still moves keeps the terminal for itself until the journal says that it is over."""
    visit = standing.visit
    if standing.order is not None and standing.order.is_open:
        visits.mark_closing(visit.visit_id)
        aftermath.follow_up(visit.home or "", actor(), visit.visit_id)
    else:
        aftermath.end_visit(visit.home, visit.visit_id, reason)
    session.forget_visit()


def _is_live_reload() -> bool:
    return is_fragment() or LIVE in request.args


def _is_forgotten(standing: Standing) -> bool:
    """The server's own idle limit, for a browser whose script does not run: later than the screen's."""
    limit = timedelta(seconds=journey.SLOW * (journey.IDLE_SECONDS + journey.GRACE_SECONDS))
    return not journey.is_patient(standing.step) and clock.now() - standing.visit.last_seen_at > limit


def _note_sign_of_life(standing: Standing) -> None:
    if journey.is_patient(standing.step) or not _is_live_reload():
        visits.touch(standing.visit.visit_id)
