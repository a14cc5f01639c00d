"""「おためし用の机」: the hands of a person, for the demo: lay a card, put money in, jam the printer.

Registered in the demo only: it stands for the devices that a real terminal has.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.protocol.canonical import digest
from app.protocol.money import DENOMINATIONS, MoneyRejectedError
from app.terminal.errors import UnknownCardError
from app.terminal.parts import Parts, parts_of
from app.terminal.printer import Fault, Sheet, SimulatedPrinter
from app.terminal.tray import BoxedCard, CardTray

bp = Blueprint("desk", __name__, url_prefix="/desk")


@bp.get("")
def desk() -> str:
    return render_template("terminal/desk.html", **_view())


@bp.get("/panels")
def panels() -> ResponseReturnValue:
    """The live part, only when it is not what the page already shows: a button must not vanish under a finger."""
    if request.args.get("seen") == digest(_state()):
        return "", 204
    return render_template("terminal/desk_panels.html", **_view())


@bp.get("/state.json")
def state() -> ResponseReturnValue:
    return jsonify(_state())


@bp.post("/cards/lay")
def lay_card() -> ResponseReturnValue:
    try:
        _tray().lay(request.form.get("card_id", ""))
    except UnknownCardError:
        abort(404)
    return _back()


@bp.post("/cards/take")
def take_card() -> ResponseReturnValue:
    _tray().take()
    return _back()


@bp.post("/cash/insert")
def insert_money() -> ResponseReturnValue:
    """`yen`: one coin or bill; a rejected one comes straight back (409)."""
    return _do("insert", yen=request.form.get("yen", type=int))


@bp.post("/cash/collect")
def collect_money() -> ResponseReturnValue:
    return _do("collect")


@bp.post("/cash/lever")
def pull_lever() -> ResponseReturnValue:
    """What a member of staff does with money of which nobody knows any more: give it back by hand."""
    return _do("pull_lever")


@bp.post("/touch")
def touch() -> ResponseReturnValue:
    """`tender`: emoney (a card on the reader) or qr (a telephone at the display)."""
    return _do("touch", tender=request.form.get("tender", ""))


@bp.post("/money/fault")
def set_money_fault() -> ResponseReturnValue:
    """`kind` of cash: jam, no_change, no_power; of the others: down, refuse, whole_only, no_refund. Empty: repair."""
    return _do("fault", tender=request.form.get("tender", ""), kind=request.form.get("kind", ""))


@bp.get("/tray.json")
def tray() -> ResponseReturnValue:
    """Every sheet that ever came out: what a robot compares with the portal's ledger."""
    return jsonify([vars(sheet) for sheet in _sheets(_parts())])


@bp.get("/tray/<attempt_id>.pdf")
def look_at_sheet(attempt_id: str) -> ResponseReturnValue:
    """The sheets in the tray, as paper lies there for anyone at the machine to see."""
    printer = _simulated()
    path = printer.file_of(attempt_id) if printer else None
    if path is None:
        abort(404)
    return send_file(path, mimetype="application/pdf", max_age=0)


@bp.post("/tray/take")
def take_sheets() -> ResponseReturnValue:
    """Take the sheets of one attempt, or without `attempt_id` all that lie there."""
    if (printer := _simulated()) is None:
        return _is_real()
    printer.take(request.form.get("attempt_id") or None)
    return _back()


@bp.post("/printer")
def set_fault() -> ResponseReturnValue:
    """`fault`: jam, no_paper, cover_open, offline; empty clears it and fills the paper tray."""
    given = request.form.get("fault", "")
    if given and given not in list(Fault):
        abort(400)
    if (printer := _simulated()) is None:
        return _is_real()
    printer.set_fault(Fault(given) if given else None)
    return _back()


@bp.post("/clear")
def clear() -> ResponseReturnValue:
    """What a member of staff does after looking into the machine: back into service."""
    _parts().press.resume()
    return _back()


def _do(action: str, **words: Any) -> ResponseReturnValue:
    """A hand at the payment devices."""
    hands = _parts().money.hands
    if hands is None:
        abort(404)
    try:
        hands.do(action, **words)
    except MoneyRejectedError as rejected:
        is_htmx = "HX-Request" in request.headers  # htmx shows an answer of 2xx only
        return _page(200 if is_htmx else 409, rejected=rejected.reason)
    except ValueError:
        abort(400)
    return _back()


def _back() -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _page(200)
    return redirect(url_for("desk.desk"), 303)


def _page(status: int, **more: Any) -> ResponseReturnValue:
    name = "desk_panels" if "HX-Request" in request.headers else "desk"
    return render_template(f"terminal/{name}.html", **_view(), **more), status


def _view() -> dict[str, Any]:
    facts = _state()
    find = request.values.get("find", "").strip()
    return {
        "state": facts,
        "seen": digest(facts),
        "find": find,
        "cards": [card for card in _tray().cards() if _is_wanted(card, find) or card.card_id == facts["card"]],
        "denominations": DENOMINATIONS,
        "faults": list(Fault) if _simulated() else [],
        "settings": _parts().settings,
    }


def _is_wanted(card: BoxedCard, find: str) -> bool:
    """Every word of `find` is somewhere on the card."""
    text = f"{card.card_id} {card.label} {card.label_en}".casefold()
    return all(word in text for word in find.casefold().split())


def _state() -> dict[str, Any]:
    parts = _parts()
    return {
        "terminal_id": parts.settings.terminal_id,
        "card": _tray().lying(),
        **(parts.money.hands.state() if parts.money.hands else {}),
        "printer": {
            "faults": parts.printer.faults(),
            "sheets_left": parts.printer.sheets_left(),
            "address": parts.settings.printer,  # empty: the simulated one
        },
        "tray": _lying(_sheets(parts)),
        "receipt": _receipt(parts),  # the newest one hangs out
        "alarm": parts.press.is_alarm_due(),
        "out_of_service": "fenced" if parts.loop.is_fenced() else parts.journal.stopped_reason(),
        "pending_reports": len(parts.journal.pending_reports()),
    }


def _receipt(parts: Parts) -> str:
    return parts.roll.lines()[-1] if parts.roll and parts.roll.lines() else ""


def _lying(sheets: list[Sheet]) -> list[dict[str, Any]]:
    """One entry for each attempt whose sheets lie in the tray."""
    lying: dict[str, dict[str, Any]] = {}
    for sheet in sheets:
        if not sheet.taken:
            lying[sheet.attempt_id] = {"attempt_id": sheet.attempt_id, "out": sheet.sheet, "sheets": sheet.sheets}
    return list(lying.values())


def _sheets(parts: Parts) -> list[Sheet]:
    """Of a real printer the desk knows none: they lie in its own tray."""
    return parts.printer.sheets() if isinstance(parts.printer, SimulatedPrinter) else []


def _tray() -> CardTray:
    """The desk's hands at the reader: there is no desk without the demo's cards."""
    reader = _parts().reader
    if not isinstance(reader, CardTray):
        abort(404)
    return reader


def _simulated() -> SimulatedPrinter | None:
    printer = _parts().printer
    return printer if isinstance(printer, SimulatedPrinter) else None


def _is_real() -> ResponseReturnValue:
    """The desk has no hands at a real printer; the page says where its paper and its faults are."""
    return _page(200 if "HX-Request" in request.headers else 409)


def _parts() -> Parts:
    return parts_of(current_app)
