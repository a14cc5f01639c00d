"""What to take: one tap for the usual content, or the options; then the order with its price, before any money."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from flask import Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.certificates.catalogue import KINDS
from app.certificates.eligibility import CLOSED
from app.certificates.requests import MessageClass, Picks
from app.issuance import service as issuance
from app.issuance.errors import KeyReusedError, OrderOpenError, OrderRefusedError
from app.issuance.queries import get_preview
from app.kiosk import basket, bp, screens, service_hours, words
from app.kiosk.basket import MAX_COPIES, MAX_ITEMS, BasketError, Item, ListMovedError, Scope
from app.kiosk.choices import Home, find_home, get_cardholder, requests_of
from app.kiosk.forms import OptionsForm, read_options
from app.kiosk.journey import Step
from app.kiosk.lines import lines_of
from app.kiosk.offers import list_groups
from app.kiosk.screens import show
from app.kiosk.standing import actor, at, call_off, go_on
from app.municipalities import queries as municipalities
from app.municipalities.partitions import partitions
from app.web.access import signed_in_required
from app.web.htmx import see_other

REFERENCE = re.compile(r"N-[0-9A-Z]{4,8}")
PNG = "image/png"


@bp.get("/choose")
@signed_in_required
@at(Step.CHOOSE)
def choose() -> ResponseReturnValue:
    items = _basket()
    chosen = [words.title_of(item.kind) for item in items]
    return show("choose", Step.CHOOSE, groups=list_groups(), items=items, chosen=chosen, key=_new_key())


@bp.post("/choose")
@signed_in_required
@at(Step.CHOOSE)
def choose_usual() -> ResponseReturnValue:
    """One tap: the usual content, straight to the confirmation; first to the choices where something must be picked.

    Where there is nothing to pick, the certificate's own rules say so, as they say everything else.
    """
    kind = _kind()
    if KINDS[kind].picks is not Picks.NONE and find_home(kind).picks.choices:
        return see_other(url_for("kiosk.options", kind=kind, item=[str(item) for item in _basket()]))
    return _place((*_basket(), Item(kind)))


@bp.get("/options")
@signed_in_required
@at(Step.CHOOSE)
def options() -> ResponseReturnValue:
    home = find_home(_kind())
    if home.kind.picks is not Picks.NONE and not home.picks.choices:
        return go_on(Step.CHOOSE)
    return _options_page(home, read_options(None, home))


@bp.post("/options")
@signed_in_required
@at(Step.CHOOSE)
def choose_options() -> ResponseReturnValue:
    home = find_home(_kind())
    form = read_options(request.form, home)
    problems = _problems(form, home)
    if problems:
        return _options_page(home, form, problems)
    return _place((*_basket(), form.to_item(home)))


def _problems(form: OptionsForm, home: Home) -> list[str]:
    found = [] if form.validate() else [_("もう一度えらんでください。")]
    if form.scope.data == Scope.SOME.value and not form.person.data:
        found.append(_("のせる人を1人以上えらんでください。"))
    if home.picks.choices and (missing := words.pick_problem(home.kind.code, len(form.pick.data or ()))):
        found.append(missing)
    shown = {"people": home.persons.mark, "things": home.picks.mark}
    if any(request.form.get(name) != mark for name, mark in shown.items()):
        found.append(_("えらべる内容が変わりました。もう一度えらんでください。"))
    return found


def _options_page(home: Home, form: OptionsForm, problems: Sequence[str] = ()) -> Response:
    page = render_template(
        "kiosk/options.html",
        frame=screens.frame_of("options", Step.CHOOSE),
        home=home,
        form=form,
        title=words.title_of(home.kind.code),
        kind_icon=words.icon_of(home.kind.code),
        scopes=words.scope_words(home.kind.code),
        pick_question=words.pick_question(home.kind.code),
        option_groups=words.option_groups(home.options),
        option_words=words.option_words,
        problems=problems,
        items=_basket(),
        key=_new_key(),
        most_copies=MAX_COPIES,
    )
    return make_response(page, 422 if problems else 200)


@bp.get("/confirm")
@signed_in_required
@at(Step.CONFIRM, Step.TENDER)
def confirm() -> ResponseReturnValue:
    order = g.standing.placed
    items = _basket() if request.args.get("order") == order.order_id else ()
    obstacle = service_hours.obstacle_to_pay(g.terminal, order, clock.now())
    live = (
        ""
        if order.is_ready and obstacle is None
        else url_for("kiosk.confirm", order=request.args.get("order"), item=request.args.getlist("item"))
    )
    may_add = bool(items) and len(items) < MAX_ITEMS
    return show(
        "confirm",
        Step.CONFIRM,
        live=live,
        order=order,
        lines=lines_of(order, items),
        items=items,
        may_add=may_add,
        obstacle=screens.OBSTACLES[obstacle] if obstacle else "",
    )


@bp.post("/confirm")
@signed_in_required
@at(Step.CONFIRM, Step.TENDER)
def change_order() -> ResponseReturnValue:
    """Choose again, or one more: the order is called off, what was chosen travels along."""
    return _with_items("kiosk.choose", _basket()) if call_off().step is Step.CHOOSE else see_other(url_for("kiosk.now"))


@bp.get("/preview/<uuid:issuance_id>.png")
@signed_in_required
def preview(issuance_id: uuid.UUID) -> ResponseReturnValue:
    with partitions.open(g.visit.home) as p:
        image = get_preview(p, g.visit.visit_id, str(issuance_id))
    return Response(image, mimetype=PNG)


@bp.get("/refused")
@signed_in_required
@at(Step.CHOOSE)
def refused() -> ResponseReturnValue:
    """The same screen for every neutral reason; a reason that is no secret is said instead."""
    given = request.args.get("reference", "")
    reference = given if REFERENCE.fullmatch(given) else ""
    message = words.NEUTRAL if reference else _reason(request.args.get("kind", ""), request.args.get("rule", ""))
    phone = municipalities.get_member(g.visit.home).phone or service_hours.phone()
    return show("refused", Step.CHOOSE, message=message, reference=reference, phone=phone)


def _reason(kind: str, rule: str) -> str:
    """What may be told, and when to come again."""
    said, now = words.reason_of(kind, rule), clock.now()
    if rule != CLOSED or kind not in KINDS:
        return said
    at = service_hours.next_opening_of(g.visit.home, kind, g.terminal, now)
    return said if at == now else said + screens.opening_words(at)  # open, yet the town does not issue it


def _place(items: tuple[Item, ...]) -> AnyResponse:
    """Order everything in the basket at once; refused is refused as a whole."""
    basket.check(items)
    try:
        with partitions.open(g.visit.home, write=True) as p:
            order = issuance.place_order(
                p, actor(), get_cardholder(p), g.terminal, requests_of(p, items), _key(), g.visit.opened_at
            )
    except OrderRefusedError as refusal:
        return _refuse(refusal)
    except (OrderOpenError, KeyReusedError):
        return see_other(url_for("kiosk.now"))
    except ListMovedError:
        return go_on(Step.CHOOSE)
    return _with_items("kiosk.confirm", items, order.order_id)


def _refuse(refused: OrderRefusedError) -> AnyResponse:
    """The reference is taken in every case, so that every refusal takes the same way and the same time."""
    refusal = refused.refusal
    with partitions.open(g.visit.home, write=True) as p:
        reference = issuance.note_refusal(
            p, actor(), g.visit.visit_id, g.terminal.terminal_id, refused.kind, refusal.rule, refused.field
        )
    if refusal.message_class is MessageClass.INFORMATION:
        return see_other(url_for("kiosk.refused", kind=refused.kind, rule=refusal.rule))
    return see_other(url_for("kiosk.refused", reference=reference))


def _basket() -> tuple[Item, ...]:
    """The items that travel with this request; unknown kinds are none of ours."""
    items = basket.parse_all(request.values.getlist("item"))
    if any(item.kind not in KINDS for item in items):
        raise BasketError("kind")
    return items


def _kind() -> str:
    kind = request.values.get("kind", "")
    if kind not in KINDS:
        raise BasketError("kind")
    return kind


def _new_key() -> str:
    """The idempotency key of one showing of a page: whatever is pressed on it is ordered once."""
    return uuid.uuid4().hex


def _key() -> str:
    key = request.form.get("key", "")
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        raise BasketError("key")
    return f"{g.visit.visit_id[:8]}-{key}"


def _with_items(endpoint: str, items: Sequence[Item], order_id: str | None = None) -> AnyResponse:
    return see_other(url_for(endpoint, order=order_id, item=[str(item) for item in items]))
