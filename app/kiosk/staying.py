"""Staying, leaving, asking for help, and how the screen looks."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from flask import Response, g, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from app.cards import visits
from app.errors import InvalidInputError
from app.kiosk import bp, service_hours
from app.kiosk.screens import show
from app.kiosk.standing import go_on, leave, stand
from app.web import languages, session
from app.web.access import public, terminal_required, visit_required
from app.web.htmx import see_other
from app.web.session import LOOK_CHOICES

# CSS pixels per millimetre of the panels that the kiosks have: 21.5" portrait, 17" and 15" landscape
PANELS = (
    ":root{--mm:4.03px}"
    "@media (orientation:landscape){:root{--mm:3.79px}}"
    "@media (orientation:landscape) and (max-width:1100px){:root{--mm:3.37px}}"
)
REASONS = frozenset({"stopped", "idle"})


class UnknownChoiceError(InvalidInputError):
    """A size, colour, position or language that is not offered."""


@bp.post("/stop")
@visit_required
def stop() -> ResponseReturnValue:
    """「やめる」: everything that can be called off is, and money comes back."""
    reason = request.form.get("reason", "stopped")
    return leave(reason if reason in REASONS else "stopped")


@bp.post("/finish")
@visit_required
def finish() -> ResponseReturnValue:
    """「おわる」: the sheets are in the hand, or there is nothing more to do here."""
    return leave("finished")


@bp.get("/idle")
@visit_required
def idle() -> ResponseReturnValue:
    """The question "still there?" for a browser without script. Says nothing: the server's own limit is running."""
    return show("idle", stand(g.visit).step)


@bp.post("/idle")
@visit_required
def extend() -> ResponseReturnValue:
    """Here I am. As often as it is wanted (WCAG 2.2.1 asks for ten times at least)."""
    visits.touch(g.visit.visit_id)
    if getattr(request, "htmx", False):
        return Response(status=204)
    return go_on(stand(g.visit).step)


@bp.post("/call-staff")
@terminal_required
def call_staff() -> ResponseReturnValue:
    return see_other(url_for("kiosk.help_page"))


@bp.get("/call-staff")
@terminal_required
def help_page() -> ResponseReturnValue:
    """Whom to call, and what to read out: the terminal and a short form of the visit, which says nothing by itself."""
    visit = session.current_visit()
    step = stand(visit).step if visit else None
    mark = f"-{visit.visit_id[:4].upper()}" if visit else ""
    return show(
        "help", step, phone=service_hours.phone(), reference=f"{g.terminal.number}{mark}", back=url_for("kiosk.now")
    )


@bp.post("/preferences")
@terminal_required
def set_preferences() -> ResponseReturnValue:
    """Size, colours, position or language: one of them a press. Back to the same page."""
    look = session.current_look()
    for name, known in LOOK_CHOICES.items():
        if name in request.form:
            look = replace(look, **{name: _known(request.form[name], known)})
    if "language" in request.form:
        look = replace(look, language=_known(request.form["language"], tuple(x.code for x in languages.offered())))
    response = see_other(_own_page(request.form.get("back", "")))
    session.remember_look(response, look)
    return response


def _known(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UnknownChoiceError("preference")
    return value


def _own_page(address: str) -> str:
    """`address` if it is a page of the kiosk, else where the resident stands: never another site (open redirect)."""
    parts = urlsplit(address)
    is_plain = address.isascii() and address.isprintable() and "\\" not in address  # it ends in a header
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/kiosk/")
    return address if is_plain and is_ours else url_for("kiosk.now")


@bp.get("/device.css")
@public
def device_css() -> AnyResponse:
    """How large a millimetre is on this panel."""
    return Response(PANELS, mimetype="text/css")
