"""How one pays: the tenders that the terminal can take now, changing one's mind, what is owed, the receipt."""

from __future__ import annotations

import re

import pytest

from app.issuance.queries import Receipt
from app.issuance.states import Payment, State
from app.protocol.messages import ReportEvent, Tender
from tests.functional.kiosk.conftest import Stand
from tests.functional.kiosk.test_journeys import CARD, reach_confirm, reach_pay
from tests.functional.kiosk.test_wrong_hands import Change, block, change_register, rename
from tests.journey.forms import read_forms

ALL = "cash emoney qr"


def words(stand: Stand) -> str:
    return re.sub(r"<[^>]+>", "", stand.page.text)


def reach_tender(stand: Stand) -> None:
    stand.call(tenders=ALL)
    reach_confirm(stand)
    stand.submit("/kiosk/pay")
    assert (stand.path, stand.title) == ("/kiosk/tender", "何で支払いますか？")


def test_one_tender_is_no_question(stand: Stand) -> None:
    reach_pay(stand)
    assert stand.order().tender is Tender.CASH
    assert "ほかの方法で支払う" not in stand.page.text


@pytest.mark.parametrize(
    ("tender", "title", "help_"),
    [
        ("cash", "お金を入れてください", "おつりは証明書といっしょに"),
        ("emoney", "1回タッチしてください", "タッチは1回だけです"),
        ("qr", "決済コードをかざしてください", "読み取り口にかざすと"),
    ],
)
def test_what_the_terminal_can_take_is_offered(stand: Stand, tender: str, title: str, help_: str) -> None:
    reach_tender(stand)
    offered = [value for form in read_forms(stand.page.text) for name, value, _ in form.buttons if name == "tender"]
    assert offered == ALL.split()
    stand.submit("/kiosk/pay", button=tender)
    assert (stand.path, stand.title) == ("/kiosk/pay", title)
    assert help_ in words(stand)
    assert stand.order().tender == tender


def test_only_what_works_now_is_offered_and_taken(stand: Stand) -> None:
    reach_tender(stand)
    stand.call(tenders="cash qr")
    stand.submit("/kiosk/pay", button="emoney")
    assert stand.path == "/kiosk/tender"
    assert stand.order().payment is Payment.NONE
    assert "電子マネー" not in stand.page.text


def test_changing_one_s_mind_before_paying(stand: Stand) -> None:
    reach_tender(stand)
    stand.submit("/kiosk/pay", button="emoney")
    first = stand.order().payment_key
    stand.submit("/kiosk/tender")
    assert (stand.path, stand.title) == ("/kiosk/pay", "支払いの方法を変えています")
    stand.report(ReportEvent.RELEASED)
    assert stand.get("/kiosk/pay").request.path == "/kiosk/tender"
    stand.submit("/kiosk/pay", button="cash")
    assert stand.title == "お金を入れてください"
    assert stand.order().payment_key != first
    stand.pay(1000)
    assert stand.get("/kiosk/pay").request.path == "/kiosk/progress"


def test_with_money_in_it_there_is_no_changing(stand: Stand) -> None:
    reach_tender(stand)
    stand.submit("/kiosk/pay", button="cash")
    page = stand.page
    stand.report(ReportEvent.INSERTED, 100)
    assert "ほかの方法で支払う" not in stand.get("/kiosk/pay").text
    stand.page = page  # the old page is still on the screen
    stand.submit("/kiosk/tender")
    assert (stand.path, stand.order().payment) == ("/kiosk/pay", Payment.ASKED)


def test_stopping_at_the_question(stand: Stand) -> None:
    reach_tender(stand)
    stand.submit("/kiosk/stop")
    assert stand.path == "/kiosk/"
    assert (stand.order().payment, stand.order().is_open) == (Payment.RELEASED, False)


@pytest.mark.parametrize("change", [block, rename])
def test_no_coin_goes_in_for_what_may_not_be_printed_any_more(stand: Stand, change: Change) -> None:
    """The register moved while the resident read the price: the same neutral screen as any refusal, and no money."""
    reach_confirm(stand)
    change_register(stand, change)
    stand.submit("/kiosk/pay")
    assert (stand.path, stand.title) == ("/kiosk/refused", "この証明書は、この端末ではお取りになれません")
    assert re.search(r"N-[0-9A-Z]{6}", words(stand))
    order = stand.order()
    assert (order.payment, order.is_open, order.tender) == (Payment.RELEASED, False, None)


def change_is_owed(stand: Stand) -> None:
    reach_pay(stand)
    stand.pay(1000)
    attempt = stand.print_all()[0]
    price = stand.order().yen
    stand.report(ReportEvent.COMMITTED, price, yen_owed=1000 - price)
    stand.get("/kiosk/now")
    assert stand.path == "/kiosk/take"
    assert "機械からお返しできません" in words(stand)
    assert "おつり" not in words(stand)
    stand.report(ReportEvent.TAKEN, attempt_id=attempt)


def test_change_that_the_machine_owes(stand: Stand) -> None:
    change_is_owed(stand)
    stand.get("/kiosk/now")
    order = stand.order()
    assert (stand.path, stand.title) == ("/kiosk/outcome", "係員がお返しします")
    assert order.claim in stand.page.text
    assert f"{1000 - order.yen}円" in words(stand)
    stand.submit("/kiosk/finish")
    assert stand.path == "/kiosk/"
    stand.sign_in(CARD)  # the terminal serves the next one
    assert stand.path == "/kiosk/choose"


def test_a_receipt_at_the_tray(stand: Stand) -> None:
    reach_pay(stand)
    stand.pay(1000)
    stand.print_all()
    assert "領収書" not in stand.get("/kiosk/take").text  # the machine has not counted it out yet
    stand.report(ReportEvent.COMMITTED, stand.order().yen)
    assert "領収書を出す" in stand.get("/kiosk/take").text
    stand.submit("/kiosk/receipt")
    assert stand.path == "/kiosk/take"
    assert "領収書を印刷しています" in stand.page.text
    stand.report(ReportEvent.RECEIPT_PRINTED)
    assert "領収書をお取りください" in stand.get("/kiosk/take").text
    assert "領収書を出す" not in stand.page.text


@pytest.mark.parametrize("told", [{"prints_receipts": False}, {"prints_receipts": "yes"}, {}])
def test_no_receipt_is_offered_where_nothing_prints_one(stand: Stand, told: dict[str, object]) -> None:
    stand.devices.pop("prints_receipts")
    stand.call(**told)
    reach_pay(stand)
    stand.pay(1000)
    stand.print_all()
    stand.report(ReportEvent.COMMITTED, stand.order().yen)
    assert "領収書" not in stand.get("/kiosk/take").text
    stand.call(prints_receipts=True)
    assert "領収書を出す" in stand.get("/kiosk/take").text
    stand.call(prints_receipts=False)
    stand.submit("/kiosk/receipt")  # of a page that was left standing
    assert stand.order().receipt is Receipt.OFFERED


def test_the_tray_s_page_is_left_alone_while_nothing_is_new(stand: Stand) -> None:
    """A button must not vanish under a finger."""
    reach_pay(stand)
    stand.pay(1000)
    stand.print_all()
    assert stand.get("/kiosk/take?seen=none", **{"HX-Request": "true"}).status_code == 204
    stand.report(ReportEvent.COMMITTED, stand.order().yen)
    fragment = stand.get("/kiosk/take?seen=none", **{"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "領収書を出す" in fragment.text
    assert stand.order().copies[0].state is State.PRINTED
