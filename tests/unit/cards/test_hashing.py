"""PIN hashes and keyed fingerprints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cards import hashing, keys
from app.config import Config

CREDENTIAL, OTHER = "a" * 64, "b" * 64


def test_the_right_pin_of_the_right_card_alone(settings: Config) -> None:
    kept = hashing.hash_pin(CREDENTIAL, "7391")
    assert hashing.is_right_pin(CREDENTIAL, "7391", kept)
    assert not hashing.is_right_pin(CREDENTIAL, "7392", kept)
    assert not hashing.is_right_pin(OTHER, "7391", kept), "a hash moved to another card's row opens nothing"


def test_a_hash_is_argon2id_salted_and_tells_nothing_of_the_pin(settings: Config) -> None:
    first, second = hashing.hash_pin(CREDENTIAL, "7391"), hashing.hash_pin(CREDENTIAL, "7391")
    assert first.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert first != second


def test_without_the_pepper_the_right_pin_is_wrong(settings: Config) -> None:
    kept = hashing.hash_pin(CREDENTIAL, "7391")
    keys.configure(
        replace(settings, environ={**settings.environ, "KOIKI_SECRET_PEPPER": "A" * 43 + "="}), keys.hash_cost()
    )
    assert not hashing.is_right_pin(CREDENTIAL, "7391", kept)


def test_an_unknown_card_costs_the_same_hash(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[str] = []
    monkeypatch.setattr(hashing, "is_right_pin", lambda *given: spent.append(given[2]))
    hashing.spend_the_same_time(CREDENTIAL, "7391")
    assert len(spent) == 1
    assert spent[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_what_is_installed_costs_what_is_written(settings: Config) -> None:
    keys.configure(settings)
    assert keys.hash_cost() == keys.HashCost(passes=2, memory_kib=19456, lanes=1)


def test_fingerprints_are_keyed_and_keep_their_parts_apart(settings: Config) -> None:
    one = keys.fingerprint("citizen_card", "union", "12")
    assert len(one) == 64
    assert one == keys.fingerprint("citizen_card", "union", "12")
    others = {
        keys.fingerprint("juki_card", "union", "12"),
        keys.fingerprint("citizen_card", "union1", "2"),
        keys.fingerprint("citizen_card", "unio", "n12"),
        keys.fingerprint("citizen_card", "union", "012"),
    }
    assert len(others | {one}) == 5
    keys.configure(replace(settings, environ={**settings.environ, "KOIKI_SECRET_ROUTE": "A" * 43 + "="}))
    assert one != keys.fingerprint("citizen_card", "union", "12")


def test_unconfigured_is_an_error_not_a_default(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys._Holder, "settings", None)
    with pytest.raises(keys.CardsNotConfiguredError):
        keys.fingerprint("citizen_card", "union", "12")
