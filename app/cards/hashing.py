"""Server-side PINs: argon2id over the peppered PIN. The one module that knows argon2."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from app.cards import keys

_NOBODY = "no card has this credential"
_NO_PIN = "----"  # not four digits: no input can equal it


def hash_pin(credential: str, pin: str) -> str:
    """The PHC string to keep for this card; its salt is random, its cost is inside."""
    return _hasher(keys.hash_cost()).hash(keys.pin_secret(credential, pin))


def is_right_pin(credential: str, pin: str, pin_hash: str) -> bool:
    """Whether `pin` is the one behind `pin_hash`.

    :raises argon2.exceptions.InvalidHashError: if the register is damaged.
    """
    try:
        return _hasher(keys.hash_cost()).verify(pin_hash, keys.pin_secret(credential, pin))
    except VerifyMismatchError:
        return False


def spend_the_same_time(credential: str, pin: str) -> None:
    """Verify against a hash of nobody: an unknown card takes as long as a wrong PIN."""
    is_right_pin(credential, pin, _hash_of_nobody(keys.hash_cost()))


@lru_cache(maxsize=4)
def _hasher(cost: keys.HashCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID)


@lru_cache(maxsize=4)
def _hash_of_nobody(cost: keys.HashCost) -> str:
    return _hasher(cost).hash(keys.pin_secret(_NOBODY, _NO_PIN))
