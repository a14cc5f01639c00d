"""Run by test_numbers in processes of their own: takes numbers, every other one in a transaction that fails."""

from __future__ import annotations

import sys
from pathlib import Path

from app import clock
from app.issuance.numbers import take_number
from app.municipalities.partitions import partitions
from tests.integration.issuance.conftest import HOME, make_app, make_config


class UndoneError(Exception):
    """Rolls back."""


def main(home: str, count: int) -> None:
    with make_app(make_config(Path(home))).app_context():
        for turn in range(2 * count):
            try:
                with partitions.open(HOME, write=True) as p:
                    number = take_number(p, "若草市", 1, clock.today())
                    if turn % 2:
                        raise UndoneError
            except UndoneError:
                continue
            sys.stdout.write(number + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
