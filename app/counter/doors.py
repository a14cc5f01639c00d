"""Coming in and going out: password, code, the first time, sign-out, language."""

from __future__ import annotations

from flask import current_app, g, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.counter import bp, pages, words
from app.counter.forms import CodeForm, SetUpForm, SignInForm
from app.errors import KoikiError
from app.municipalities import queries as municipalities
from app.staff import sessions, sign_in
from app.staff.errors import BadPasswordError, DisabledError, LockedError, WrongSignInError
from app.staff.limits import EndReason, Stage
from app.web import languages, staff
from app.web.access import half_staff_required, staff_door, staff_required
from app.web.htmx import see_other

_WRONG = (WrongSignInError, LockedError, DisabledError, BadPasswordError)
UNAUTHORISED, TOO_MANY, UNCLEAR = 401, 429, 422


@bp.get("/")
@staff_required(None)
def home() -> ResponseReturnValue:
    return see_other(url_for("counter.list_cases"))


@bp.get("/sign-in")
@staff_door
def show_sign_in() -> ResponseReturnValue:
    """Name and password; why one is here again, where there is a reason."""
    why = request.args.get("why", "")
    return _sign_in_page(words.LAPSES[EndReason(why)] if why in set(EndReason) else "")


@bp.post("/sign-in")
@staff_door
def show_password() -> ResponseReturnValue:
    form = SignInForm(request.form)
    if not form.validate():
        return _sign_in_page(_("職員番号とパスワードを入れてください。"), UNCLEAR)
    try:
        token = sign_in.show_password(form.name.data or "", form.password.data or "", _source())
    except _WRONG as error:
        return _sign_in_page(words.sign_in_problem(error), _status(error))
    staff.enter_half(token)
    return see_other(url_for("counter.second_step"))


@bp.get("/second-step")
@half_staff_required
def second_step() -> ResponseReturnValue:
    """The code; the first time, what is needed before there can be one."""
    return _second_page("")


@bp.post("/second-step")
@half_staff_required
def show_code() -> ResponseReturnValue:
    form = CodeForm(request.form)
    if not form.validate():
        return _second_page(_("6けたの数字を入れてください。"), UNCLEAR)
    try:
        token = sign_in.show_code(g.half_token, form.code.data or "", _source())
    except _WRONG as error:
        return _second_page(words.sign_in_problem(error), _status(error))
    return _come_in(token)


@bp.post("/set-up")
@half_staff_required
def set_up() -> ResponseReturnValue:
    """The first sign-in, or the first one after a reset."""
    form = SetUpForm(request.form)
    if not form.validate():
        return _second_page(_("新しいパスワードを2回と、6けたの数字を入れてください。"), UNCLEAR)
    try:
        token = sign_in.set_up(
            g.half_token, form.code.data or "", (form.password.data or "", form.again.data or ""), _source()
        )
    except _WRONG as error:
        return _second_page(words.sign_in_problem(error), _status(error))
    return _come_in(token)


@bp.post("/sign-out")
@staff_required(None)
def sign_out() -> ResponseReturnValue:
    return _go_out(EndReason.SIGNED_OUT)


@bp.post("/sign-out-everywhere")
@staff_required(None)
def sign_out_everywhere() -> ResponseReturnValue:
    """In every browser: for one that was left behind."""
    return _go_out(EndReason.SIGNED_OUT_EVERYWHERE)


@bp.post("/language")
@staff_door
def set_language() -> ResponseReturnValue:
    """Of this browser, until it is closed."""
    code = request.form.get("language", "")
    if languages.is_offered(code) and code != pages.EASY:
        session[staff.LANGUAGE] = code
    return see_other(pages.own_page(request.form.get("back", "")))


def _come_in(token: str) -> ResponseReturnValue:
    staff.enter(token)
    return see_other(url_for("counter.home"))


def _go_out(reason: EndReason) -> ResponseReturnValue:
    sign_in.sign_out(staff.token(), everywhere=reason is EndReason.SIGNED_OUT_EVERYWHERE)
    staff.leave()
    return see_other(url_for("counter.show_sign_in", why=reason.value))


def _sign_in_page(problem: object, status: int = 200) -> ResponseReturnValue:
    is_bad = status != 200
    is_demo = current_app.config["KOIKI"].demo
    return pages.show(
        "counter/sign_in.html", _("職員サインイン"), status, problem=problem, is_bad=is_bad, is_demo=is_demo
    )


def _second_page(problem: object, status: int = 200) -> ResponseReturnValue:
    member = sessions.find(g.half_token, Stage.PASSWORD).member
    if member.is_enrolled and not member.is_initial:
        return pages.show("counter/second_step.html", _("確認コード"), status, problem=problem)
    picture, secret = sign_in.setup_picture(g.half_token, municipalities.get_union().name)
    groups = [secret[n : n + 4] for n in range(0, len(secret), 4)]
    values = {"picture": picture, "groups": groups, "name": member.staff_id}
    return pages.show("counter/set_up.html", _("はじめてのサインイン"), status, problem=problem, **values)


def _status(error: KoikiError) -> int:
    if isinstance(error, BadPasswordError):
        return UNCLEAR
    return TOO_MANY if isinstance(error, LockedError) else UNAUTHORISED


def _source() -> str:
    """Where this browser is, as far as the network says."""
    return request.remote_addr or "?"
