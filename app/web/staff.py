"""What a staff browser carries, and who sits there. The one module that knows Flask-Login.

Its cookie is not the kiosk's: another name, another salt, SameSite=Strict. It holds a token of `app.staff.sessions`,
the language and the CSRF secret. At sign-in everything before is dropped (session fixation).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user

from app.staff import sessions
from app.staff.errors import LapsedError
from app.staff.limits import EndReason, Stage
from app.staff.queries import StaffFacts
from app.staff.sessions import SessionFacts

PREFIX = "/counter"
HALF = "half"  # the token of a sign-in that waits for its code
LANGUAGE = "language"
manager = LoginManager()


class Signed(UserMixin):
    """Flask-Login's user: a sign-in that lasts."""

    def __init__(self, facts: SessionFacts) -> None:
        self.facts = facts

    def get_id(self) -> str:
        return self.facts.token


class _StaffCookie(SecureCookieSessionInterface):
    """Sent by our own pages alone; over HTTPS tied to this host (RFC 6265bis: `__Host-`)."""

    salt = "koiki-staff"

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-koiki_staff" if self.get_cookie_secure(app) else "koiki_staff"

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 Flask's signature
        return "Strict"


class SurfaceSessions(SessionInterface):
    """Two cookies, one for each kind of browser: by the address that is asked for."""

    def __init__(self) -> None:
        self._kiosk, self._staff = SecureCookieSessionInterface(), _StaffCookie()

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        return self._of(request).open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        self._of(request).save_session(app, session, response)

    def _of(self, asked: Request) -> SecureCookieSessionInterface:
        return self._staff if is_for_staff(asked.path) else self._kiosk


def is_for_staff(path: str) -> bool:
    """Whether an address belongs to the counter."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def enter_half(token: str) -> None:
    """The password was right: nothing else of this browser's past stays."""
    _begin_anew()
    session[HALF] = token


def enter(token: str) -> None:
    """The code was right, too."""
    _begin_anew()
    login_user(Signed(sessions.find(token, Stage.SIGNED_IN)))


def leave() -> None:
    """Nobody sits here any more."""
    _begin_anew()


def half_token() -> str:
    """The token of the half sign-in. :raises LapsedError: there is none."""
    token = str(session.get(HALF, ""))
    sessions.find(token, Stage.PASSWORD)
    return token


def token() -> str:
    """The token of the full sign-in of this request."""
    return str(current_user.get_id())


def current_staff() -> StaffFacts:
    """Who sits here, asked of the database at every request. :raises LapsedError: nobody (any more), and why."""
    if current_user.is_authenticated:
        member: StaffFacts = current_user.facts.member
        return member
    raise LapsedError(g.pop("staff_lapse", EndReason.UNKNOWN))


def note_sign_of_life() -> None:
    """A person asked for this page: not a page for itself."""
    sessions.touch(token())


@manager.user_loader
def _load(given: str) -> Signed | None:
    try:
        return Signed(sessions.find(given, Stage.SIGNED_IN))
    except LapsedError as error:
        g.staff_lapse = error.reason
        return None


def _begin_anew() -> None:
    """Drop everything but the language."""
    language = session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language


def init_app(app: Flask) -> None:
    app.session_interface = SurfaceSessions()
    manager.session_protection = "strong"
    values: dict[str, Any] = {"add_context_processor": False}
    manager.init_app(app, **values)
