"""How long one PIN check takes here, and what it holds of memory.

    .venv/bin/python -m benchmarks.pin_hash

Run it on the server that will do the work before choosing other numbers in `app.cards.keys.HashCost`.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import click
from argon2 import PasswordHasher

from app.cards.keys import HashCost

CANDIDATES = {
    "installed": HashCost(),
    "OWASP, more memory": HashCost(passes=1, memory_kib=46 * 1024, lanes=1),
    "RFC 9106, low memory": HashCost(passes=3, memory_kib=64 * 1024, lanes=4),
}
ROUNDS = 15
AT_ONCE = 8


def main() -> None:
    """One line a candidate: alone, and with eight at once as in a busy process."""
    for name, cost in CANDIDATES.items():
        hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        kept = hasher.hash(b"0" * 32)
        alone = statistics.median(_seconds(hasher, kept) for _ in range(ROUNDS))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            crowd = list(pool.map(lambda _: _seconds(hasher, kept), range(ROUNDS * AT_ONCE)))  # noqa: B023
        click.echo(
            f"{name:22} t={cost.passes} m={cost.memory_kib:6} KiB p={cost.lanes}: alone {alone * 1000:4.0f} ms, "
            f"{AT_ONCE} at once {statistics.median(crowd) * 1000:4.0f} ms and {cost.memory_kib * AT_ONCE // 1024} MiB"
        )


def _seconds(hasher: PasswordHasher, kept: str) -> float:
    began = time.perf_counter()
    hasher.verify(kept, b"0" * 32)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
