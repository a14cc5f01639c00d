"""What went wrong, told to staff: what it is, that nothing was done, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, make_response, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.counter import pages, words
from app.counter.errors import DecidedByOtherError, NotInYourTownError, StaleFormError, StillOpenError
from app.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError
from app.issuance.errors import VerdictRefusedError
from app.staff.errors import LapsedError
from app.staff.limits import EndReason
from app.web import errors, staff
from app.web.access import SAFE_METHODS, DeniedError, NotPermittedError
from app.web.htmx import is_fragment, see_other
from app.web.languages import format_moment


@dataclass(frozen=True)
class Problem:
    """One kind of trouble as staff are told it."""

    status: int
    title: LazyString
    text: LazyString | str


_NOTHING = _l("何も変わっていません。")
_LOST = Problem(404, _l("見つかりません"), _l("このページはありません。"))
_BROKEN = Problem(500, _l("うまくいきませんでした"), _l("運用担当に番号をお知らせください。"))
_UNCLEAR = Problem(400, _l("入力を受け取れませんでした"), _l("もう一度えらんでください。何も変わっていません。"))
_NOT_NOW = Problem(503, _l("いまは使えません"), _l("しばらくしてから、もう一度おためしください。"))

# the first class that fits, in the order of an error's own ancestors
PROBLEMS: dict[type[BaseException], Problem] = {
    CSRFError: Problem(400, _l("画面が古くなりました"), _l("ページを開きなおしてください。何も変わっていません。")),
    DeniedError: _LOST,
    NotFoundError: _LOST,
    NotInYourTownError: Problem(
        404, _l("あなたの市町村にはありません"), _l("この番号の案件や端末は、あなたの担当する市町村にはありません。")
    ),
    NotPermittedError: Problem(
        403, _l("この操作の権限がありません"), _l("権限のある職員に引きついでください。何も変わっていません。")
    ),
    ConflictError: Problem(409, _l("ほかの操作とかさなりました"), _NOTHING),
    StaleFormError: Problem(
        409,
        _l("見ているあいだに、内容が変わりました"),
        _l("新しい内容を確かめてから、もう一度決めてください。何も変わっていません。"),
    ),
    DecidedByOtherError: Problem(409, _l("ほかの職員がもう決めました"), _NOTHING),
    StillOpenError: Problem(
        409,
        _l("まだ再開できません"),
        _l(
            "この端末を止めた案件が、まだ開いています。先に案件を閉じてください。案件は発行した市町村の一覧にあります。"
        ),
    ),
    VerdictRefusedError: Problem(
        409, _l("この案件には合わない決定です"), _l("案件を開きなおして、示された中からえらんでください。")
    ),
    InvalidInputError: _UNCLEAR,
    UnavailableError: _NOT_NOW,
    OperationalError: _NOT_NOW,
    PoolTimeoutError: _NOT_NOW,
    Exception: _BROKEN,
}


def tell(error: Exception) -> AnyResponse:
    """The answer to anything that was raised at an address of the counter."""
    g.language = session.get(staff.LANGUAGE, "")
    if isinstance(error, LapsedError):
        return _lapsed(error.reason)
    problem = problem_of(error)
    reference = errors.note(error) if problem.status >= 500 else ""
    if is_fragment() and request.method in SAFE_METHODS:
        return make_response("", problem.status)  # what a page asks by itself: it will ask again
    return _page(problem, _text(error, problem), reference)


def problem_of(error: Exception) -> Problem:
    """How `error` is told."""
    if isinstance(error, HTTPException) and not isinstance(error, CSRFError):
        return _LOST if error.code in {404, 405} else (_UNCLEAR if (error.code or 500) < 500 else _BROKEN)
    return next(PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS)


def _text(error: Exception, problem: Problem) -> str:
    if isinstance(error, DecidedByOtherError):
        found = {"who": words.actor(error.who), "at": format_moment(error.at), "verdict": words.verdict(error.verdict)}
        return _("%(at)s に %(who)s が「%(verdict)s」で閉じました。あなたの操作では何も変わっていません。", **found)
    return str(problem.text)


def _lapsed(reason: EndReason) -> AnyResponse:
    """Nobody sits here any more. Of a stopped account it is said as what it is."""
    staff.leave()
    g.pop("staff", None)
    if reason is EndReason.DISABLED and not is_fragment():
        return _page(Problem(403, _l("この職員番号は止められています"), words.LAPSES[reason]), "", "")
    return see_other(url_for("counter.show_sign_in", why=reason.value))


def _page(problem: Problem, text: str, reference: str) -> Response:
    said = text or str(problem.text)
    where = g.get("way_back") or url_for("counter.home" if g.get("staff") else "counter.show_sign_in")
    return pages.show(
        "counter/problem.html", str(problem.title), problem.status, text=said, reference=reference, way_back=where
    )
