"""`flask db …`: migrate the union and every partition, and say who is where."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from app.cli.output import UNFIT, fail, json_option, plain_errors, print_table, say
from app.errors import KoikiError
from app.municipalities import migrating, service, union
from app.municipalities.partitions import Outcome, partitions
from app.nodes import queries as nodes
from app.nodes.agreement import NodeFacts

FAILED = 1
group = AppGroup("db", help="Migrate the union and the partitions.")


@group.command("upgrade")
def upgrade() -> None:
    """Migrate the union, then every partition. One that fails does not stop the others; the exit status is 1 then."""
    with plain_errors():
        _refuse_while_served()
        say(f"union: {union.upgrade()}")
        outcomes = partitions.each(partitions.upgrade)
        for outcome in outcomes:
            _note(outcome)
    failures = [{"municipality": o.code, "error": o.error} for o in outcomes if o.error]
    say(f"partitions: {len(outcomes) - len(failures)} of {len(outcomes)} at {migrating.newest(migrating.PARTITION)}")
    print_table(failures)
    if failures:
        fail("some partitions were not migrated; they stay as they were", FAILED)


@group.command("status")
@json_option
def status(as_json: bool) -> None:
    """The revision of every database. Exit 1 when one is not at the newest."""
    with plain_errors():
        rows = [_row("union", union.revision(), migrating.UNION)]
        if rows[0]["is_newest"]:
            rows += [_partition_row(outcome) for outcome in partitions.status()]
    print_table(rows, as_json)
    if not all(row["is_newest"] for row in rows):
        fail("not everything is at the newest revision: run 'db upgrade'", FAILED)


def _refuse_while_served() -> None:
    """A process that serves was made for the schema as it is: it is not taken away under its feet."""
    if union.revision() is not None and (live := _live()) and not _is_newest():
        fail(f"nothing was migrated: {len(live)} processes serve with the present schema, stop them first", UNFIT)


def _live() -> list[NodeFacts]:
    try:
        return nodes.list_live()
    except DBAPIError:
        return []  # a schema from before there were nodes


def _is_newest() -> bool:
    if union.revision() != migrating.newest(migrating.UNION):
        return False
    return all(outcome.answer == migrating.newest(migrating.PARTITION) for outcome in partitions.status())


def _note(outcome: Outcome) -> None:
    try:
        service.note_revision(outcome.code, _revision(outcome), outcome.error)
    except KoikiError as error:
        click.echo(f"{outcome.code}: {error}", err=True)


def _partition_row(outcome: Outcome) -> dict[str, Any]:
    return _row(outcome.code, _revision(outcome), migrating.PARTITION, outcome.error)


def _revision(outcome: Outcome) -> str | None:
    return str(outcome.answer) if outcome.answer else None


def _row(name: str, revision: str | None, tree: str, error: str | None = None) -> dict[str, Any]:
    newest = migrating.newest(tree)
    return {"database": name, "revision": revision, "newest": newest, "is_newest": revision == newest, "error": error}
