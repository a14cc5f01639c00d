"""What to take: one tap for the usual content, or the options; then the order with its price, before any money."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.certificates.catalogue import KINDS
from app.certificates.requests import MessageClass
from app.issuance import service as issuance
from app.issuance.errors import KeyReusedError, OrderOpenError, OrderRefusedError
from app.issuance.queries import get_preview
from app.kiosk import basket, bp, screens, service_hours
from app.kiosk.basket import MAX_COPIES, MAX_ITEMS, BasketError, HouseholdMovedError, Item, Scope
from app.kiosk.choices import Home, find_home, get_cardholder, lines_of, list_offers, requests_of
from app.kiosk.forms import OptionsForm, read_options
from app.kiosk.journey import Step
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
    chosen = [screens.title_of(item.kind) for item in items]
    return show("choose", Step.CHOOSE, offers=list_offers(), items=items, chosen=chosen, key=_new_key())


@bp.post("/choose")
@signed_in_required
@at(Step.CHOOSE)
def choose_usual() -> ResponseReturnValue:
    """One tap: the usual content, straight to the confirmation."""
    return _place((*_basket(), Item(_kind())))


@bp.get("/options")
@signed_in_required
@at(Step.CHOOSE)
def options() -> ResponseReturnValue:
    kind = _kind()
    home = find_home(kind)
    form = read_options(None, len(home.members), {option.code for option in home.options})
    form.scope.data = Scope.ALL.value
    form.person.data, form.option.data = [], []
    return _options_page(home, kind, form)


@bp.post("/options")
@signed_in_required
@at(Step.CHOOSE)
def choose_options() -> ResponseReturnValue:
    kind = _kind()
    home = find_home(kind)
    form = read_options(request.form, len(home.members), {option.code for option in home.options})
    problems = _problems(form, home)
    if problems:
        return _options_page(home, kind, form, problems)
    return _place((*_basket(), form.to_item(kind, home.people)))


def _problems(form: OptionsForm, home: Home) -> list[str]:
    found = [] if form.validate() else [_("もう一度えらんでください。")]
    if form.scope.data == Scope.SOME.value and not form.person.data:
        found.append(_("のせる人を1人以上えらんでください。"))
    if request.form.get("people", home.people) != home.people:
        found.append(_("世帯の内容が変わりました。もう一度えらんでください。"))
    return found


def _options_page(home: Home, kind: str, form: OptionsForm, problems: Sequence[str] = ()) -> Response:
    choices = [
        {"value": o.code, "label": screens.option_words(o)[0], "note": screens.option_words(o)[1]} for o in home.options
    ]
    values: dict[str, Any] = {
        "kind": kind,
        "form": form,
        "choices": choices,
        "members": home.names,
        "people": home.people,
    }
    values.update(items=_basket(), key=_new_key(), asks_people=bool(choices), problems=problems, most_copies=MAX_COPIES)
    page = render_template("kiosk/options.html", frame=screens.frame_of("options", Step.CHOOSE), **values)
    return make_response(page, 422 if problems else 200)


@bp.get("/confirm")
@signed_in_required
@at(Step.CONFIRM)
def confirm() -> ResponseReturnValue:
    order = g.standing.placed
    items = _basket() if request.args.get("order") == order.order_id else ()
    live = (
        ""
        if order.is_ready
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
    )


@bp.post("/confirm")
@signed_in_required
@at(Step.CONFIRM)
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
    message = screens.NEUTRAL if reference else screens.REASONS.get(request.args.get("rule", ""), screens.NEUTRAL)
    phone = municipalities.get_member(g.visit.home).phone or service_hours.phone()
    return show("refused", Step.CHOOSE, message=message, reference=reference, phone=phone)


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
    except HouseholdMovedError:
        return go_on(Step.CHOOSE)
    return _with_items("kiosk.confirm", items, order.order_id)


def _refuse(refused: OrderRefusedError) -> AnyResponse:
    """The reference is taken in every case, so that every refusal takes the same way and the same time."""
    refusal = refused.refusal
    with partitions.open(g.visit.home, write=True) as p:
        reference = issuance.note_refusal(
            p, actor(), g.visit.visit_id, g.terminal.terminal_id, refused.kind, refusal.rule
        )
    if refusal.message_class is MessageClass.INFORMATION:
        return see_other(url_for("kiosk.refused", rule=refusal.rule))
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
