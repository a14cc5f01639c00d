"""What went wrong, as a page for people, a fragment for htmx, or a code for an agent: one table for all of it.

An unexpected error gives a reference. The log gets the reference, the endpoint, the class and the lines of code, never
the error's own text, its values or the request: they may hold a person.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.errors import (
    ConflictError,
    InvalidInputError,
    KoikiError,
    MismatchError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from app.web import frames, session
from app.web.access import (
    SAFE_METHODS,
    DeniedError,
    NotSignedInError,
    NoVisitError,
    Rule,
    UnknownTerminalError,
    rule_of,
)
from app.web.htmx import is_fragment, see_other

log = logging.getLogger(__name__)
Teller: TypeAlias = Callable[[Exception], AnyResponse]
_TELLERS = "koiki_tellers"
NOTHING_LOST = _l("お金はいただいていません。入れたお金があれば、もどります。")


@dataclass(frozen=True)
class Problem:
    """One kind of trouble as a resident is told it."""

    status: int
    code: str
    title: LazyString
    text: LazyString
    hint: LazyString | str = ""


_STALE = Problem(
    400,
    "stale",
    _l("画面が古くなりました"),
    _l("この画面は、もう使えません。いまの画面にもどります。"),
    _l("二重に手続きされたり、お金がかかったりすることはありません。"),
)
_LOST = Problem(404, "not_found", _l("画面が見つかりません"), _l("この画面はありません。"), NOTHING_LOST)
_BROKEN = Problem(
    500, "broken", _l("うまくいきませんでした"), _l("もうしわけありません。係員に番号をお伝えください。"), NOTHING_LOST
)
_UNCLEAR = Problem(
    400,
    "unclear",
    _l("もう一度おねがいします"),
    _l("入力を受け取れませんでした。もう一度えらんでください。"),
    NOTHING_LOST,
)

_NOT_NOW = Problem(
    503,
    "unavailable",
    _l("ただいまご利用になれません"),
    _l("しばらくしてから、もう一度おためしください。"),
    NOTHING_LOST,
)

# the first class that fits, in the order of an error's own ancestors
PROBLEMS: dict[type[Exception], Problem] = {
    CSRFError: _STALE,
    DeniedError: _LOST,
    NotFoundError: _LOST,
    ConflictError: Problem(409, "moved", _STALE.title, _STALE.text, _STALE.hint),
    InvalidInputError: _UNCLEAR,
    UnknownTerminalError: Problem(
        403,
        "unknown_terminal",
        _l("この端末は登録されていません"),
        _l("この画面は、登録された端末でだけ使えます。係員をお呼びください。"),
    ),
    RefusedError: Problem(
        403,
        "refused",
        _l("ご利用になれません"),
        _l("この手続きは、ここではできません。窓口にご相談ください。"),
        NOTHING_LOST,
    ),
    UnavailableError: _NOT_NOW,
    OperationalError: _NOT_NOW,  # a database that went away in the middle: nothing of it is half done
    PoolTimeoutError: _NOT_NOW,
    MismatchError: Problem(
        500,
        "mismatch",
        _l("ただいまご利用になれません"),
        _l("確認が必要なため、手続きを止めました。係員をお呼びください。"),
        NOTHING_LOST,
    ),
    KoikiError: _BROKEN,
    Exception: _BROKEN,
}


def problem_of(error: Exception) -> Problem:
    """How `error` is told."""
    if isinstance(error, HTTPException) and not isinstance(error, CSRFError):
        return _LOST if error.code in {404, 405} else (_UNCLEAR if (error.code or 500) < 500 else _BROKEN)
    return next(PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS)


def answer(error: Exception) -> AnyResponse:
    """The response for anything that was raised."""
    if isinstance(error, HTTPException) and (error.code or 500) < 400:  # a redirect of Flask's own
        return make_response(error.get_response())
    if (tell := _teller()) is not None:
        return tell(error)
    if isinstance(error, NoVisitError | NotSignedInError):
        return _back_to_start()
    problem = problem_of(error)
    reference = note(error) if problem.status >= 500 else ""
    if _is_for_machines():
        return make_response(jsonify({"error": problem.code}), problem.status)
    if is_fragment():
        return _fragment(problem, reference)
    return _page(problem, reference)


def tell_apart(app: Flask, is_mine: Callable[[str], bool], tell: Teller) -> None:
    """A surface with readers of its own answers by itself what goes wrong at its addresses."""
    app.extensions.setdefault(_TELLERS, []).append((is_mine, tell))


def _teller() -> Teller | None:
    known: list[tuple[Callable[[str], bool], Teller]] = current_app.extensions.get(_TELLERS, [])
    return next((tell for is_mine, tell in known if is_mine(request.path)), None)


def _back_to_start() -> AnyResponse:
    """The visit is over: nothing of it is shown, and the page that was left standing goes home."""
    session.forget_visit()
    return see_other(url_for("kiosk.start"))


def _fragment(problem: Problem, reference: str) -> Response:
    """For a press: the whole screen anew. For what a page asks by itself: only the status, it will ask again."""
    if problem.code == "stale":
        response = make_response("", problem.status)
        response.headers["HX-Refresh"] = "true"
        return response
    if request.method in SAFE_METHODS:
        return make_response("", problem.status)
    response = _page(problem, reference)
    response.headers.update({"HX-Retarget": "#main", "HX-Reswap": "outerHTML", "HX-Reselect": "#main"})
    return response


def _page(problem: Problem, reference: str) -> Response:
    frame = frames.bare(str(problem.title), f"{problem.title} {problem.text}", f"problem_{problem.code}")
    way_back = url_for("kiosk.now")
    page = render_template("errors/kind.html", frame=frame, problem=problem, reference=reference, way_back=way_back)
    return make_response(page, problem.status)


def _is_for_machines() -> bool:
    rule = rule_of(current_app, request.endpoint) if request.endpoint else None
    return rule is Rule.AGENT or "kiosk" not in current_app.blueprints or request.path.startswith("/agents")


def note(error: Exception) -> str:
    """Log without a value of the request; give the reference that connects the screen and the log."""
    reference = f"E-{secrets.token_hex(3).upper()}"
    lines = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s %s\n%s", reference, request.endpoint, type(error).__name__, lines)
    g.pop("visit_read", None)
    return reference


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(Exception, answer)
