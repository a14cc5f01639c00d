"""Ten certificates at the kiosk: what is asked, what is shown before the money, what is told when there is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app import clock
from app.certificates import invented_tax, service
from app.certificates.catalogue import KINDS
from app.certificates.kind import Record, Source
from app.certificates.requests import KIOSK
from app.issuance.models import Issuance
from app.issuance.states import Payment
from app.municipalities import decisions, queries
from app.municipalities.models import Channel
from app.municipalities.ordinances import Fee
from app.municipalities.partitions import partitions
from app.residents import family_queries
from app.residents.tax_facts import (
    IncomeTaxRecord,
    IncomeTaxYear,
    PropertyRecord,
    TaxPaymentRecord,
    VehicleTaxRecord,
    VehicleTaxYear,
)
from app.residents.tax_vocabularies import Ownership
from tests.functional.kiosk.conftest import Stand, in_app
from tests.journey.forms import Form, read_forms

HEAD, TOWN = "02-hoshimi-family-head", "902021"
NEWLY = date(2026, 11, 1)
Say = Callable[[Source, Record | None], None]
BY_YEAR = ("income_tax", "tax_payment", "vehicle_tax_payment")


@in_app
def fee_of(stand: Stand, kind: str) -> Fee:
    fee = queries.get_ordinance(TOWN, clock.today()).fee(kind, KIOSK)
    assert fee is not None
    return fee


@in_app
def count_apart(stand: Stand) -> None:
    apart = replace(fee_of(stand, "property"), is_together=False)
    decisions.set_fee("test", TOWN, "property", Channel.KIOSK, apart, NEWLY)


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Let a register say this of everybody."""

    def say(source: Source, record: Record | None) -> None:
        monkeypatch.setitem(service.READERS, source, lambda _p, _atena_no: record)

    say(Source.INCOME_TAX, IncomeTaxRecord(tuple(next_year(year) for year in invented_tax.incomes().years)))
    say(Source.PROPERTY, parcels(5, 2))
    say(Source.TAX_PAYMENT, invented_tax.payments())
    say(Source.VEHICLE_TAX, VehicleTaxRecord(tuple(valid(v) for v in invented_tax.vehicles().vehicles)))
    return say


def next_year(year: IncomeTaxYear) -> IncomeTaxYear:
    return replace(year, fiscal_year=year.fiscal_year + 1)


def parcels(lands: int, houses: int, ownership: Ownership = Ownership.SOLE) -> PropertyRecord:
    """Of this year."""
    held = invented_tax.properties(lands, houses).parcels
    return PropertyRecord(tuple(replace(p, fiscal_year=clock.today().year, ownership=ownership) for p in held))


def valid(vehicle: VehicleTaxYear) -> VehicleTaxYear:
    return replace(vehicle, valid_until=clock.today() + timedelta(days=400))


@pytest.fixture
def arrived(stand: Stand, facts: Say) -> Stand:
    """A resident of 星見市, which offers everything, in front of the menu."""
    stand.sign_in(HEAD)
    return stand


def words(stand: Stand) -> str:
    main = stand.page.text[stand.page.text.index("<main") : stand.page.text.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def press(stand: Stand, kind: str) -> None:
    stand.submit("/kiosk/choose", button=kind)


def send(stand: Stand, **chosen: str | list[str]) -> None:
    """The options form with these choices."""
    form = stand.form("/kiosk/options")
    stand.page = stand.client.post(form.action, data={**form.fields, **chosen}, follow_redirects=True)


def adding(stand: Stand) -> Form:
    """「ほかの証明書も追加」."""
    return next(f for f in read_forms(stand.page.text) if f.action == "/kiosk/confirm" and "item" in f.fields)


@in_app
def journalled(stand: Stand) -> list[tuple[str, str, str]]:
    """(kind, persons asked for, what was picked) of every copy of this visit's order."""
    order = stand.order()
    with partitions.open(stand.town) as p:
        rows = p.session.query(Issuance).filter_by(order_id=order.order_id)
        return [(row.kind, row.persons_asked, row.picks) for row in rows.order_by(Issuance.position)]


# --- The menu --------------------------------------------------------------------------------------------------------


def test_the_menu_has_every_kind_in_groups_with_its_price(arrived: Stand) -> None:
    assert [value for _, value, _ in arrived.form("/kiosk/choose").buttons] == list(KINDS)
    said = words(arrived)
    assert said.index("住民票・印鑑") < said.index("戸籍全部事項証明書") < said.index("所得・課税証明書")
    assert f"資産証明書 土地と家屋。ご本人の分 {fee_of(arrived, 'property').yen}円 5件まで" in said
    assert f"納税証明書 納めた税金の証明 {fee_of(arrived, 'tax_payment').yen}円 1件ごと" in said
    assert "軽自動車税納税証明書 車検用（継続検査用） 無料" in said


def test_the_menu_knows_nothing_of_the_person(arrived: Stand, facts: Say) -> None:
    """Neither a lack nor a block greys anything out."""
    before = words(arrived)
    facts(Source.VEHICLE_TAX, VehicleTaxRecord(()))
    facts(Source.TAX_PAYMENT, None)
    assert words(reload(arrived)) == before


def reload(stand: Stand) -> Stand:
    stand.get("/kiosk/choose")
    return stand


def test_a_kind_that_is_closed_says_when_it_opens_and_the_others_stay(arrived: Stand) -> None:
    close(arrived, "family_register_full")
    said = words(reload(arrived))
    assert "次は 11月26日(木) 09:00 からご利用いただけます。" in said
    values = [value for _, value, _ in arrived.form("/kiosk/choose").buttons]
    assert values == [kind for kind in KINDS if kind != "family_register_full"]


@in_app
def close(stand: Stand, kind: str) -> None:
    until = clock.now().replace(day=26, hour=9)
    decisions.add_closure("test", clock.now(), until, code=TOWN, kind=kind)


def test_a_kind_closed_meanwhile_is_refused_with_the_next_opening(arrived: Stand) -> None:
    close(arrived, "resident_record")
    press(arrived, "resident_record")
    assert arrived.path == "/kiosk/refused"
    assert "いまは、この証明書をとれる時間ではありません。次は 11月26日(木) 09:00 から" in words(arrived)


# --- Years, taxes, vehicles ------------------------------------------------------------------------------------------


def test_one_year_is_picked_and_said_before_the_money(arrived: Stand) -> None:
    press(arrived, "income_tax")
    assert arrived.path == "/kiosk/options"
    assert "どの年度の証明ですか？" in words(arrived)
    send(arrived, pick="2")
    assert arrived.path == "/kiosk/confirm"
    assert "令和7年度" in words(arrived)
    assert journalled(arrived) == [("income_tax", "", "2025")]


def test_the_newest_year_is_marked_beforehand(arrived: Stand) -> None:
    press(arrived, "income_tax")
    send(arrived)
    assert journalled(arrived) == [("income_tax", "", "2026")]


def test_two_taxes_are_two_fees_and_the_count_is_shown(arrived: Stand) -> None:
    press(arrived, "tax_payment")
    send(arrived)
    assert arrived.page.status_code == 422
    assert "1つ以上えらんでください。" in words(arrived)
    send(arrived, pick=["1", "3"], copies="2")
    assert arrived.path == "/kiosk/confirm"
    yen = fee_of(arrived, "tax_payment").yen
    assert f"2件：{yen}円×2" in words(arrived)
    assert arrived.order().yen == 2 * 2 * yen
    assert len(set(journalled(arrived))) == 1
    assert len(journalled(arrived)[0][2].split()) == 2


def test_land_and_houses_are_counted_before_the_money(arrived: Stand) -> None:
    count_apart(arrived)
    press(arrived, "property")
    assert arrived.path == "/kiosk/confirm"
    yen = fee_of(arrived, "property").yen
    assert f"土地5筆、家屋2棟：{yen}円×2" in words(arrived)
    assert arrived.order().yen == 2 * yen


def test_what_costs_nothing_is_printed_without_a_payment(arrived: Stand) -> None:
    press(arrived, "vehicle_tax_payment")
    send(arrived, pick="1")
    assert arrived.order().yen == 0
    arrived.render()
    arrived.get(arrived.page.request.url)
    assert "支払う" not in words(arrived)
    arrived.submit("/kiosk/pay")
    assert arrived.path == "/kiosk/progress"
    assert arrived.order().payment is Payment.HELD
    arrived.print_all()
    assert arrived.get("/kiosk/progress").request.path == "/kiosk/take"


@pytest.mark.parametrize("kind", BY_YEAR)
def test_keys_and_labels_travel_in_no_address_and_no_form(arrived: Stand, kind: str) -> None:
    press(arrived, kind)
    fields = {name: value for name, value in arrived.form("/kiosk/options").fields.items() if name != "csrf_token"}
    offered = re.findall(r'name="pick" value="([^"]*)"', arrived.page.text)
    assert offered == [str(position) for position in range(1, len(offered) + 1)]
    assert set(fields) <= {"key", "kind", "people", "things", "pick", "copies"}
    assert re.fullmatch(r"[0-9a-f]{16}", fields["things"][0])
    send(arrived, pick="1")
    given = arrived.page.request.args
    assert set(given) == {"order", "item"}
    assert re.fullmatch(rf"{kind}~usual~~1\.[0-9a-f]{{16}}~~1", given["item"])


def test_what_was_picked_stays_when_another_certificate_is_added(arrived: Stand) -> None:
    press(arrived, "tax_payment")
    send(arrived, pick=["2"])
    first = journalled(arrived)
    form = adding(arrived)
    arrived.page = arrived.client.post(form.action, data=form.fields, follow_redirects=True)
    assert "納税証明書" in words(arrived)
    press(arrived, "seal_registration")
    assert journalled(arrived) == [*first, ("seal_registration", "", "")]


def test_a_list_that_moved_meanwhile_is_asked_again(arrived: Stand, facts: Say) -> None:
    press(arrived, "tax_payment")
    facts(Source.TAX_PAYMENT, TaxPaymentRecord(invented_tax.payments().taxes[1:]))
    send(arrived, pick=["1"])
    assert arrived.page.status_code == 422
    assert "えらべる内容が変わりました" in words(arrived)
    assert arrived.order() is None


def test_a_basket_from_another_list_orders_nothing(arrived: Stand, facts: Say) -> None:
    press(arrived, "tax_payment")
    send(arrived, pick=["1"])
    form = adding(arrived)
    arrived.page = arrived.client.post(form.action, data=form.fields, follow_redirects=True)
    facts(Source.TAX_PAYMENT, TaxPaymentRecord(invented_tax.payments().taxes[1:]))
    press(arrived, "seal_registration")
    assert arrived.path == "/kiosk/choose"
    assert not arrived.order().is_open


@pytest.mark.parametrize("pick", ["0", "99", "-1", "2026", "x"])
def test_a_position_that_no_page_showed_is_nothing(arrived: Stand, pick: str) -> None:
    press(arrived, "income_tax")
    send(arrived, pick=pick)
    assert arrived.page.status_code == 422
    assert arrived.order() is None


# --- Nothing there ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "source", "record", "told"),
    [
        ("vehicle_tax_payment", Source.VEHICLE_TAX, VehicleTaxRecord(()), "軽自動車などの登録がありません"),
        ("tax_payment", Source.TAX_PAYMENT, TaxPaymentRecord(()), "ご本人が納める税金がありません"),
        ("property", Source.PROPERTY, PropertyRecord(()), "土地や家屋の登録がありません"),
        ("family_register_full", Source.FAMILY_REGISTER, None, "本籍のある市町村でお取りください"),
    ],
)
def test_where_there_is_nothing_the_rule_says_so_and_no_empty_form(
    arrived: Stand,
    facts: Say,
    kind: str,
    source: Source,
    record: Record | None,
    told: str,
) -> None:
    facts(source, record)
    press(arrived, kind)
    assert arrived.path == "/kiosk/refused"
    assert told in words(arrived)
    assert "受付番号" not in words(arrived)
    assert arrived.order() is None


@pytest.mark.parametrize("kind", ["vehicle_tax_payment", "tax_payment"])
def test_an_address_of_choices_that_are_not_there_leads_back(arrived: Stand, facts: Say, kind: str) -> None:
    facts(KINDS[kind].source, None)
    assert arrived.get(f"/kiosk/options?kind={kind}").request.path == "/kiosk/choose"


def test_a_neutral_refusal_of_a_tax_certificate_is_the_one_of_all(arrived: Stand, facts: Say) -> None:
    facts(Source.PROPERTY, parcels(1, 0, Ownership.JOINT))
    press(arrived, "property")
    assert arrived.path == "/kiosk/refused"
    assert "property" not in arrived.page.request.url
    assert "お住まいの市町村の窓口でお取りください" in words(arrived)
    assert "共有" not in arrived.page.text


# --- 戸籍 and items --------------------------------------------------------------------------------------------------


def test_of_a_family_register_oneself_or_some_are_chosen(arrived: Stand) -> None:
    arrived.get("/kiosk/options?kind=family_register_individual")
    people = re.findall(r'name="person" value="(\d+)"', arrived.page.text)
    assert len(people) >= 3
    assert re.search(r'value="self" checked', arrived.page.text)
    assert "戸籍の一部の人" in words(arrived)
    send(arrived, scope="some", person=["1", "2"])
    assert arrived.path == "/kiosk/confirm"
    assert "戸籍のうち2人" in words(arrived)
    [(_kind, asked, _picks)] = journalled(arrived)
    assert asked.split() == family(arrived)[:2]


@in_app
def family(stand: Stand) -> list[str]:
    with partitions.open(stand.town) as p:
        subject = p.session.query(Issuance).filter_by(order_id=stand.order().order_id).one().subject
        register = family_queries.find_family_register_of(p, subject)
    return [member.atena_no for member in register.members if not member.is_removed]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("family_register_full", "戸籍の全員"),
        ("family_register_individual", "わたしだけ"),
        ("family_register_addresses", "戸籍の全員"),
        ("resident_record_items", "世帯の全員 のせる項目：生年月日、性別、住所"),
    ],
)
def test_one_tap_says_whom_and_what_the_sheet_will_show(arrived: Stand, kind: str, said: str) -> None:
    press(arrived, kind)
    assert arrived.path == "/kiosk/confirm"
    assert said in words(arrived)
    assert arrived.order().yen == fee_of(arrived, kind).yen


def test_the_form_for_a_pension_is_about_oneself_and_refuses_more_in_kind_words(arrived: Stand) -> None:
    arrived.get("/kiosk/options?kind=resident_record_items")
    assert "使いみちが決まっているとき" in words(arrived)
    send(arrived, option=["pension"])
    assert "わたしだけ" in words(arrived)
    arrived.submit("/kiosk/confirm")
    arrived.get("/kiosk/options?kind=resident_record_items")
    send(arrived, option=["pension", "domicile"])
    assert arrived.path == "/kiosk/refused"
    assert "えらびなおしてください" in words(arrived)
