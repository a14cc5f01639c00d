"""Changing the union, and what is refused before anything is written."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit.actions import Action
from app.audit.models import UnionAuditEntry
from app.clock import JST
from app.errors import KoikiError
from app.municipalities import decisions, hours, queries, service
from app.municipalities.errors import (
    AlreadyThereError,
    BadValueError,
    NoIssuerError,
    PartitionDownError,
    UnionMissingError,
    UnknownClosureError,
    UnknownMunicipalityError,
    UnknownSiteError,
    UnknownTerminalError,
)
from app.municipalities.models import Channel, MemberState, TerminalKind
from app.municipalities.ordinances import Fee
from app.municipalities.partitions import partitions
from app.municipalities.union import union_read, union_write
from tests.integration.municipalities.conftest import A, B

ME = "test"
KEY = bytes(range(32))
PNG = b"\x89PNG\r\n\x1a\n rest"
APRIL = date(2026, 4, 1)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=JST)  # a Friday
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def town(app: Flask) -> str:
    """Town A with one site."""
    service.add_member(ME, A, "若草市", "青嶺県")
    service.add_site(ME, "wakakusa-hall", A, "若草市役所")
    return A


def _actions() -> list[str]:
    with union_read() as session:
        return [a.value for a in session.scalars(sa.select(UnionAuditEntry.action).order_by(UnionAuditEntry.sequence))]


def test_a_second_union_is_refused() -> None:
    with pytest.raises(AlreadyThereError):
        service.init_union(ME, "another")
    assert queries.get_union().name == "みどりの広域連合"


def test_a_member_has_a_partition_at_once(town: str) -> None:
    with partitions.open(town):
        pass
    member = queries.get_member(town)
    assert (member.name, member.revision, member.state) == ("若草市", "0001", MemberState.ACTIVE)
    assert queries.list_codes() == [town]
    assert _actions() == ["union.initialised", "member.added", "site.added"]


def test_a_member_whose_partition_cannot_be_made_is_none() -> None:
    with pytest.raises(PartitionDownError):
        service.add_member(ME, A, "若草市", "青嶺県", place_key="elsewhere")
    assert queries.list_members() == []
    assert _actions() == ["union.initialised"]


def test_there_is_no_member_without_a_union() -> None:
    with union_write() as session:
        session.execute(sa.text("DELETE FROM union_info"))
    with pytest.raises(UnionMissingError):
        service.add_member(ME, A, "若草市", "青嶺県")
    with pytest.raises(UnionMissingError):
        queries.get_union()


REFUSED: dict[str, tuple[Callable[[], object], type[KoikiError]]] = {
    "a bad check digit": (partial(service.add_member, ME, "901017", "x", "y"), BadValueError),
    "a member twice": (partial(service.add_member, ME, A, "x", "y"), AlreadyThereError),
    "a member without a name": (partial(service.add_member, ME, B, " ", "y"), BadValueError),
    "a site twice": (partial(service.add_site, ME, "wakakusa-hall", A, "x"), AlreadyThereError),
    "a site of a stranger": (partial(service.add_site, ME, "hall", B, "x"), UnknownMunicipalityError),
    "a site with a bad name": (partial(service.add_site, ME, "../x", A, "x"), BadValueError),
    "a site that closes before it opens": (
        partial(service.add_site, ME, "hall", A, "x", (time(17), time(8))),
        BadValueError,
    ),
    "a terminal at no site": (
        partial(service.enrol_terminal, ME, "k", "none", TerminalKind.KIOSK, KEY, "http://127.0.0.1:8801"),
        UnknownSiteError,
    ),
    "a short key": (
        partial(service.enrol_terminal, ME, "k", "wakakusa-hall", TerminalKind.KIOSK, KEY[1:], "http://127.0.0.1:1"),
        BadValueError,
    ),
    "an agent elsewhere": (
        partial(service.enrol_terminal, ME, "k", "wakakusa-hall", TerminalKind.KIOSK, KEY, "http://10.0.0.1:8801"),
        BadValueError,
    ),
    "an unknown terminal stopped": (partial(service.stop_terminal, ME, "none", "x"), UnknownTerminalError),
    "an unknown terminal seen": (partial(service.note_seen, "none", "{}"), UnknownTerminalError),
    "a negative fee": (
        partial(decisions.set_fee, ME, A, "resident_record", Channel.KIOSK, Fee(-1), APRIL),
        BadValueError,
    ),
    "a fee of a stranger": (
        partial(decisions.set_fee, ME, B, "resident_record", Channel.KIOSK, Fee(1), APRIL),
        UnknownMunicipalityError,
    ),
    "a fee by nothing": (
        partial(decisions.set_fee, ME, A, "resident_record", Channel.KIOSK, Fee(1, 0), APRIL),
        BadValueError,
    ),
    "nothing counted together": (
        partial(decisions.set_fee, ME, A, "resident_record", Channel.KIOSK, Fee(1, None, is_together=True), APRIL),
        BadValueError,
    ),
    "a fee of no kind": (partial(decisions.set_fee, ME, A, "passport", Channel.KIOSK, Fee(1), APRIL), BadValueError),
    "a fee of a kind by its title": (
        partial(decisions.set_fee, ME, A, "住民票の写し", Channel.KIOSK, Fee(1), APRIL),
        BadValueError,
    ),
    "hours of no kind": (partial(decisions.set_hours, ME, A, (time(9), time(17)), range(5), "passport"), BadValueError),
    "a closure of no kind": (partial(decisions.add_closure, ME, NOON, None, kind="passport"), BadValueError),
    "a kind that never opens": (
        partial(decisions.set_hours, ME, A, None, range(8), "resident_record"),
        BadValueError,
    ),
    "an unknown text": (partial(decisions.set_text, ME, A, "nothing", "x", APRIL), BadValueError),
    "an unknown switch": (partial(decisions.set_switch, ME, A, "nothing", "x", APRIL), BadValueError),
    "an unknown value": (partial(decisions.set_switch, ME, A, "moving_out", "maybe", APRIL), BadValueError),
    "a seal too large": (
        partial(decisions.add_officeholder, ME, A, "x", "y", (PNG, 25.1), (NOON, None)),
        BadValueError,
    ),
    "a seal that is no PNG": (
        partial(decisions.add_officeholder, ME, A, "x", "y", (b"GIF", 18.0), (NOON, None)),
        BadValueError,
    ),
    "an officeholder without a name": (
        partial(decisions.add_officeholder, ME, A, "x", "　", (PNG, 18.0), (NOON, None)),
        BadValueError,
    ),
    "a period that ends before it begins": (
        partial(decisions.add_officeholder, ME, A, "x", "y", (PNG, 18.0), (NOON, NOON)),
        BadValueError,
    ),
    "hours that end before they begin": (partial(decisions.set_hours, ME, A, (time(17), time(8))), BadValueError),
    "a ninth weekday": (partial(decisions.set_hours, ME, A, (time(8), time(17)), [8]), BadValueError),
    "a closure that ends before it begins": (partial(decisions.add_closure, ME, NOON, NOON, code=A), BadValueError),
    "a closure of a stranger": (partial(decisions.add_closure, ME, NOON, None, code=B), UnknownMunicipalityError),
    "a closure of no site": (partial(decisions.add_closure, ME, NOON, None, site="none"), UnknownSiteError),
    "a closure that is not there": (partial(decisions.lift_closure, ME, 99), UnknownClosureError),
    "an unknown member": (partial(service.set_member_state, ME, B, MemberState.DOWN), UnknownMunicipalityError),
}


@pytest.mark.parametrize(("change", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(town: str, change: Callable[[], object], error: type[KoikiError]) -> None:
    before = _actions()
    with pytest.raises(error) as caught:
        change()
    assert _actions() == before
    assert "\n" not in str(caught.value)
    assert len(queries.list_members()) == len(queries.list_sites()) == 1


def test_terminals_are_numbered_as_they_come(town: str) -> None:
    keys = (KEY, bytes(32))
    for number, key in enumerate(keys, start=1):
        facts = service.enrol_terminal(ME, f"k{number}", "wakakusa-hall", TerminalKind.KIOSK, key, "http://[::1]:8801")
        assert (facts.number, facts.site_municipality, facts.site_name) == (number, A, "若草市役所")
    assert [t.terminal_id for t in queries.list_terminals()] == ["k1", "k2"]
    for name, key in (("k3", KEY), ("k1", bytes(31) + b"\1")):
        with pytest.raises(AlreadyThereError):
            service.enrol_terminal(ME, name, "wakakusa-hall", TerminalKind.KIOSK, key, "http://127.0.0.1:8801")


def test_only_a_person_clears_the_first_reason(town: str) -> None:
    service.enrol_terminal(ME, "k1", "wakakusa-hall", TerminalKind.KIOSK, KEY, "http://127.0.0.1:8801")
    for reason in ("manifest_mismatch", "maintenance"):
        service.stop_terminal(ME, "k1", reason)
    assert queries.get_terminal("k1").stopped_reason == "manifest_mismatch"
    service.resume_terminal(ME, "k1")
    service.resume_terminal(ME, "k1")
    assert not queries.get_terminal("k1").is_stopped
    assert _actions()[-3:] == [Action.TERMINAL_ENROLLED, Action.TERMINAL_STOPPED, Action.TERMINAL_RESUMED]


def test_a_terminal_that_called(town: str) -> None:
    service.enrol_terminal(ME, "k1", "wakakusa-hall", TerminalKind.KIOSK, KEY, "http://127.0.0.1:8801")
    with clock.frozen(NOON):
        service.note_seen("k1", '{"paper":"low"}')
    seen = queries.get_terminal("k1")
    assert (seen.last_seen_at, seen.device_state) == (NOON, '{"paper":"low"}')


def test_a_fee_holds_from_its_day_on(town: str) -> None:
    decisions.set_fee(ME, town, "resident_record", Channel.KIOSK, Fee(300), APRIL)
    decisions.set_fee(ME, town, "resident_record", Channel.KIOSK, Fee(200, 5), date(2026, 10, 1))
    days = [APRIL - timedelta(1), APRIL, date(2026, 9, 30), date(2026, 10, 1)]
    fees = [queries.get_ordinance(town, day).fee("resident_record", "kiosk") for day in days]
    assert fees == [None, Fee(300), Fee(300), Fee(200, 5)]


def test_how_a_fee_is_counted_is_part_of_it(town: str) -> None:
    for fee in (Fee(300, 5), Fee(300, 5)):
        decisions.set_fee(ME, town, "property", Channel.KIOSK, fee, APRIL)
    for other in (Fee(300), Fee(300, 1), Fee(300, 5, is_together=True)):
        with pytest.raises(AlreadyThereError):
            decisions.set_fee(ME, town, "property", Channel.KIOSK, other, APRIL)
    later = date(2026, 10, 1)
    decisions.set_fee(ME, town, "property", Channel.KIOSK, Fee(300, 5, is_together=True), later)
    fees = [queries.get_ordinance(town, day).fee("property", "kiosk") for day in (APRIL, later)]
    assert fees == [Fee(300, 5), Fee(300, 5, is_together=True)]


def test_what_is_in_force_is_never_edited(town: str) -> None:
    for _again in range(2):
        decisions.set_text(ME, town, "seal_note", "この印は黒色です。", APRIL)
    with pytest.raises(AlreadyThereError, match="2026-04-01"):
        decisions.set_text(ME, town, "seal_note", "公印省略", APRIL)
    assert queries.get_ordinance(town, APRIL).text("seal_note") == "この印は黒色です。"
    assert _actions().count("ordinance.changed") == 1


def test_a_switch_holds_from_its_day_on(town: str) -> None:
    decisions.set_switch(ME, town, "minimum_age", "18", APRIL)
    assert queries.get_ordinance(town, APRIL - timedelta(1)).switch("minimum_age") == "15"
    assert queries.get_ordinance(town, APRIL).switch("minimum_age") == "18"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("moving_out", "moving_out is one of: block, allow"),
        ("income_tax_new_year_from", "income_tax_new_year_from is a day from 05-01 to 07-31, written MM-DD"),
    ],
)
def test_a_wrong_value_is_told_what_a_right_one_looks_like(town: str, key: str, told: str) -> None:
    with pytest.raises(BadValueError) as refused:
        decisions.set_switch(ME, town, key, "08-01", APRIL)
    assert str(refused.value) == told


def test_an_acting_mayor_precedes_the_mayor(town: str) -> None:
    """職務代理者 (標準仕様書 1.3.9): switched by date, to the minute."""
    acting = (datetime(2026, 8, 1, 8, 30, tzinfo=JST), datetime(2026, 9, 1, tzinfo=JST))
    decisions.add_officeholder(
        ME, town, "青嶺県若草市長", "青木", (PNG, 18.0), (datetime(2026, 4, 1, tzinfo=JST), None)
    )
    decisions.add_officeholder(ME, town, "青嶺県若草市長職務代理者", "森", (PNG, 20.0), acting, is_acting=True)
    moments = [acting[0] - timedelta(seconds=1), acting[0], acting[1] - timedelta(seconds=1), acting[1]]
    assert [queries.get_issuer(town, at).name for at in moments] == ["青木", "森", "森", "青木"]
    assert queries.get_issuer(town, acting[0].astimezone(UTC)).seal_mm == 20.0
    with pytest.raises(NoIssuerError):
        queries.get_issuer(town, datetime(2026, 3, 31, 23, 59, tzinfo=JST))


def test_no_town_certifies_with_the_seal_of_another(town: str) -> None:
    """Its own it keeps from mayor to mayor: it is the office's."""
    service.add_member(ME, B, "青葉町", "青嶺県")
    since = (datetime(2026, 4, 1, tzinfo=JST), None)
    decisions.add_officeholder(ME, town, "青嶺県若草市長", "青木", (PNG, 18.0), since)
    with pytest.raises(BadValueError, match=f"this is the seal of {town}"):
        decisions.add_officeholder(ME, B, "青嶺県青葉町長", "森", (PNG, 18.0), since)
    with pytest.raises(NoIssuerError):
        queries.get_issuer(B, NOON)


def test_a_successor_takes_over(town: str) -> None:
    for name, begins in (("一", APRIL), ("二", date(2026, 7, 1))):
        period = (datetime.combine(begins, time(), JST), None)
        decisions.add_officeholder(ME, town, "青嶺県若草市長", name, (PNG, 18.0), period)
    assert queries.get_issuer(town, NOON).name == "二"


def _is_open(kind: str = "resident_record", at: datetime = NOON, site: str | None = "wakakusa-hall") -> bool:
    return hours.is_open(queries.get_timetable(A, kind, site, at), at)


def test_a_town_that_set_no_hours_is_closed(town: str) -> None:
    assert not _is_open()


def test_hours_of_the_town_and_narrower_ones_of_a_kind(town: str) -> None:
    decisions.set_hours(ME, town, (time(6, 30), time(23)))
    decisions.set_hours(ME, town, (time(8, 30), time(17, 15)), range(5), "seal_registration")
    evening, saturday = NOON.replace(hour=20), NOON + timedelta(days=1)
    assert [_is_open(at=at) for at in (NOON, evening, saturday)] == [True, True, True]
    assert [_is_open("seal_registration", at) for at in (NOON, evening, saturday)] == [True, False, False]


def test_hours_said_again_replace_the_old_ones(town: str) -> None:
    decisions.set_hours(ME, town, (time(6, 30), time(23)))
    decisions.set_hours(ME, town, (time(9), time(10)), [4])
    assert not _is_open()
    decisions.set_hours(ME, town, None, [5])
    assert not _is_open(at=NOON + timedelta(days=1))
    assert _is_open(at=NOON + timedelta(days=2))


def test_national_holidays_and_their_corrections(town: str) -> None:
    decisions.set_hours(ME, town, (time(6), time(23)), range(7))  # no row for holidays: closed
    labour_day = datetime(2026, 11, 23, 12, tzinfo=JST)
    assert [_is_open(at=at) for at in (labour_day, NOON)] == [False, True]
    decisions.set_holiday(ME, labour_day.date(), False)
    decisions.set_holiday(ME, NOON.date(), True, "臨時の休日")
    assert [_is_open(at=at) for at in (labour_day, NOON)] == [True, False]


CLOSURES: dict[str, tuple[dict[str, str], tuple[bool, bool, bool]]] = {
    # what is closed → town A at the hall, another kind there, town A elsewhere
    "the union": ({}, (False, False, False)),
    "the town": ({"code": A}, (False, False, False)),
    "a kind": ({"kind": "resident_record"}, (False, True, False)),
    "a site": ({"site": "wakakusa-hall"}, (False, False, True)),
    "a kind of the town": ({"code": A, "kind": "resident_record"}, (False, True, False)),
    "the town at a site": ({"code": A, "site": "wakakusa-hall"}, (False, False, True)),
    "a kind of the town at a site": (
        {"code": A, "kind": "resident_record", "site": "wakakusa-hall"},
        (False, True, True),
    ),
    "a kind at a site": ({"kind": "resident_record", "site": "wakakusa-hall"}, (False, True, True)),
}


@pytest.mark.parametrize(("what", "expected"), CLOSURES.values(), ids=CLOSURES)
def test_a_closure_closes_what_it_names(town: str, what: dict[str, str], expected: tuple[bool, ...]) -> None:
    decisions.set_hours(ME, town, (time(6), time(23)))
    number = decisions.add_closure(ME, NOON - timedelta(hours=1), NOON + timedelta(hours=1), **what, reason="保守")
    found = _is_open(), _is_open("seal_registration"), _is_open(site=None)
    assert found == expected
    assert _is_open(at=NOON + timedelta(hours=1))
    with clock.frozen(NOON):
        assert [c["closure_id"] for c in queries.list_closures()] == [number]
        decisions.lift_closure(ME, number)
        assert queries.list_closures() == []
    assert _is_open()


@pytest.mark.parametrize("kind", [None, "resident_record"])
def test_a_kill_switch_works_at_once_and_until_somebody_lifts_it(town: str, kind: str | None) -> None:
    """Of the union, or of one kind in every town: from this second on, without an end."""
    service.add_member(ME, B, "町", "青嶺県")
    for code in (A, B):
        decisions.set_hours(ME, code, (time(6), time(23)))
    at = {code: queries.get_timetable(code, "resident_record", None, NOON - timedelta(days=1)) for code in (A, B)}
    assert all(hours.is_open(timetable, NOON) for timetable in at.values())
    number = decisions.add_closure(ME, NOON, None, kind=kind, reason="緊急停止")
    for code in (A, B):
        timetable = queries.get_timetable(code, "resident_record", None, NOON)
        assert hours.is_open(timetable, NOON - timedelta(seconds=1))
        assert not hours.is_open(timetable, NOON)
        assert hours.next_opening(timetable, NOON) is None  # nobody knows: the screen promises nothing
    assert _is_open("seal_registration") is (kind is not None)
    with clock.frozen(NOON + timedelta(hours=1)):
        decisions.lift_closure(ME, number)
    assert _is_open(at=NOON + timedelta(hours=1))


def test_the_strictest_wins(town: str) -> None:
    """Town 6:30-23:00; 戸籍 on weekdays 9:00-17:00; 年末年始; and a window of maintenance at the site."""
    kind, wide, office = "seal_registration", (time(6, 30), time(23)), (time(9), time(17))
    decisions.set_hours(ME, town, wide)
    decisions.set_hours(ME, town, office, range(5), kind)
    new_year = datetime(2026, 12, 29, tzinfo=JST), datetime(2027, 1, 4, tzinfo=JST)
    decisions.add_closure(ME, *new_year, code=town, reason="年末年始")
    window = datetime(2026, 11, 24, 9, tzinfo=JST), datetime(2026, 11, 24, 10, 30, tzinfo=JST)
    decisions.add_closure(ME, *window, site="wakakusa-hall", reason="保守")

    def opens(at: str, of: str = kind) -> str:
        moment = datetime.fromisoformat(at).replace(tzinfo=JST)
        found = hours.next_opening(queries.get_timetable(A, of, "wakakusa-hall", moment), moment)
        assert found is not None
        return found.strftime("%m-%dT%H:%M")

    assert opens("2026-11-20T16:59") == "11-20T16:59"
    assert opens("2026-11-20T17:00") == "11-24T10:30"  # week-end, 勤労感謝の日, and then the maintenance
    assert opens("2026-11-20T17:00", "resident_record") == "11-20T17:00"
    assert opens("2026-11-24T09:00", "resident_record") == "11-24T10:30"
    assert opens("2026-12-28T17:00") == "01-04T09:00"
    assert opens("2026-12-28T23:00", "resident_record") == "01-04T06:30"


def test_a_day_closed_for_one_kind(town: str) -> None:
    """Without hours of its own a kind has those of the town, on the other days."""
    decisions.set_hours(ME, town, (time(6, 30), time(23)))
    decisions.set_hours(ME, town, None, [5, 6], "seal_registration")
    days = [NOON + timedelta(days=n) for n in range(4)]  # Friday, Saturday, Sunday, Monday (a holiday)
    assert [_is_open("seal_registration", at) for at in days] == [True, False, False, True]
    assert [_is_open(at=at) for at in days] == [True] * 4
    assert _is_open("seal_registration", NOON.replace(hour=22))
    assert not _is_open("seal_registration", NOON.replace(hour=23))


def test_a_closure_of_another_town_is_none_of_ours(town: str) -> None:
    service.add_member(ME, B, "町", "青嶺県")
    decisions.set_hours(ME, town, (time(6), time(23)))
    decisions.add_closure(ME, NOON, None, code=B)
    assert _is_open()


def test_a_closure_called_off_before_it_begins(town: str) -> None:
    number = decisions.add_closure(ME, clock.now() + timedelta(days=1), None, code=town)
    decisions.lift_closure(ME, number)
    with pytest.raises(UnknownClosureError):
        decisions.lift_closure(ME, number)


def test_a_suspended_town_issues_nothing_but_keeps_its_registers(town: str) -> None:
    decisions.set_hours(ME, town, (time(6), time(23)))
    service.set_member_state(ME, town, MemberState.SUSPENDED)
    assert not _is_open()
    assert hours.next_opening(queries.get_timetable(A, "resident_record", None, NOON), NOON) is None
    with partitions.open(town, write=True):
        pass
    service.set_member_state(ME, town, MemberState.ACTIVE)
    service.set_member_state(ME, town, MemberState.ACTIVE)
    assert _is_open()
    assert _actions().count("member.state_changed") == 2
