"""Passwords of the staff: argon2id over the peppered password. The one module of this room that knows argon2."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from app.staff import keys

_NOBODY = "nobody"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read for something else on paper
_GROUPS, _GROUP_LENGTH = 4, 5  # 20 of 31 signs: 99 bits


def invent() -> str:
    """A password to hand out once, in groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def hash_password(staff_id: str, password: str) -> str:
    """The PHC string to keep for this account."""
    return _hasher(keys.hash_cost()).hash(keys.password_secret(staff_id, password))


def is_right(staff_id: str, password: str, password_hash: str | None) -> bool:
    """Whether this is the password. Without a hash (no such account) it takes as long, and is wrong."""
    kept = password_hash or _hash_of_nobody(keys.hash_cost())
    try:
        is_same = _hasher(keys.hash_cost()).verify(kept, keys.password_secret(staff_id, password))
    except VerifyMismatchError:
        return False
    return is_same and password_hash is not None


@lru_cache(maxsize=4)
def _hasher(cost: keys.HashCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID)


@lru_cache(maxsize=4)
def _hash_of_nobody(cost: keys.HashCost) -> str:
    return _hasher(cost).hash(secrets.token_bytes())
