"""What a kiosk's browser carries, in three signed cookies with one job each.

- `koiki_kiosk` holds a visit id, whether its ticket came back here, and the CSRF secret: no person, nothing chosen;
- `koiki_terminal` says which enrolled terminal this browser stands at (set after an agent's sealed Hello);
- `koiki_look` holds the language, size, colours and position chosen on the screen, for the resident now standing there.
All are SameSite=Lax: a Strict cookie does not come back from the trip to the agent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Flask, current_app, g, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from app.cards import visits
from app.cards.visits import VisitFacts
from app.cards.vocabularies import VisitState
from app.errors import NotFoundError
from app.municipalities import queries as municipalities
from app.municipalities.queries import TerminalFacts

VISIT = "visit"
ARRIVED = "arrived"
REPLACED = "replaced"  # this terminal puts a fresh browser in the place of a used one
USED = "used"
TERMINAL_COOKIE = "koiki_terminal"
LOOK_COOKIE = "koiki_look"
LOOK_CHOICES = {
    "size": ("standard", "large", "largest"),
    "contrast": ("normal", "high"),
    "position": ("normal", "low"),
}


@dataclass(frozen=True)
class Look:
    """How the screen is shown. Presentation only: nothing may depend on it."""

    language: str = "ja"
    size: str = "standard"
    contrast: str = "normal"
    position: str = "normal"


def begin_visit(visit_id: str) -> None:
    """This browser now belongs to that visit."""
    session[VISIT] = visit_id
    session.pop(ARRIVED, None)
    g.pop("visit_read", None)


def note_arrival(visit: VisitFacts) -> None:
    """The ticket of `visit` was brought back by this browser."""
    session[ARRIVED] = visit.visit_id


def has_arrived(visit: VisitFacts) -> bool:
    """Whether this browser came back from the card reader.

    Without it a sign-in is nobody's: the terminal may have said that it failed, and the next one stands here; or the
    cookie is a copy from before the sign-in.
    """
    return bool(session.get(ARRIVED) == visit.visit_id)


def begin_anew(*, is_replaced: bool) -> None:
    """The agent greets for this browser: nobody was served in it, as far as the terminal can tell."""
    forget_visit()
    session.pop(USED, None)
    session[REPLACED] = is_replaced


def is_used() -> bool:
    """Whether a resident has left this browser, at a terminal that has a fresh one for the next.

    Also one whose visit was ended while nobody asked for a page: the browser itself has not heard of it.
    """
    is_left = session.get(USED) or (VISIT in session and current_visit() is None)
    return bool(is_left and session.get(REPLACED))


def forget_visit() -> None:
    """Drop the visit but keep the CSRF secret: a page left standing can still say so and be led back."""
    if session.pop(VISIT, None) is not None:
        session[USED] = True
    session.pop(ARRIVED, None)
    g.pop("visit", None)
    g.pop("visit_read", None)


def current_visit() -> VisitFacts | None:
    """The live visit of this browser, if it is one of this terminal."""
    if "visit_read" not in g:
        g.visit_read = _read_visit()
    found: VisitFacts | None = g.visit_read
    return found


def _read_visit() -> VisitFacts | None:
    terminal, visit_id = current_terminal(), session.get(VISIT)
    visit = visits.find_visit(visit_id) if terminal and visit_id else None
    if terminal is None or visit is None or visit.terminal_id != terminal.terminal_id or not _is_here(visit):
        return None
    return visit


def _is_here(visit: VisitFacts) -> bool:
    """A closing visit still has an order, but nobody in front of the screen."""
    return visit.state not in {VisitState.ENDED, VisitState.CLOSING}


def current_terminal() -> TerminalFacts | None:
    """The enrolled terminal behind this browser, while its device key is still the one that said Hello."""
    if "terminal_read" not in g:
        g.terminal_read = _read_terminal()
    found: TerminalFacts | None = g.terminal_read
    return found


def _read_terminal() -> TerminalFacts | None:
    try:
        held = _signed().loads(request.cookies.get(TERMINAL_COOKIE, ""))
        terminal = municipalities.get_terminal(held["terminal"])
    except (BadSignature, NotFoundError):
        return None
    return terminal if held["key"] == _key_mark(terminal.public_key) else None


def remember_terminal(response: Response, terminal: TerminalFacts) -> None:
    """Tie this browser to `terminal` until its key changes."""
    held = {"terminal": terminal.terminal_id, "key": _key_mark(terminal.public_key)}
    _set_cookie(response, TERMINAL_COOKIE, str(_signed().dumps(held)))


def current_look() -> Look:
    """The look chosen on this screen; anything unknown falls back to the standard."""
    parts = request.cookies.get(LOOK_COOKIE, "").split(".")
    if len(parts) != 1 + len(LOOK_CHOICES):
        return Look()
    given = zip(LOOK_CHOICES.items(), parts[1:], strict=True)
    return Look(parts[0], *(value if value in known else known[0] for (_name, known), value in given))


def remember_look(response: Response, look: Look) -> None:
    _set_cookie(response, LOOK_COOKIE, ".".join((look.language, look.size, look.contrast, look.position)))


def reset_look(response: Response) -> None:
    """The next resident begins with the standard screen."""
    response.delete_cookie(LOOK_COOKIE)


def _key_mark(public_key: bytes) -> str:
    return hashlib.sha256(public_key).hexdigest()[:16]


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=TERMINAL_COOKIE)


def _set_cookie(response: Response, name: str, value: str) -> None:
    is_secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=is_secure)


def init_app(app: Flask) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="koiki_kiosk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["KOIKI"].is_https,
    )
    app.context_processor(lambda: {"look": current_look()})
