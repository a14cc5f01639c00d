"""What a session costs, and when what may be had: as it stood when the visit began, and as the strictest says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest

from app import clock
from app.clock import JST
from app.issuance.errors import NoLongerAllowedError
from app.issuance.models import Order
from app.issuance.states import Payment
from app.municipalities import decisions, queries
from app.municipalities.models import Channel, FeeRule
from app.municipalities.ordinances import Fee
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write
from tests.functional.kiosk.conftest import RECORD, SEAL, Stand, in_app, later

HEAD, TOWN = "01-wakakusa-family-head", "902012"  # 若草市: open day and night
OFFICE_HOURS = "04-shirakaba-family-head"  # 白樺町: open day and night, but 戸籍 on weekdays from 9 to 17
WIDE = "03-suzune-family-head"  # 鈴音町: 7:00 to 23:00, closed at the turn of the year
LAST_DAY, FIRST_DAY = date(2026, 11, 24), date(2026, 11, 25)
MIDNIGHT = datetime(2026, 11, 25, tzinfo=JST)
NO_DAY = "再開の日時は決まっていません。"


@contextmanager
def at(moment: datetime | str) -> Iterator[None]:
    when = datetime.fromisoformat(moment).replace(tzinfo=JST) if isinstance(moment, str) else moment
    with clock.frozen(when):
        yield


@in_app
def price(stand: Stand, kind: str, yen: int, since: date, per: int | None = None) -> None:
    decisions.set_fee("test", TOWN, kind, Channel.KIOSK, Fee(yen, per), since)


@in_app
def fee_today(stand: Stand, kind: str) -> int:
    fee = queries.get_ordinance(TOWN, clock.today()).fee(kind, "kiosk")
    assert fee is not None
    return fee.yen


@in_app
def close(stand: Stand, begins: datetime, ends: datetime | None = None, **what: str) -> int:
    return decisions.add_closure("test", begins, ends, **what)


@in_app
def lift(stand: Stand, number: int) -> None:
    decisions.lift_closure("test", number)


@in_app
def priced_at(stand: Stand) -> datetime:
    with partitions.open(stand.town) as p:
        return p.session.query(Order).filter_by(visit_id=stand.visit_id).one().priced_at


def button(stand: Stand, kind: str) -> str:
    """What stands on the menu for a kind; empty when it cannot be pressed."""
    found = re.search(rf'<button class="offer" name="kind" value="{kind}">(.*?)</button>', stand.page.text, re.S)
    return re.sub(r"<[^>]+>|\s", "", found[1]) if found else ""


def told(stand: Stand) -> str:
    return re.sub(r"<[^>]+>", " ", stand.page.text)


def place(stand: Stand, kind: str = RECORD) -> int:
    stand.submit("/kiosk/choose", button=kind)
    order = stand.order()
    assert order is not None, stand.path
    return int(order.yen)


# --- A session keeps the price it started with ------------------------------------------------------------------------


def test_midnight_of_a_new_fee_passes_by_who_had_begun_before(stand: Stand) -> None:
    with at(MIDNIGHT - timedelta(seconds=40)):
        price(stand, RECORD, 990, FIRST_DAY)
        old = fee_today(stand, RECORD)
        assert old != 990
        stand.sign_in(HEAD)
        began = stand.visit().opened_at
        assert f"{old}円" in button(stand, RECORD)
    with at(MIDNIGHT + timedelta(seconds=20)):
        assert fee_today(stand, RECORD) == 990
        stand.get("/kiosk/choose")
        assert f"{old}円" in button(stand, RECORD)
        assert "990円" not in told(stand)
        assert place(stand) == old
        assert priced_at(stand) == began
        stand.render()
        stand.get("/kiosk/confirm")
        assert f"{old}円" in told(stand)
        stand.submit("/kiosk/pay")
        stand.pay(old)
        assert stand.grant_next()  # what is asked again before paper has the old price too, and no reason to refuse
    with at(MIDNIGHT + timedelta(seconds=60)):
        assert stand.order().payment is Payment.HELD
        assert stand.order().yen == old


def test_the_next_visit_pays_the_new_fee(stand: Stand) -> None:
    with at(MIDNIGHT - timedelta(seconds=40)):
        price(stand, RECORD, 990, FIRST_DAY)
        stand.sign_in(HEAD)
    with at(MIDNIGHT + timedelta(seconds=10)):
        stand.submit("/kiosk/stop")
        stand.sign_in(HEAD)
        assert "990円" in button(stand, RECORD)
        assert place(stand) == 990


def test_choosing_again_after_midnight_is_still_the_same_visit(stand: Stand) -> None:
    with at(MIDNIGHT - timedelta(seconds=40)):
        price(stand, RECORD, 990, FIRST_DAY)
        stand.sign_in(HEAD)
        old = place(stand)
    with at(MIDNIGHT + timedelta(seconds=10)):
        stand.get("/kiosk/confirm")
        stand.submit("/kiosk/confirm")
        assert stand.path == "/kiosk/choose"
        assert place(stand) == old


def test_what_begins_to_be_offered_at_midnight_is_offered_to_the_next_visit(stand: Stand) -> None:
    """A price that the session did not start with is not one that it keeps."""
    kind = "income_tax"
    with at(MIDNIGHT - timedelta(seconds=40)):
        withdraw_fees(stand, kind)
        price(stand, kind, 300, FIRST_DAY)
        stand.sign_in(HEAD)
        assert button(stand, kind) == ""
        key = stand.form("/kiosk/choose").fields
    with at(MIDNIGHT + timedelta(seconds=10)):
        stand.get("/kiosk/choose")
        assert button(stand, kind) == ""
        form = {**key, **stand.form("/kiosk/choose").fields, "kind": kind}
        stand.page = stand.client.post("/kiosk/choose", data=form, follow_redirects=True)
        if stand.path == "/kiosk/options":
            stand.submit("/kiosk/options", pick="1")
        assert stand.path == "/kiosk/refused"
        assert stand.order() is None
        stand.get("/kiosk/choose")
        stand.submit("/kiosk/stop")
        stand.sign_in(HEAD)
        assert "300円" in button(stand, kind)


@in_app
def withdraw_fees(stand: Stand, kind: str) -> None:
    """As a town that never priced it."""
    with union_write() as session:
        session.query(FeeRule).filter_by(municipality=TOWN, kind=kind).delete()


def test_a_free_certificate_asks_for_no_money_and_prints(stand: Stand) -> None:
    price(stand, SEAL, 0, clock.today())
    stand.sign_in(HEAD)
    assert "無料" in button(stand, SEAL)
    assert place(stand, SEAL) == 0
    stand.render()
    stand.get("/kiosk/confirm")
    stand.submit("/kiosk/pay")
    assert stand.order().payment is Payment.HELD
    stand.print_all()
    assert stand.get("/kiosk/now").request.path == "/kiosk/take"


def test_a_free_and_a_paid_one_together_cost_the_paid_one(stand: Stand) -> None:
    price(stand, SEAL, 0, clock.today())
    stand.sign_in(HEAD)
    old = fee_today(stand, RECORD)
    form = stand.form("/kiosk/choose", button=SEAL)
    item = f"{RECORD}~usual~~~~1"
    stand.page = stand.client.post(form.action, data={**form.data(SEAL), "item": item}, follow_redirects=True)
    assert [copy.yen for copy in stand.order().copies] == [old, 0]
    assert stand.order().yen == old


@pytest.mark.parametrize("claim", ["national_pension", "official_use", "1"])
def test_no_word_sent_to_a_machine_exempts(stand: Stand, claim: str) -> None:
    """手数料の免除 is a clerk's decision, who sees the papers: no field of any form is one."""
    stand.sign_in(HEAD)
    old = fee_today(stand, RECORD)
    form = stand.form("/kiosk/choose", button=RECORD)
    data = {**form.data(RECORD), "exemption": claim, "yen": "0", "channel": "counter"}
    stand.page = stand.client.post(form.action, data=data, follow_redirects=True)
    assert stand.order().yen == old


# --- The strictest wins -----------------------------------------------------------------------------------------------

FAMILY_REGISTER = "family_register_full"


def test_a_kill_switch_of_a_kind_reaches_a_visit_that_has_begun(stand: Stand) -> None:
    stand.sign_in(HEAD)
    number = close(stand, clock.now(), kind=RECORD)
    form = stand.form("/kiosk/choose", button=RECORD)  # the page that was open says that it can be had
    stand.page = stand.client.post(form.action, data=form.data(RECORD), follow_redirects=True)
    assert stand.path == "/kiosk/refused"
    assert stand.order() is None
    stand.get("/kiosk/choose")
    assert (button(stand, RECORD), NO_DAY in told(stand)) == ("", True)
    assert button(stand, SEAL)
    lift(stand, number)
    stand.get("/kiosk/choose")
    assert button(stand, RECORD)


@pytest.mark.parametrize(
    ("what", "record", "seal"),
    [
        ({"kind": RECORD}, False, True),
        ({"code": TOWN}, False, False),
        ({"code": TOWN, "kind": RECORD}, False, True),
        ({"site": "hanano-office"}, False, False),
        ({"site": "hanano-office", "kind": SEAL}, True, False),
        ({"site": "suzune-office"}, True, True),
        ({"code": "902021"}, True, True),
        ({"code": "902021", "kind": RECORD}, True, True),
    ],
    ids=str,
)
def test_a_kill_switch_closes_what_it_names(stand: Stand, what: dict[str, str], record: bool, seal: bool) -> None:
    assert stand.terminal.site_id == "hanano-office"
    stand.sign_in(HEAD)
    close(stand, clock.now(), **what)
    stand.get("/kiosk/choose")
    assert (bool(button(stand, RECORD)), bool(button(stand, SEAL))) == (record, seal)


def pay_for_one(stand: Stand) -> None:
    stand.sign_in(HEAD)
    place(stand)
    stand.render()
    stand.get("/kiosk/confirm")
    stand.submit("/kiosk/pay")
    stand.pay(1000)


def test_what_is_paid_is_finished_when_the_hours_end(stand: Stand) -> None:
    """A maintenance window stops new orders; a sheet that is paid for was allowed when it was ordered."""
    pay_for_one(stand)
    with later(5):
        close(stand, clock.now(), clock.now() + timedelta(hours=1), code=TOWN)
        assert stand.grant_next()


def test_what_is_paid_stays_in_the_machine_when_the_switch_is_thrown(stand: Stand) -> None:
    """A closure without an end is somebody's alarm: nothing that waits may leave."""
    pay_for_one(stand)
    with later(5):
        close(stand, clock.now(), code=TOWN)
        with pytest.raises(NoLongerAllowedError) as refused:
            stand.grant_next()
    assert refused.value.rule == "B21"


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24T08:59:30", "11月24日(火) 09:00"),
        ("2026-11-24T16:59", ""),
        ("2026-11-24T17:00", "11月25日(水) 09:00"),
        ("2026-11-21T12:00", "11月24日(火) 09:00"),  # a Saturday; Monday is 勤労感謝の日
        ("2026-12-31T12:00", ""),  # a Thursday, in a town that never closes
        ("2027-01-01T12:00", "1月4日(月) 09:00"),  # New Year's Day is a holiday, then it is Saturday
    ],
)
def test_hours_of_a_kind_are_narrower_than_those_of_its_town(stand: Stand, moment: str, opens: str) -> None:
    with at(moment):
        stand.sign_in(OFFICE_HOURS)
        assert button(stand, RECORD)
        assert bool(button(stand, FAMILY_REGISTER)) is not bool(opens)
        assert (f"次は {opens} からご利用いただけます。" in told(stand)) is bool(opens)


def test_maintenance_within_the_hours_and_the_turn_of_the_year(stand: Stand) -> None:
    with at("2026-11-25T10:00"):
        stand.sign_in(WIDE)
        assert button(stand, RECORD)
        close(stand, clock.now(), clock.now() + timedelta(hours=3), site="hanano-office", reason="保守")
        stand.get("/kiosk/choose")
        assert button(stand, RECORD) == ""
        assert "次は 11月25日(水) 13:00 からご利用いただけます。" in told(stand)
        assert "保守" not in told(stand)
    with at("2026-12-29T10:00"):
        stand.sign_in(WIDE)
        assert button(stand, RECORD) == ""
        assert "次は 1月4日(月) 07:00 からご利用いただけます。" in told(stand)
        assert "次は 1月4日(月) 09:00 からご利用いただけます。" in told(stand)  # 戸籍


def test_the_closed_screen_names_the_first_town_that_opens(stand: Stand) -> None:
    """Before a card is read nobody's town is known: the machine is of use as soon as one town opens."""
    with stand.app.app_context():
        codes = queries.list_codes()
    for number, code in enumerate(codes):
        close(stand, clock.now(), datetime(2026, 11, 30, 9, tzinfo=JST) - timedelta(days=number % 3), code=code)
    stand.enter()
    assert stand.title == "ただいまご利用時間外です"
    assert "次は 11月28日(土) 09:00 からご利用いただけます。" in told(stand)
    with at("2026-11-28T09:00"):
        stand.enter()
        assert "/kiosk/start" in stand.page.text


def test_closed_without_a_day_promises_none(stand: Stand) -> None:
    close(stand, clock.now())
    stand.enter()
    assert stand.title == "ただいまご利用時間外です"
    assert NO_DAY in told(stand)
    assert "次は" not in told(stand)
