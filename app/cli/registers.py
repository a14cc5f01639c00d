"""`flask registers …`: bring a town's registers in, take them out, and look whether they contradict themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.certificates.typeface import find_missing
from app.cli.options import actor_option, settings
from app.cli.output import BAD_INPUT, fail, json_option, plain_errors, print_table, say
from app.municipalities.partitions import partitions
from app.residents import checking, exporting, importing
from app.residents.faults import Fault
from app.residents.importing import REGISTERS, Options, Plan
from app.residents.reading import ENCODINGS

group = AppGroup("registers", help="Import, export and check a town's registers.")
_register = click.option(
    "--register",
    "name",
    type=click.Choice(list(REGISTERS)),
    default="persons",
    show_default=True,
    help="Which register.",
)
_CSV = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command("import")
@click.argument("municipality")
@click.argument("file", type=_CSV)
@_register
@click.option("--commit", is_flag=True, help="Apply it. Without this, only tell what would change.")
@click.option("--encoding", type=click.Choice(list(ENCODINGS)), default="utf-8", show_default=True)
@click.option("--old-numbers", is_flag=True, help="宛名番号 and 世帯番号 from before the standard: no check digits.")
@actor_option
@json_option
def import_file(  # noqa: PLR0913 one parameter an option
    *,
    municipality: str,
    file: Path,
    name: str,
    commit: bool,
    encoding: str,
    old_numbers: bool,
    actor: str,
    as_json: bool,
) -> None:
    """Compare FILE with a register. With --commit, apply it: all of it or nothing."""
    with plain_errors():
        key = settings().secrets.register
        with partitions.open(municipality):  # is it there? before a large file is read
            pass
        with _bar(file, "reading", as_json) as bar:
            options = Options(encoding, not old_numbers, find_missing, bar.update)
            parsed = importing.read_file(file, REGISTERS[name], options)
        with partitions.open(municipality) as p:
            planned = importing.plan(p, parsed, key)
        _report(planned, as_json)
        if planned.faults:
            fail(f"{len(planned.faults)} error(s): nothing was changed")
        if commit:
            _apply(municipality, actor, planned, key, as_json)
    if not as_json:
        say(_verdict(planned, commit))


@group.command("export")
@click.argument("municipality")
@_register
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A file that is not there yet."
)
@actor_option
def export_file(municipality: str, name: str, out: Path, actor: str) -> None:
    """Write a register to a file, all numbers in the clear. Imported again, the file changes nothing."""
    with plain_errors(), partitions.open(municipality, write=True) as p:
        rows = exporting.export(p, actor, REGISTERS[name], out, settings().secrets.register)
    say(f"{rows} rows of {name} written to {out}, readable by you alone")


@group.command("check")
@click.argument("municipality")
@json_option
def check_registers(municipality: str, as_json: bool) -> None:
    """Tell what contradicts itself. Status 2 if anything does; a warning alone is none."""
    with plain_errors(), partitions.open(municipality) as p:
        faults = checking.check(p, settings().secrets.register)
    print_table([_finding(f) for f in faults], as_json)
    errors = sum(not f.is_warning for f in faults)
    if errors:
        fail(f"{errors} contradiction(s)", BAD_INPUT)
    if not as_json:
        say("nothing contradicts itself")


def _finding(fault: Fault) -> dict[str, object]:
    kind = "warning" if fault.is_warning else "error"
    return {"kind": kind, "row": fault.subject, "column": fault.column, "reason": fault.reason}


def _bar(file: Path, label: str, quiet: bool) -> Any:
    """A progress bar over the lines of a file; silent where the output is read by a program."""
    return nullcontext(_Silent()) if quiet else click.progressbar(length=importing.count_lines(file), label=label)


class _Silent:
    def update(self, steps: int) -> None:
        """Show nothing."""


def _apply(municipality: str, actor: str, planned: Plan, key: bytes, quiet: bool) -> None:
    total = len(planned.added) + len(planned.changed)
    bar: Any = nullcontext(_Silent()) if quiet else click.progressbar(length=total, label="writing")
    with bar as shown, partitions.open(municipality, write=True) as p:
        importing.apply(p, actor, planned, key, shown.update)


def _report(planned: Plan, as_json: bool) -> None:
    """What is wrong, what is odd, and what would change, before anything does."""
    if as_json:
        rows = {"errors": _rows(planned.faults), "warnings": _rows(planned.warnings)}
        click.echo(_json(planned, rows))
        return
    _list("warning", planned.warnings, click.echo)
    _list("error", planned.faults, lambda line: click.echo(line, err=True))
    counts = planned.counts()
    say(", ".join(f"{count} {name}" for name, count in counts.items()))


def _json(planned: Plan, rows: dict[str, list[dict[str, object]]]) -> str:
    return json.dumps({"register": planned.register.name, **planned.counts(), **rows}, ensure_ascii=False, indent=2)


def _rows(faults: Iterable[Fault]) -> list[dict[str, object]]:
    return [{"line": f.line, "column": f.column, "reason": f.reason} for f in faults]


def _list(kind: str, faults: Iterable[Fault], tell: Callable[[str], None]) -> None:
    for fault in faults:
        tell(f"{kind}: {fault}")


def _verdict(planned: Plan, commit: bool) -> str:
    if planned.is_empty:
        return "nothing to change"
    return "applied" if commit else "dry run: nothing was changed; --commit applies it"
