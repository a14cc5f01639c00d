"""Who comes in, who does not, and what each of them learns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.audit import service as audit
from app.audit.models import UnionAuditEntry
from app.municipalities.union import union_read, union_write
from app.staff import keys, limits, passwords, queries, service, sessions, sign_in
from app.staff.errors import (
    BadMemberError,
    BadPasswordError,
    DisabledError,
    LapsedError,
    LockedError,
    SealedElsewhereError,
    StaffThereError,
    WrongSignInError,
)
from app.staff.limits import EndReason, PasswordFault, Stage
from app.staff.models import StaffMember, StaffSession, StaffTry
from app.staff.roles import Role
from app.staff.service import NewMember
from tests.unit.staff.conftest import CLERK, NOW, PASSWORD, TOWN

HERE, THERE = "192.0.2.1", "192.0.2.2"
OWN = "静かな海に船が一つ浮かぶ"


def come_in(staff_id: str, password: str = PASSWORD, source: str = HERE) -> str:
    half = sign_in.show_password(staff_id, password, source)
    return sign_in.show_code(half, service.demo_code(staff_id), source)


def reason_of(token: str, stage: Stage = Stage.SIGNED_IN) -> EndReason | None:
    try:
        sessions.find(token, stage)
    except LapsedError as error:
        return error.reason
    return None


@contextmanager
def later(**span: float) -> Iterator[None]:
    with clock.frozen(clock.now() + timedelta(**span)):
        yield


def rows(model):
    with union_read() as session:
        return list(session.scalars(sa.select(model)))


# --- The first time ------------------------------------------------------------------------------------------------


def test_the_first_sign_in_sets_password_and_generator(initial: str) -> None:
    half = sign_in.show_password(CLERK.staff_id, initial, HERE)
    picture, secret = sign_in.setup_picture(half, "連合")
    assert picture.size > 20
    assert secret
    token = sign_in.set_up(half, service.demo_code(CLERK.staff_id), (OWN, OWN), HERE)
    member = sessions.find(token, Stage.SIGNED_IN).member
    assert (member.staff_id, member.role, member.municipality) == ("aoi", Role.CLERK, TOWN)
    with pytest.raises(WrongSignInError):
        sign_in.show_password(CLERK.staff_id, initial, HERE)  # the paper it was on is worth nothing now
    with later(minutes=1):
        assert come_in(CLERK.staff_id, OWN)


def test_until_it_is_set_up_a_code_is_not_enough(initial: str) -> None:
    half = sign_in.show_password(CLERK.staff_id, initial, HERE)
    with pytest.raises(LapsedError):
        sign_in.show_code(half, service.demo_code(CLERK.staff_id), HERE)


def test_what_is_set_up_is_not_set_up_again(aoi: str) -> None:
    half = sign_in.show_password(aoi, PASSWORD, HERE)
    with pytest.raises(LapsedError):
        sign_in.setup_picture(half, "連合")
    with pytest.raises(LapsedError):
        sign_in.set_up(half, service.demo_code(aoi), (OWN, OWN), HERE)


@pytest.mark.parametrize(
    ("password", "again", "fault"),
    [
        ("short", "short", PasswordFault.SHORT),
        ("x" * 129, "x" * 129, PasswordFault.LONG),
        ("I am Aoi at the counter", "I am Aoi at the counter", PasswordFault.NAMED),
        (OWN, OWN + "。", PasswordFault.UNEQUAL),
    ],
)
def test_a_bad_new_password_is_refused_by_name(initial: str, password: str, again: str, fault: PasswordFault) -> None:
    half = sign_in.show_password(CLERK.staff_id, initial, HERE)
    with pytest.raises(BadPasswordError) as caught:
        sign_in.set_up(half, service.demo_code(CLERK.staff_id), (password, again), HERE)
    assert caught.value.fault is fault
    assert not queries.get_member(CLERK.staff_id).is_enrolled


def test_the_password_that_was_handed_out_is_not_kept(initial: str) -> None:
    half = sign_in.show_password(CLERK.staff_id, initial, HERE)
    with pytest.raises(BadPasswordError) as caught:
        sign_in.set_up(half, service.demo_code(CLERK.staff_id), (initial, initial), HERE)
    assert caught.value.fault is PasswordFault.SAME


# --- Wrong ones ----------------------------------------------------------------------------------------------------


def test_name_password_and_code_fail_alike(aoi: str) -> None:
    said = set()
    for name, password in (("nobody", PASSWORD), (aoi, "wrong"), (aoi.upper(), PASSWORD)):
        with pytest.raises(WrongSignInError) as caught:
            sign_in.show_password(name, password, HERE)
        said.add(str(caught.value))
    half = sign_in.show_password(aoi, PASSWORD, HERE)
    with pytest.raises(WrongSignInError) as caught:
        sign_in.show_code(half, wrong_code(aoi), HERE)
    assert said | {str(caught.value)} == {""}


def wrong_code(staff_id: str) -> str:
    return f"{(int(service.demo_code(staff_id)) + 1) % 1_000_000:06}"


def test_an_unknown_name_costs_a_hash_too(aoi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the time would tell who works here."""
    verified: list[bool] = []
    real = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda s, p, h: verified.append(h is None) or real(s, p, h))
    for name in (aoi, "nobody"):
        with pytest.raises(WrongSignInError):
            sign_in.show_password(name, "wrong", HERE)
    assert verified == [False, True]
    assert not passwords.is_right("nobody", "wrong", None)


def test_five_wrong_ones_lock_the_account_and_time_opens_it(aoi: str) -> None:
    for _ in range(limits.TRIES_OF_ACCOUNT):
        with pytest.raises(WrongSignInError):
            sign_in.show_password(aoi, "wrong", HERE)
    with pytest.raises(LockedError) as caught:
        sign_in.show_password(aoi, PASSWORD, THERE)  # the right one, from elsewhere
    assert caught.value.until == NOW + limits.TRIES_WINDOW
    with later(minutes=14), pytest.raises(LockedError):
        come_in(aoi)
    with later(minutes=15):
        assert come_in(aoi)


def test_knocking_at_a_locked_door_does_not_keep_it_locked(aoi: str) -> None:
    for minute in range(limits.TRIES_OF_ACCOUNT + 5):
        with later(minutes=minute), pytest.raises((WrongSignInError, LockedError)):
            sign_in.show_password(aoi, "wrong", HERE)
    assert len(rows(StaffTry)) == limits.TRIES_OF_ACCOUNT
    with later(minutes=15):
        assert come_in(aoi)


def test_a_name_that_does_not_exist_is_locked_alike(aoi: str) -> None:
    for _ in range(limits.TRIES_OF_ACCOUNT):
        with pytest.raises(WrongSignInError):
            sign_in.show_password("nobody", "wrong", HERE)
    with pytest.raises(LockedError):
        sign_in.show_password("nobody", "wrong", HERE)


def test_codes_count_although_the_password_was_right(aoi: str) -> None:
    """Who knows a password must not guess codes for ever by showing it again."""
    for _ in range(limits.TRIES_OF_ACCOUNT):
        half = sign_in.show_password(aoi, PASSWORD, HERE)
        with pytest.raises(WrongSignInError):
            sign_in.show_code(half, wrong_code(aoi), HERE)
    with pytest.raises(LockedError):
        sign_in.show_password(aoi, PASSWORD, HERE)


def test_one_source_cannot_try_many_names(aoi: str) -> None:
    for n in range(limits.TRIES_OF_SOURCE):
        with pytest.raises(WrongSignInError):
            sign_in.show_password(f"name-{n}", "wrong", THERE)
    with pytest.raises(LockedError):
        sign_in.show_password(aoi, PASSWORD, THERE)
    assert come_in(aoi, source=HERE)


def test_success_forgets_what_was_wrong_before(aoi: str) -> None:
    with pytest.raises(WrongSignInError):
        sign_in.show_password(aoi, "wrong", HERE)
    come_in(aoi)
    assert rows(StaffTry) == []


# --- Codes ---------------------------------------------------------------------------------------------------------


def test_a_code_counts_once(aoi: str) -> None:
    """Seen over a shoulder, it opens nothing a second later (RFC 6238 §5.2)."""
    code = service.demo_code(aoi)
    come_in(aoi)
    half = sign_in.show_password(aoi, PASSWORD, THERE)
    with pytest.raises(WrongSignInError):
        sign_in.show_code(half, code, THERE)


@pytest.mark.parametrize(("seconds", "is_good"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_clock_may_be_off_by_one_step(aoi: str, seconds: int, is_good: bool) -> None:
    with later(seconds=seconds):
        code = service.demo_code(aoi)
    half = sign_in.show_password(aoi, PASSWORD, HERE)
    if is_good:
        assert sign_in.show_code(half, code, HERE)
    else:
        with pytest.raises(WrongSignInError):
            sign_in.show_code(half, code, HERE)


# --- How long ------------------------------------------------------------------------------------------------------


def test_a_sign_in_ends_when_nobody_touches_it(aoi: str) -> None:
    token = come_in(aoi)
    with later(minutes=15):
        assert reason_of(token) is None
    with later(minutes=15, seconds=1):
        assert reason_of(token) is EndReason.IDLE


def test_a_touch_keeps_it_but_not_for_ever(aoi: str) -> None:
    token = come_in(aoi)
    for minutes in range(10, 601, 10):
        with later(minutes=minutes):
            assert reason_of(token) is None, minutes
            sessions.touch(token)
    with later(hours=10, seconds=1):
        assert reason_of(token) is EndReason.TOO_LONG


def test_the_code_must_follow_the_password_soon(aoi: str) -> None:
    half = sign_in.show_password(aoi, PASSWORD, HERE)
    with later(minutes=10, seconds=1), pytest.raises(LapsedError):
        sign_in.show_code(half, service.demo_code(aoi), HERE)


def test_a_half_sign_in_is_none_and_is_used_once(aoi: str) -> None:
    half = sign_in.show_password(aoi, PASSWORD, HERE)
    assert reason_of(half) is EndReason.UNKNOWN
    token = sign_in.show_code(half, service.demo_code(aoi), HERE)
    assert token != half
    assert reason_of(half, Stage.PASSWORD) is EndReason.NEXT_STEP


def test_signing_out_everywhere_ends_every_browser(aoi: str) -> None:
    first = come_in(aoi)
    with later(minutes=1):
        second = come_in(aoi, source=THERE)
        sign_in.sign_out(first, everywhere=True)
        assert {reason_of(first), reason_of(second)} == {EndReason.SIGNED_OUT_EVERYWHERE}


def test_signing_out_here_leaves_the_others(aoi: str) -> None:
    first = come_in(aoi)
    with later(minutes=1):
        second = come_in(aoi)
        sign_in.sign_out(first)
        sign_in.sign_out(first)  # a second press of a page left standing
        assert (reason_of(first), reason_of(second)) == (EndReason.SIGNED_OUT, None)


def test_what_is_long_over_is_forgotten(aoi: str) -> None:
    come_in(aoi)
    with later(days=31):
        come_in(aoi)
        assert {row.started_at for row in rows(StaffSession)} == {clock.now()}


# --- Administration ------------------------------------------------------------------------------------------------


def test_a_stopped_account_is_out_at_once_and_learns_why_by_its_password_alone(aoi: str) -> None:
    token = come_in(aoi)
    service.disable_member("test", aoi)
    assert reason_of(token) is EndReason.DISABLED
    with later(minutes=1):
        with pytest.raises(DisabledError):
            sign_in.show_password(aoi, PASSWORD, HERE)
        with pytest.raises(WrongSignInError):
            sign_in.show_password(aoi, "wrong", HERE)
        service.enable_member("test", aoi)
        assert reason_of(token) is EndReason.DISABLED  # it does not come back to life
        assert come_in(aoi)


def test_a_reset_begins_anew(aoi: str) -> None:
    token, old_code = come_in(aoi), service.demo_code(aoi)
    for _ in range(limits.TRIES_OF_ACCOUNT):
        with pytest.raises(WrongSignInError):
            sign_in.show_password(aoi, "wrong", HERE)
    fresh = service.reset_member("test", aoi)
    assert reason_of(token) is EndReason.RESET
    with pytest.raises(WrongSignInError):
        sign_in.show_password(aoi, PASSWORD, HERE)
    half = sign_in.show_password(aoi, fresh, HERE)
    assert service.demo_code(aoi) != old_code  # one in a million that it is the same
    assert sign_in.set_up(half, service.demo_code(aoi), (OWN, OWN), HERE)


@pytest.mark.parametrize(
    "new",
    [
        NewMember("Aoi", "あおい", Role.CLERK, TOWN),
        NewMember("a", "あおい", Role.CLERK, TOWN),
        NewMember("midori", " ", Role.CLERK, TOWN),
        NewMember("midori", "みどり", Role.CLERK),
        NewMember("midori", "みどり", Role.UNION_ADMINISTRATOR, TOWN),
        NewMember("midori", "みどり", Role.CLERK, "999999"),
    ],
)
def test_who_cannot_be_is_not_added(app, new: NewMember) -> None:
    with pytest.raises(BadMemberError):
        service.add_member("test", new)
    assert queries.list_staff() == []


def test_a_name_is_never_given_twice(aoi: str) -> None:
    service.disable_member("test", aoi)
    with pytest.raises(StaffThereError):
        service.add_member("test", CLERK)


def test_the_schema_refuses_a_role_without_its_town(aoi: str) -> None:
    with pytest.raises(sa.exc.IntegrityError), union_write() as session:
        session.get_one(StaffMember, aoi).municipality = None


def test_everything_is_written_down_and_nothing_typed_is_in_it(aoi: str, initial: str) -> None:
    secret_name = "my-password-typed-as-name"
    for name in (secret_name, aoi):
        with pytest.raises(WrongSignInError):
            sign_in.show_password(name, "another-secret", HERE)
    sign_in.sign_out(come_in(aoi))
    with union_read() as session:
        assert audit.verify(session) is None
    entries = rows(UnionAuditEntry)
    assert [e.action.value for e in entries if e.action.value.startswith("staff.")] == [
        "staff.added",
        "staff.sign_in_refused",
        "staff.sign_in_refused",
        "staff.signed_in",
        "staff.signed_out",
    ]
    kept = " ".join(f"{e.actor} {e.subject} {e.details}" for e in entries)
    kept += " ".join(f"{t.account_mark} {t.source_mark}" for t in rows(StaffTry))
    assert not any(typed in kept for typed in (secret_name, "another-secret", PASSWORD, initial, HERE))


def test_the_database_alone_opens_nothing(aoi: str, initial: str) -> None:
    token = come_in(aoi)
    (member,) = rows(StaffMember)
    assert token not in {row.mark for row in rows(StaffSession)}
    assert keys.unlock(aoi, member.totp_secret).encode() not in member.totp_secret
    with pytest.raises(SealedElsewhereError):
        keys.unlock("somebody-else", member.totp_secret)  # moved to another row it does not open


def test_outside_of_a_demo_there_is_no_code_and_no_known_password(aoi: str, config, monkeypatch) -> None:
    monkeypatch.setattr(keys, "is_demo", lambda: False)
    with pytest.raises(BadMemberError):
        service.demo_code(aoi)
    with pytest.raises(BadMemberError):
        service.set_up_for_demo(aoi, PASSWORD)
