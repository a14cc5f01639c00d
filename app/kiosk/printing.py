"""From the confirmed order to the sheet in the hand: money, printing, taking. Pages that renew themselves."""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.issuance import aftermath, granting
from app.issuance import service as issuance
from app.issuance.errors import NoLongerAllowedError, NoReceiptError, NotReadyError, SheetLostError, TooLateError
from app.issuance.queries import CopyView, OrderView, Receipt
from app.issuance.states import KEPT, PAPER_OUT, Payment
from app.kiosk import bp, screens, service_hours, tenders
from app.kiosk.journey import Step
from app.kiosk.screens import show
from app.kiosk.standing import actor, at, go_on, stand
from app.municipalities.partitions import partitions
from app.municipalities.serviceability import read_devices
from app.web.access import signed_in_required
from app.web.htmx import is_fragment, see_other

_MOVING = frozenset({Payment.COMMITTING, Payment.RELEASING})


@bp.post("/pay")
@signed_in_required
@at(Step.CONFIRM, Step.TENDER)
def start_payment() -> ResponseReturnValue:
    """Let the machine take money, by the tender that was chosen or the only one there is.

    Twice is once: the second press stands on another step already.

    Not while something is in the way of printing: the confirmation says what, and goes on by itself when it is gone.
    """
    order = g.standing.placed
    if service_hours.obstacle_to_pay(g.terminal, order, clock.now()) is not None:
        return see_other(url_for("kiosk.confirm"))
    tender = tenders.choose(g.terminal, request.form.get("tender", ""))
    if tender is None and order.yen:
        return see_other(url_for("kiosk.tender"))
    try:
        with partitions.open(g.visit.home, write=True) as p:
            issuance.ask_payment(p, actor(), order.order_id, tender)
    except NotReadyError:
        pass  # the page says that it is being prepared
    except (NoLongerAllowedError, SheetLostError) as error:
        return _withdraw(error)
    return go_on(stand(g.visit).step)


def _withdraw(error: NoLongerAllowedError | SheetLostError) -> ResponseReturnValue:
    """What was ordered may not be printed any more: before money goes in, so nothing is charged; one neutral screen."""
    with partitions.open(g.visit.home, write=True) as p:
        reference = granting.give_up(p, actor(), error.attempt_id, error)
    aftermath.follow_up(g.visit.home, actor(), g.visit.visit_id)
    step = stand(g.visit).step
    return see_other(url_for("kiosk.refused", reference=reference)) if step is Step.CHOOSE else go_on(step)


@bp.get("/tender")
@signed_in_required
@at(Step.CONFIRM, Step.TENDER)
def tender() -> ResponseReturnValue:
    """Which of the ways of paying that work here now."""
    ways = [(way.value, tenders.WORDS[way]) for way in tenders.offered(g.terminal)]
    return show("tender", g.standing.step, order=g.standing.placed, ways=ways)


@bp.post("/tender")
@signed_in_required
@at(Step.PAY)
def change_tender() -> ResponseReturnValue:
    """Another way of paying, as long as nothing was paid: the machine closes first."""
    try:
        with partitions.open(g.visit.home, write=True) as p:
            issuance.switch_tender(p, actor(), g.standing.placed.order_id)
    except TooLateError:
        pass  # money came in meanwhile: it goes on with that
    return go_on(stand(g.visit).step)


@bp.get("/pay")
@signed_in_required
@at(Step.PAY)
def pay() -> ResponseReturnValue:
    order = g.standing.placed
    words = tenders.WORDS[order.tender]
    return show(
        "switching" if order.payment is Payment.SWITCHING else words.screen,
        Step.PAY,
        live=url_for("kiosk.pay"),
        order=order,
        missing=max(order.yen - order.yen_inserted, 0),
        how=words.how,
        may_change=order.payment is Payment.ASKED and not order.yen_inserted and len(tenders.offered(g.terminal)) > 1,
    )


@bp.get("/progress")
@signed_in_required
@at(Step.PROGRESS)
def progress() -> ResponseReturnValue:
    lines = screens.copy_lines(g.standing.placed.copies)
    done = sum(line.look == "out" for line in lines)
    reached = sum({"waiting": 0, "working": 1}.get(line.look, 2) for line in lines)
    return show("progress", Step.PROGRESS, live=url_for("kiosk.progress"), lines=lines, done=done, reached=reached)


@bp.get("/take")
@signed_in_required
@at(Step.TAKE)
def take() -> ResponseReturnValue:
    order, receipt = g.standing.placed, _receipt()
    if is_fragment() and request.args.get("seen") == receipt:
        return "", 204  # nothing is new: a button must not vanish under a finger
    return show(
        "take",
        Step.TAKE,
        live=url_for("kiosk.take", seen=receipt),
        receipt=receipt,
        copies=len(_out(order)),
        sheets=_sheets(order),
        change=_change(order),
        owed=order.yen_owed,
        notes=screens.missing_notes(order.copies),
    )


@bp.post("/receipt")
@signed_in_required
@at(Step.TAKE, Step.DONE, Step.OWED)
def ask_receipt() -> ResponseReturnValue:
    """「領収書を出す」: once for each order, where there is a printer for it; a second press finds it printed."""
    if _receipt() is not Receipt.OFFERED:
        return go_on(g.standing.step)
    try:
        with partitions.open(g.visit.home, write=True) as p:
            issuance.ask_receipt(p, g.standing.placed.order_id)
    except NoReceiptError:
        pass  # the money is being counted out, or a person looks first: the page says so
    return go_on(g.standing.step)


def _receipt() -> Receipt:
    """Not offered by a terminal that has not said that it can print one."""
    receipt: Receipt = g.standing.placed.receipt
    can_print = read_devices(g.terminal.device_state).prints_receipts
    return Receipt.NONE if receipt is Receipt.OFFERED and not can_print else receipt


def _out(order: OrderView) -> list[CopyView]:
    return [copy for copy in order.copies if copy.state in PAPER_OUT]


def _sheets(order: OrderView) -> int:
    """Of paper, that the resident must find in the tray: the last one of each copy says n/N."""
    return sum(copy.sheets for copy in _out(order))


def _change(order: OrderView) -> int:
    """Yen that the machine gives back: what was put in and is not kept."""
    kept = sum(copy.yen for copy in order.copies if copy.state in KEPT)
    due = order.yen_due if order.yen_due is not None else kept
    return max(order.yen_inserted - due - order.yen_owed, 0)


@bp.get("/outcome")
@signed_in_required
@at(Step.DONE, Step.RETURNED, Step.OWED, Step.STAFF)
def outcome() -> ResponseReturnValue:
    step, order = g.standing.step, g.standing.placed
    return show(
        step.value,
        step,
        live=url_for("kiosk.outcome") if order.payment in _MOVING or order.receipt is Receipt.ASKED else "",
        receipt=_receipt(),
        is_done=step is Step.DONE,
        needs_staff=step in {Step.OWED, Step.STAFF},
        owed=order.yen_owed,
        words=_words(step, order),
        notes=screens.missing_notes(order.copies) if step in {Step.DONE, Step.OWED} else [],
        phone=service_hours.phone(),
        reference=order.claim,
    )


def _words(step: Step, order: OrderView) -> list[str]:
    if step is Step.DONE:  # without an exit sensor no screen before this one says how many sheets there must be
        count = _("%(copies)s通（%(sheets)s枚）あります", copies=len(_out(order)), sheets=_sheets(order))
        return [count, _("枚数と内容をお確かめください。"), _("お忘れもののないよう、お気をつけてお帰りください。")]
    if step is Step.OWED:
        return [_("この番号を、係員か窓口にお見せください。お返しするまで、記録に残っています。")]
    if step is Step.STAFF:
        return [_("印刷かお金の確認が必要です。"), _("係員が確認するまで、お金のことは記録に残っています。")]
    money = _("入れたお金をお返しします。お取りください。") if order.yen_inserted else _("お金はいただいていません。")
    return [_("証明書を作れませんでした。"), money] if order.has_failed else [_("証明書は印刷していません。"), money]
