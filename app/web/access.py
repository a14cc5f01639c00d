"""Who may enter: every view carries one rule, and a view without a rule is denied.

The rule is checked before the view runs, never by hiding something in a template: a client may ask for any fragment
directly. `tests/structure` walks all routes.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect

from app.errors import KoikiError, RefusedError
from app.staff.roles import Permission
from app.web import session, staff

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


class Rule(StrEnum):
    """The closed list of answers to "who may enter"."""

    PUBLIC = "public"
    TERMINAL = "terminal"  # a browser that an enrolled agent has brought here
    VISIT = "visit"  # and a resident's visit that is still going on there
    SIGNED_IN = "signed_in"  # and a card with its PIN was shown in that visit, and this browser came back from there
    AGENT = "agent"  # an envelope sealed by a device key; the view opens it before anything else
    DOOR = "door"  # the staff's sign-in: whoever knocks, counted by account and source
    HALF = "half"  # a member of staff whose password was right and whose code is outstanding
    STAFF = "staff"  # a member of staff, signed in, with the permission that the view names


class DeniedError(KoikiError):
    """An endpoint without a rule: a programming error, answered as if it did not exist."""


class UnknownTerminalError(KoikiError):
    """No enrolled terminal stands behind this browser."""


class NoVisitError(KoikiError):
    """The visit that this page belonged to is over, or was never of this terminal."""


class NotSignedInError(KoikiError):
    """The visit is here, the card not yet."""


class NotPermittedError(RefusedError):
    """This member of staff is known, and may not do this."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


def _marked(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


public = _marked(Rule.PUBLIC)
terminal_required = _marked(Rule.TERMINAL)
visit_required = _marked(Rule.VISIT)
signed_in_required = _marked(Rule.SIGNED_IN)
agent_sealed = _marked(Rule.AGENT)
staff_door = _marked(Rule.DOOR)
half_staff_required = _marked(Rule.HALF)


def staff_required(permission: Permission | None) -> Callable[[View], View]:
    """Signed in and permitted; None: whoever of the staff is signed in."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return _marked(Rule.STAFF)(view)

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What a staff view asks for besides being signed in."""
    return getattr(app.view_functions.get(endpoint), "permission", None)


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule of an endpoint; `None` when its view has none. Static files are public by decision, here."""
    if endpoint == "static":
        return Rule.PUBLIC
    return getattr(app.view_functions.get(endpoint), "access_rule", None)


def admit() -> None:
    """Let the request in or raise. Runs before every view; forms are checked for their CSRF token first."""
    if request.endpoint is None:
        return  # no such URL: Flask answers 404
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        raise DeniedError(request.endpoint)
    if rule is not Rule.AGENT and request.method not in SAFE_METHODS:
        csrf.protect()
    _GUARDS[rule]()


def _need_terminal() -> None:
    g.terminal = session.current_terminal()
    if g.terminal is None:
        raise UnknownTerminalError


def _need_visit() -> None:
    _need_terminal()
    g.visit = session.current_visit()
    if g.visit is None:
        raise NoVisitError


def _need_sign_in() -> None:
    _need_visit()
    if not (g.visit.is_signed_in and session.has_arrived(g.visit)):
        raise NotSignedInError


def _need_half_staff() -> None:
    g.half_token = staff.half_token()


def _need_staff() -> None:
    """Read anew at every request: a right or an account taken away a second ago is gone."""
    g.staff = staff.current_staff()
    permission = permission_of(current_app, request.endpoint or "")
    if permission is not None and not g.staff.may(permission):
        raise NotPermittedError(permission)


_GUARDS: dict[Rule, Callable[[], None]] = {
    Rule.PUBLIC: lambda: None,
    Rule.TERMINAL: _need_terminal,
    Rule.VISIT: _need_visit,
    Rule.SIGNED_IN: _need_sign_in,
    Rule.AGENT: lambda: None,
    Rule.DOOR: lambda: None,
    Rule.HALF: _need_half_staff,
    Rule.STAFF: _need_staff,
}


def init_app(app: Flask) -> None:
    """Check every request, and leave the CSRF check to `admit` (an agent's envelope needs no token)."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a page may stand on the screen for as long as the visit lives
    csrf.init_app(app)
    app.before_request(admit)
