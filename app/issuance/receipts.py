"""領収書: what was paid, for what, by what, under a number without gaps. Nobody is named on it, and it is printed once.

The number comes from `Head` in the transaction that asks; the lines are fixed there, too. A second press finds both.
The sum is that of the lines: what a person gave back meanwhile, for a copy that did not come out, was not paid.
"""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from app import clock
from app.audit.models import Head
from app.certificates.catalogue import KINDS
from app.issuance.errors import NoReceiptError
from app.issuance.journal import copies_of, get_order, next_in_head
from app.issuance.models import Issuance, Order
from app.issuance.progress import fees_kept
from app.issuance.queries import OrderView, may_have_receipt, view_order
from app.issuance.states import KEPT
from app.municipalities.partitions import Partition
from app.municipalities.queries import get_member, get_terminal
from app.protocol.messages import Tender

_TENDERS = {Tender.CASH: "現金", Tender.EMONEY: "電子マネー", Tender.QR: "コード決済"}


def ask_receipt(p: Partition, order_id: str) -> OrderView:
    """Let the terminal print the receipt of an order whose money was kept. Twice is once.

    :raises NoReceiptError: nothing was kept (yet), or a person has to decide about it first.
    """
    order = get_order(p, order_id)
    if order.receipt_asked_at is None:
        if not may_have_receipt(order, copies_of(p, order)):
            raise NoReceiptError
        number = next_in_head(p, Head.receipt_sequence)
        lines = "\n".join(_lines(p, order, number))
        order.receipt_number, order.receipt, order.receipt_asked_at = number, lines, clock.now()
        p.session.flush()
    return view_order(p, order)


def find_unprinted(p: Partition, terminal_id: str, visit_id: str) -> Order | None:
    """The order of this visit whose receipt was asked for and has not come out."""
    mine = (Order.terminal_id == terminal_id, Order.visit_id == visit_id)
    waiting = (Order.receipt_asked_at.is_not(None), Order.receipt_printed_at.is_(None))
    return p.session.scalar(sa.select(Order).where(*mine, *waiting).order_by(Order.receipt_number).limit(1))


def _lines(p: Partition, order: Order, number: int) -> list[str]:
    town, terminal = get_member(p.code).name, get_terminal(order.terminal_id)
    copies = [copy for copy in copies_of(p, order) if copy.state in KEPT]
    return [
        "領収書",
        town,
        f"第{number:07d}号",
        f"{clock.now():%Y年%m月%d日 %H:%M}",
        f"{terminal.site_name} {terminal.number:03d}",
        *(_line(kind, yen, count) for (kind, yen), count in _counted(copies).items()),
        f"合計 {fees_kept(copies):,}円",
        f"お支払い {_TENDERS[Tender(order.tender or '')]}",
        "手数料として領収しました。",
    ]


def _counted(copies: list[Issuance]) -> Counter[tuple[str, int]]:
    return Counter((copy.kind, copy.yen) for copy in copies)


def _line(kind: str, yen: int, count: int) -> str:
    title = KINDS[kind].title if kind in KINDS else kind
    return f"{title} {count}通 × {yen:,}円 = {count * yen:,}円"
