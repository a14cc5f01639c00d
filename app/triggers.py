"""What a schema refuses beyond its CHECKs: rules that look at the row before, or at another table, on both engines.

A `Trigger` belongs to a table, is made with it, and is written into the migrations by `script/new-schema`. Its
condition is SQL that SQLite and PostgreSQL read alike; where it holds, the statement fails as any broken constraint
does, with the trigger's name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

DIALECTS = ("sqlite", "postgresql")
_KEY = "triggers"


@dataclass(frozen=True)
class Trigger:
    """`on`: `INSERT`, `DELETE`, `UPDATE` or `UPDATE OF column, …`. `refuses`: SQL over `OLD` and `NEW`."""

    name: str
    on: str
    refuses: str = "1 = 1"


def append_only(name: str) -> tuple[Trigger, Trigger]:
    """Rows are added, never changed or taken away."""
    return Trigger(f"{name}_unchanged", "UPDATE"), Trigger(f"{name}_kept", "DELETE")


def moves(name: str, column: str, arrows: Iterable[tuple[str, str]]) -> Trigger:
    """The column goes along `arrows` alone."""
    known = ", ".join(f"'{now}>{to}'" for now, to in sorted(arrows))
    path = f"OLD.{column} || '>' || NEW.{column}"
    return Trigger(name, f"UPDATE OF {column}", f"NEW.{column} <> OLD.{column} AND {path} NOT IN ({known})")


def fixed(name: str, columns: Collection[str], when: str = "") -> Trigger:
    """The columns keep what they were given; with `when`, from the moment at which that holds."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return Trigger(name, f"UPDATE OF {', '.join(columns)}", f"({when}) AND ({changed})" if when else changed)


def once(name: str, columns: Collection[str]) -> Trigger:
    """Each column is given a value once, and keeps it."""
    changed = " OR ".join(f"(OLD.{c} IS NOT NULL AND NEW.{c} IS DISTINCT FROM OLD.{c})" for c in columns)
    return Trigger(name, f"UPDATE OF {', '.join(columns)}", changed)


def words(values: Iterable[str]) -> str:
    """A list of words in SQL, always in the same order."""
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


def attach(table: sa.Table, triggers: Iterable[Trigger]) -> None:
    """Make the triggers with the table."""
    for trigger in triggers:
        table.metadata.info.setdefault(_KEY, []).append((table.name, trigger))
        for dialect in DIALECTS:
            for statement in create(table.name, trigger, dialect):
                ddl = sa.DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
                sa.event.listen(table, "after_create", ddl)


def statements(metadata: sa.MetaData, dialect: str) -> list[str]:
    """What makes every trigger of a schema."""
    return [s for table, trigger in _all(metadata) for s in create(table, trigger, dialect)]


def leftovers(metadata: sa.MetaData) -> list[str]:
    """What PostgreSQL keeps when the tables are gone."""
    return [f"DROP FUNCTION {trigger.name}()" for _table, trigger in _all(metadata)]


def create(table: str, trigger: Trigger, dialect: str) -> list[str]:
    """The statements that make one trigger."""
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.on} ON {table}"
    if dialect == "sqlite":
        return [f"{head} WHEN {trigger.refuses} BEGIN SELECT RAISE(ABORT, '{trigger.name}'); END"]
    refuse = f"RAISE EXCEPTION '{trigger.name}' USING ERRCODE = 'integrity_constraint_violation'"
    goes_on = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW"
    body = f"BEGIN IF {trigger.refuses} THEN {refuse}; END IF; {goes_on}; END"
    function = f"CREATE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    return [function, f"{head} FOR EACH ROW EXECUTE FUNCTION {trigger.name}()"]


def _all(metadata: sa.MetaData) -> list[tuple[str, Trigger]]:
    return sorted(metadata.info.get(_KEY, ()), key=lambda pair: (pair[0], pair[1].name))
