"""The town's card register, in code and at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.cards import keys, routes, service
from app.cards.errors import CardTakenError, PinFormError, UnknownCardUserError
from app.cards.models import CardUser
from app.cards.queries import list_cards, list_services
from app.cards.service import NewCard
from app.cards.vocabularies import CardKind, CardState
from app.cli.cards import group
from app.municipalities.partitions import Partition, partitions
from tests.integration.cards.conftest import PIN, TOWN_A, TOWN_B, Agent, add_numbered, add_person, holder_of

CREDENTIAL = "c" * 64


@pytest.fixture(autouse=True)
def residents(house: Flask) -> None:
    add_person(TOWN_A, "A1")


def card_of(code: str, card_user_id: int) -> CardUser:
    with partitions.open(code) as p:
        return p.session.get_one(CardUser, card_user_id)


def register(code: str, card: NewCard) -> int:
    with partitions.open(code, write=True) as p:
        return service.register_card(p, "staff:test", "A1", card)


def test_a_card_is_registered_with_its_route_and_services() -> None:
    services = frozenset({"resident_record", "seal_registration"})
    number = register(
        TOWN_A, NewCard(CardKind.CITIZEN_CARD, CREDENTIAL, PIN, services, date(2030, 1, 1), date(2026, 11, 22))
    )
    assert routes.find_home(CREDENTIAL) == TOWN_A
    with partitions.open(TOWN_A) as p:
        assert list_services(p, number) == services
        [card] = list_cards(p)
        assert (card.atena_no, card.kind, card.state, card.tries_left) == ("A1", "citizen_card", "active", 3)
        assert (card.valid_until, card.usable_from) == (date(2030, 1, 1), date(2026, 11, 22))
        assert card.services == ("resident_record", "seal_registration")
        assert audit.verify(p) is None
    with partitions.open(TOWN_B) as p:
        assert list_cards(p) == []


def test_the_pin_is_kept_as_a_hash_of_this_card() -> None:
    kept = card_of(TOWN_A, register(TOWN_A, NewCard(CardKind.CITIZEN_CARD, CREDENTIAL, PIN))).pin_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PIN not in repr(NewCard(CardKind.CITIZEN_CARD, CREDENTIAL, PIN))


@pytest.mark.parametrize(
    ("kind", "pin"),
    [
        (CardKind.CITIZEN_CARD, None),
        (CardKind.CITIZEN_CARD, "739"),
        (CardKind.JUKI_CARD, "73911"),
        (CardKind.JUKI_CARD, "７３９１"),
        (CardKind.INDIVIDUAL_NUMBER_CARD, "7391"),
    ],
)
def test_a_pin_where_it_does_not_belong_registers_nothing(kind: CardKind, pin: str | None) -> None:
    with pytest.raises(PinFormError) as caught:
        register(TOWN_A, NewCard(kind, CREDENTIAL, pin))
    assert str(caught.value) == kind.value
    assert routes.find_home(CREDENTIAL) is None


def test_the_schema_refuses_a_chips_pin_and_a_fourth_try() -> None:
    number = register(TOWN_A, NewCard(CardKind.INDIVIDUAL_NUMBER_CARD, CREDENTIAL))
    for change in ({"pin_hash": "x"}, {"tries_left": 4}, {"tries_left": -1}):
        with pytest.raises(sa.exc.IntegrityError), partitions.open(TOWN_A, write=True) as p:
            p.session.execute(sa.update(CardUser).where(CardUser.card_user_id == number).values(change))


def test_a_card_has_one_home_and_is_registered_once() -> None:
    register(TOWN_A, NewCard(CardKind.INDIVIDUAL_NUMBER_CARD, CREDENTIAL))
    for code in (TOWN_A, TOWN_B):
        with pytest.raises(CardTakenError):
            register(code, NewCard(CardKind.INDIVIDUAL_NUMBER_CARD, CREDENTIAL))
    assert routes.find_home(CREDENTIAL) == TOWN_A
    with partitions.open(TOWN_B) as p:
        assert list_cards(p) == []


def crash(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_registration_that_failed_after_its_route_can_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "record", crash)
    with pytest.raises(KeyboardInterrupt):
        register(TOWN_A, NewCard(CardKind.INDIVIDUAL_NUMBER_CARD, CREDENTIAL))
    monkeypatch.undo()
    assert routes.find_home(CREDENTIAL) == TOWN_A
    register(TOWN_A, NewCard(CardKind.INDIVIDUAL_NUMBER_CARD, CREDENTIAL))


def test_a_card_that_is_stopped_leaves_its_terminal(agent: Agent) -> None:
    number = add_numbered(TOWN_A, "A1", "C-1")
    ticket = agent.ask()
    agent.sign_in(agent.numbered("C-1"))
    with partitions.open(TOWN_A, write=True) as p:
        assert service.change_state(p, "staff:test", number, CardState.LOST) is CardState.ACTIVE
    assert holder_of(TOWN_A, ticket.visit_id) is None


def test_a_new_pin_replaces_the_old_one_and_opens_a_lock(agent: Agent) -> None:
    number = add_numbered(TOWN_A, "A1", "C-1")
    with partitions.open(TOWN_A, write=True) as p:
        p.session.get_one(CardUser, number).tries_left = 0
        service.set_pin(p, "staff:test", number, "8642")
    agent.ask()
    assert agent.sign_in(agent.numbered("C-1", "8642")).subject == "A1"
    with partitions.open(TOWN_A) as p:
        assert "8642" not in " ".join(p.session.scalars(sa.select(AuditEntry.details)))


def test_a_new_pin_may_work_from_tomorrow(agent: Agent) -> None:
    number = add_numbered(TOWN_A, "A1", "C-1")
    with partitions.open(TOWN_A, write=True) as p:
        service.set_pin(p, "staff:test", number, "8642", usable_from=date(2026, 11, 22))
    assert card_of(TOWN_A, number).usable_from == date(2026, 11, 22)


@pytest.mark.parametrize(
    "do",
    [
        lambda p: service.unlock(p, "staff:test", 99),
        lambda p: service.change_state(p, "staff:test", 99, CardState.LOST),
        lambda p: service.set_pin(p, "staff:test", 99, PIN),
    ],
    ids=["unlock", "state", "pin"],
)
def test_a_card_that_the_town_does_not_have(do: Callable[[Partition], object]) -> None:
    with pytest.raises(UnknownCardUserError), partitions.open(TOWN_A, write=True) as p:
        do(p)


# --- At the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def run(house: Flask) -> Callable[..., Result]:
    house.cli.add_command(group)
    return lambda *words: house.test_cli_runner().invoke(args=["cards", *words])


def test_list_shows_cards_and_no_secret(run: Callable[..., Result]) -> None:
    add_numbered(TOWN_A, "A1", "C-1", services=frozenset({"resident_record"}), valid_until=date(2030, 1, 1))
    shown = run("list", TOWN_A, "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.stdout) == [
        {
            "card": 1,
            "atena_no": "A1",
            "kind": "citizen_card",
            "state": "active",
            "valid_until": "2030-01-01",
            "usable_from": None,
            "tries_left": 3,
            "services": "resident_record",
        }
    ]
    assert json.loads(run("list", TOWN_B, "--json").stdout) == []
    assert "argon2" not in run("list", TOWN_A).stdout


def test_set_state_and_unlock(run: Callable[..., Result]) -> None:
    number = add_numbered(TOWN_A, "A1", "C-1")
    stopped = run("set-state", TOWN_A, str(number), "lost", "--actor", "staff:test")
    assert (stopped.exit_code, stopped.stdout) == (0, f"{TOWN_A} card 1: active -> lost\n")
    assert card_of(TOWN_A, number).state is CardState.LOST
    with partitions.open(TOWN_A, write=True) as p:
        p.session.get_one(CardUser, number).tries_left = 0
    assert run("unlock", TOWN_A, str(number), "--actor", "staff:test").exit_code == 0
    assert card_of(TOWN_A, number).tries_left == 3
    with partitions.open(TOWN_A) as p:
        actions = p.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.sequence)).all()
    assert [action.value for action in actions] == ["card.registered", "card.state_changed", "card.unlocked"]


@pytest.mark.parametrize(
    "words",
    [
        ("list", "999999"),
        ("list", "../etc"),
        ("set-state", TOWN_A, "99", "lost", "--actor", "staff:test"),
        ("set-state", TOWN_A, "1", "eaten", "--actor", "staff:test"),
        ("set-state", TOWN_A, "one", "lost", "--actor", "staff:test"),
        ("unlock", TOWN_A, "99", "--actor", "staff:test"),
        ("unlock", TOWN_A, "1"),
    ],
    ids=" ".join,
)
def test_bad_input_is_a_clear_line_and_status_two(words: tuple[str, ...], run: Callable[..., Result]) -> None:
    refused = run(*words)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr.strip()
    assert "Traceback" not in refused.stderr


def test_fingerprints_of_the_register_and_of_the_statement_agree() -> None:
    number = add_numbered(TOWN_A, "A1", "C-1")
    assert card_of(TOWN_A, number).credential == keys.fingerprint("citizen_card", keys.UNION_ISSUER, "C-1")
