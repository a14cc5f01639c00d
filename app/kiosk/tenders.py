"""What one can pay with at this terminal now, and how that is said to somebody who does it for the first time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.municipalities.queries import TerminalFacts
from app.protocol.messages import Tender


@dataclass(frozen=True)
class TenderWords:
    """`screen`: the name of the paying screen; `hint`: on the button; `how`: what to do with one's hands."""

    screen: str
    icon: str
    title: LazyString
    hint: LazyString
    how: LazyString


WORDS: dict[Tender, TenderWords] = {
    Tender.CASH: TenderWords(
        "pay",
        "coins",
        _l("現金"),
        _l("おつりが出ます"),
        _l("お金を入れると、印刷が自動ではじまります。おつりは証明書といっしょに出ます。"),
    ),
    Tender.EMONEY: TenderWords(
        "pay_emoney",
        "touch",
        _l("電子マネー"),
        _l("カードやスマートフォンを1回タッチ"),
        _l("タッチは1回だけです。音が鳴るまで、はなさないでください。タッチすると、印刷が自動ではじまります。"),
    ),
    Tender.QR: TenderWords(
        "pay_qr",
        "code",
        _l("コード決済"),
        _l("スマートフォンの決済コードをかざします"),
        _l("決済アプリで、支払い用のコードを出してください。読み取り口にかざすと、印刷が自動ではじまります。"),
    ),
}


def offered(terminal: TerminalFacts) -> list[Tender]:
    """What the terminal says that it can take now, always in the same order."""
    said = json.loads(terminal.device_state or "{}").get("tenders", "").split()
    return [tender for tender in WORDS if tender.value in said]


def choose(terminal: TerminalFacts, asked: str) -> Tender | None:
    """What was asked for, or the only one there is; None when it is still to be chosen."""
    known = offered(terminal)
    if len(known) == 1 and not asked:
        return known[0]
    return next((tender for tender in known if tender.value == asked), None)
