"""`flask audit …`: show that no entry of a chain was changed or taken out."""

from __future__ import annotations

from typing import Any

from flask.cli import AppGroup

from app.audit import service
from app.cli.output import fail, json_option, plain_errors, print_table
from app.municipalities.partitions import Outcome, partitions
from app.municipalities.union import union_read

FAILED = 1
group = AppGroup("audit", help="The audit chains.")


@group.command("verify")
@json_option
def verify(as_json: bool) -> None:
    """Follow the union's chain and every town's. Exit 1 when one is broken or cannot be read."""
    with plain_errors():
        with union_read() as session:
            rows = [_row("union", service.verify(session))]
        rows += [_outcome_row(outcome) for outcome in partitions.each(_verify_town)]
    print_table(rows, as_json)
    if not all(row["is_whole"] for row in rows):
        fail("a chain is broken: keep the database as it is and look", FAILED)


def _verify_town(code: str) -> service.Break | None:
    with partitions.open(code) as p:
        return service.verify(p)


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    if outcome.error:
        return {"chain": outcome.code, "is_whole": False, "first_break": None, "reason": outcome.error}
    found = outcome.answer
    return _row(outcome.code, found if isinstance(found, service.Break) else None)


def _row(name: str, found: service.Break | None) -> dict[str, Any]:
    place, reason = (found.sequence, found.reason) if found else (None, None)
    return {"chain": name, "is_whole": found is None, "first_break": place, "reason": reason}
