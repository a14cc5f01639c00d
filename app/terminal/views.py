"""The pages of a trip: lay the card, type the PIN, take the card. Every step is a form that works without script."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, abort, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from app.protocol.messages import TRIP_SECONDS, CardFailure
from app.protocol.signatures import BadEnvelopeError, peek
from app.terminal.errors import TicketRefusedError
from app.terminal.parts import Parts, parts_of
from app.terminal.trips import LOOKS, Look, Step, Trip
from app.terminal.words import CUT_OFF, FENCED, NOTICES, RESTING_LANGUAGES, Notice

bp = Blueprint("trip", __name__)
COOKIE = "koiki_trip"
PIN = re.compile(r"[0-9]{4}\Z")


@bp.get("/start")
def start() -> ResponseReturnValue:
    """Where the kiosk's browser begins: on to the portal, saying which terminal this is. A used one waits here.

    While the portal does not answer, or another agent is this terminal, it stays here, and looks again by itself.
    """
    if _parts().loop.is_fenced():
        return make_response(_resting(FENCED), 503)
    if _parts().loop.is_cut_off():
        return make_response(_resting(CUT_OFF), 503)
    screen = _parts().screen
    if not screen.arrive(request.args.get("browser", "")):
        return render_template("terminal/fresh.html", trip=None)
    replaced = "&replaced=1" if screen.browser else ""  # then the portal sends it back here when a resident has left
    return redirect(f"{_parts().settings.portal_url}/kiosk/enter?hello={_parts().trips.hello()}{replaced}", 303)


@bp.get("/browser.json")
def tell_browser() -> ResponseReturnValue:
    """For `agent browser`: which browser stands here, and whether another one is due."""
    return jsonify(browser=_parts().screen.browser, is_used=_parts().screen.is_used)


@bp.get("/card")
def card() -> ResponseReturnValue:
    """The portal sends the browser here with a ticket. Loading it again goes on with the same trip."""
    envelope = request.args.get("ticket", "")
    trip = current_trip()
    if trip and trip.ticket.nonce == peek_text(envelope, "nonce"):
        return _to(trip.step)
    try:
        trip = _parts().trips.open(envelope, _look())
    except TicketRefusedError as refusal:
        return _notice(refusal.failure, 400)
    response = make_response(_to(trip.step))
    secure = _parts().settings.agent_url.startswith("https://")
    # Lax, not Strict: to the browser, the redirect after this one still comes from the portal
    response.set_cookie(COOKIE, trip.trip_id, TRIP_SECONDS, path="/card", httponly=True, samesite="Lax", secure=secure)
    return response


@bp.get("/card/lay", endpoint="lay", defaults={"step": Step.LAY})
@bp.get("/card/pin", endpoint="pin", defaults={"step": Step.PIN})
@bp.get("/card/removed", endpoint="removed", defaults={"step": Step.REMOVED})
@bp.get("/card/take", endpoint="take", defaults={"step": Step.TAKE})
@bp.get("/card/failed", endpoint="failed", defaults={"step": Step.FAILED})
def show(step: Step) -> ResponseReturnValue:
    """The page of one step, or the way to the step that the trip is truly at."""
    trip = current_trip()
    if trip is None:
        return _notice(CardFailure.TIMED_OUT, 200)
    now = _parts().trips.look(trip)
    if now is Step.TAKE and not _parts().trips.has_card():
        return _go(_arrival(trip))
    if now is not step:
        return _to(now)
    return _page(step, trip)


@bp.get("/card/watch")
def watch() -> ResponseReturnValue:
    """For the open page: another page is due, or the question whether somebody is still here, or nothing."""
    trip = current_trip()
    if trip is None:
        return _go(url_for("trip.failed"))
    now = _parts().trips.look(trip)
    if now is Step.TAKE and not _parts().trips.has_card():
        return _go(_arrival(trip))
    if now != request.args.get("on"):
        return _to(now)
    return render_template("terminal/still_here.html", trip=trip)


@bp.post("/card/pin")
def try_pin() -> ResponseReturnValue:
    """One try. The PIN is in this request's body and nowhere else."""
    trip = _posted_trip()
    given = request.form.get("pin", "")
    if not PIN.match(given):
        return redirect(url_for("trip.pin", form="digits"), 303)
    return _to(_parts().trips.try_pin(trip, given))


@bp.post("/card/stay")
def stay() -> ResponseReturnValue:
    """「つづける」: more time, as often as it is wanted."""
    trip = _posted_trip()
    _parts().trips.stay(trip)
    if "HX-Request" in request.headers:
        return render_template("terminal/still_here.html", trip=trip)
    return _to(trip.step)


@bp.post("/card/cancel")
def cancel() -> ResponseReturnValue:
    """「やめる」: the portal hears it, and the browser goes back to the beginning."""
    _parts().trips.cancel(_posted_trip())
    return redirect(_home(), 303)


@bp.get("/device.css")
def device_css() -> ResponseReturnValue:
    """How many pixels of this panel make a millimetre: the one number that every size is a multiple of."""
    response = make_response(render_template("terminal/device.css", px_per_mm=_parts().settings.px_per_mm))
    response.content_type = "text/css; charset=utf-8"
    return response


def _look() -> Look:
    """Size, contrast and position, as the portal's screens have them; any other word means the usual one."""
    return {name: request.args[name] for name, words in LOOKS.items() if request.args.get(name) in words}


def current_trip() -> Trip | None:
    """The trip of this browser."""
    return _parts().trips.find(request.cookies.get(COOKIE))


def peek_text(envelope: str, name: str) -> str:
    """An unverified field of a ticket; decides nothing but a language and a redirect to the own trip."""
    try:
        return peek(envelope, name)
    except BadEnvelopeError:
        return ""


def _posted_trip() -> Trip:
    """The trip that a form belongs to, if the form came from one of its own pages."""
    trip = current_trip()
    if trip is None:
        abort(make_response(_notice(CardFailure.TIMED_OUT, 409)))
    if not secrets.compare_digest(request.form.get("form_token", "").encode(), trip.form_token.encode()):
        abort(403)
    return trip


def _page(step: Step, trip: Trip) -> str:
    notice = NOTICES.get(trip.failure)
    has_card = _parts().trips.has_card()
    return render_template(f"terminal/{step}.html", trip=trip, notice=notice, has_card=has_card, home=_home())


def _notice(failure: CardFailure, status: int) -> ResponseReturnValue:
    """A page of its own for a browser that has no trip here."""
    page = render_template("terminal/failed.html", trip=None, notice=NOTICES[failure], has_card=False, home=_home())
    return make_response(page, status)


def _resting(notice: Notice) -> str:
    """In every language of the screens: nobody has chosen one yet."""
    said = []
    for language in RESTING_LANGUAGES:
        with force_locale(language):
            said.append((language.replace("_", "-"), str(notice.title), str(notice.advice)))
    return render_template("terminal/resting.html", trip=None, said=said, again=request.full_path)


def _to(step: Step) -> ResponseReturnValue:
    return _go(url_for(f"trip.{step}"))


def _go(url: str) -> ResponseReturnValue:
    """To another page; a request of htmx is told so in a header, for it cannot follow to another origin."""
    if "HX-Request" in request.headers:
        return "", 200, {"HX-Redirect": url}
    return redirect(url, 303)


def _arrival(trip: Trip) -> str:
    if _is_resting():
        return url_for("trip.start")
    return f"{_parts().settings.portal_url}/kiosk/arrived?ticket={trip.ticket.nonce}"


def _home() -> str:
    """The portal's first page; our own while the portal does not answer."""
    return url_for("trip.start") if _is_resting() else f"{_parts().settings.portal_url}/kiosk/"


def _is_resting() -> bool:
    """Nobody should be sent to the portal from here now."""
    return _parts().loop.is_cut_off() or _parts().loop.is_fenced()


def _parts() -> Parts:
    return parts_of(current_app)
