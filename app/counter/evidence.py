"""Evidence in plain words: what devices, guard and registers said, a line each. Codes that nobody put into words stay.

Evidence holds codes, counts and numbers of sheets, never a person (`app.issuance.reporting`, `app.issuance.guard`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app import clock
from app.counter import phrases, words
from app.issuance.states import Payment, State
from app.protocol.messages import Tender
from app.web.languages import format_yen

_UNSEEN = "taken unseen"  # TAKEN of a terminal without an exit sensor: nobody saw the sheet leave
_EVENTS: dict[str, LazyString] = {
    "inserted": _l("お金が入った"),
    "held": _l("料金がそろった"),
    "committed": _l("お金を受け取ったと報告"),
    "released": _l("お金を返したと報告"),
    "payment_unknown": _l("お金の行き先が分からないと報告"),
    "printing": _l("プリンターに送ったと報告"),
    "printed": _l("紙が出たと報告"),
    "not_printed": _l("紙は出ていないと報告"),
    "outcome_unknown": _l("紙が出たか分からないと報告"),
    "taken": _l("取られたと報告"),
    _UNSEEN: _l("紙が出たと報告。取られたかは分からない"),
    "not_taken": _l("取られていないと報告"),
    "mismatch": _l("印刷物が合わないと報告"),
    "silent": _l("時間内に報告がなかった"),
    "refused": _l("利用者にお断りした"),
    "guard_mismatch": _l("読みもどした紙面が内容と合わない"),
    "render_failed": _l("紙面を作れなかった"),
    "SheetLostError": _l("しまっておいた紙面が開けない"),
    "GrantLostError": _l("端末が、前の許可をおぼえていない"),
    "count": _l("端末の機械が数えた結果"),
    "accounts": _l("台帳とくらべた結果"),
    "relay_late": _l("送信が待っている"),
    "terminal_silent": _l("端末から連絡がない"),
}
_LABELS: dict[str, LazyString] = {
    "yen": _l("金額"),
    "yen_owed": _l("返せなかった金額"),
    "tender": _l("支払い方法"),
    "state": _l("そのときの状態"),
    "findings": _l("合わなかったもの"),
    "why": _l("理由"),
    "sheets": _l("枚数"),
    "printer": _l("プリンターの様子"),
    "taken": _l("出口センサー"),
    "device": _l("機械の答え"),
    "reason": _l("機械の言うこと"),
    "reference": _l("利用者の受付番号"),
    "kind": _l("証明書の種類"),
    "field": _l("欄"),
    "sheets_more": _l("記録より多い枚数"),
    "yen_cash_more": _l("記録より多い現金"),
    "yen_emoney_more": _l("記録より多い電子マネー"),
    "yen_qr_more": _l("記録より多いQR決済"),
    "yen_missing": _l("台帳に足りない金額"),
    "lines_missing": _l("台帳に足りない行"),
    "waiting_since": _l("待ちはじめた時"),
    "last_seen_at": _l("さいごの連絡"),
}
_MONEY = frozenset({"yen", "yen_owed"})
_MOMENTS = frozenset({"waiting_since", "last_seen_at"})


def lines(evidence: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(what was said, its particulars) in the order in which it came."""
    return [(_event(item), list(_particulars(item))) for item in evidence]


def _event(item: Mapping[str, Any]) -> str:
    event = str(item.get("event", ""))
    if event == "taken" and ("taken", "unknown") in _flat(item):
        event = _UNSEEN
    return str(_EVENTS.get(event, event or _("記録")))


def _particulars(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in _flat(item):
        if value not in ("", None, [], {}) and not (name in _MONEY and value == 0):
            yield str(_LABELS.get(name, name)), _value(name, value)


def _flat(item: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Everything but the event; the device's own words (JSON in a text) as if they stood beside the rest."""
    for name, value in item.items():
        if name == "details":
            yield from _opened(value)
        elif name != "event":
            yield name, value


def _opened(details: Any) -> Iterable[tuple[str, Any]]:
    try:
        told = json.loads(details)
    except (TypeError, ValueError):
        return [("details", details)]
    return list(told.items()) if isinstance(told, dict) else [("details", told)]


def _value(name: str, value: Any) -> str:
    if name.startswith("yen") and isinstance(value, int):
        return format_yen(value)
    if name == "state" and value in {*State, *Payment}:
        return words.state(value) if value in set(State) else words.payment(value)
    if name == "tender" and value in set(Tender):
        return str(words.TENDERS[Tender(value)])
    if name in _MOMENTS:
        return _moment(str(value))
    if isinstance(value, list | tuple):
        return _("、").join(_word(name, str(one)) for one in value)
    return _word(name, str(value))


def _word(name: str, value: str) -> str:
    return _WORDS[name](value) if name in _WORDS else value


def _of(table: Mapping[str, LazyString]) -> Callable[[str], str]:
    return lambda word: str(table.get(word, word))


_WORDS: dict[str, Callable[[str], str]] = {
    "findings": phrases.finding,
    "why": phrases.why,
    "printer": phrases.fault,
    "taken": _of(phrases.TAKEN),
    "device": _of(phrases.DEVICE),
    "reason": phrases.reason,
}


def _moment(written: str) -> str:
    try:
        return words.moment(datetime.fromisoformat(written).astimezone(clock.JST))
    except ValueError:
        return written
