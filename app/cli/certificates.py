"""`flask certificates …`: which kinds there are, and what their sheets look like. Nothing is issued here."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.certificates import samples, service
from app.certificates.catalogue import KINDS, get_kind
from app.certificates.documents import Document, numbered
from app.certificates.errors import EligibilityRefusedError
from app.certificates.kinds.resident_record import HOUSEHOLD_FORM, INDIVIDUAL_FORM
from app.certificates.requests import KIOSK, Request
from app.cli.options import KIND, actor_option, settings
from app.cli.output import fail, json_option, plain_errors, print_table, say
from app.municipalities.partitions import partitions

group = AppGroup("certificates", help="The kinds of certificate and their layouts.")
_LARGEST_SAMPLE = 20


@group.command("kinds")
@json_option
def list_kinds(*, as_json: bool) -> None:
    """The kinds: code, title, whose data, options."""
    rows = [
        {
            "kind": kind.code,
            "title": kind.title,
            "who": kind.who.value,
            "options": " ".join(option.code for option in kind.options),
        }
        for kind in KINDS.values()
    ]
    print_table(rows, as_json)


@group.command("render")
@click.argument("kind", type=KIND)
@click.option("--sample", is_flag=True, help="Draw the built-in document of invented people.")
@click.option("--persons", type=click.IntRange(1, _LARGEST_SAMPLE), default=4, help="Of the sample: how many.")
@click.option("--form", type=click.Choice([HOUSEHOLD_FORM, INDIVIDUAL_FORM]), default=HOUSEHOLD_FORM)
@click.option("--municipality", help="The town of a resident of the register; audited there.")
@click.option("--resident", help="宛名番号 of that resident.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@actor_option
def render(  # noqa: PLR0913 one parameter an option
    *,
    kind: str,
    sample: bool,
    persons: int,
    form: str,
    municipality: str | None,
    resident: str | None,
    out: Path,
    actor: str,
) -> None:
    """Draw a sheet of KIND, 見本 across it. Its number is a sample: nothing is issued."""
    if sample == bool(municipality or resident) or bool(municipality) != bool(resident):
        fail("give either --sample, or --municipality and --resident")
    with plain_errors():
        if municipality and resident:
            document = _document_of(municipality, resident, kind, actor)
        else:
            document = samples.sample(kind, persons, form)
        pages = _write(document, out)
    say(f"{out}: {get_kind(kind).title}, {pages} page(s), marked 見本")


def _document_of(municipality: str, resident: str, kind: str, actor: str) -> Document:
    """The usual content, under the rules of a kiosk: a look at a layout opens no protected record."""
    request = Request(kind, resident, (), frozenset(), KIOSK, clock.now())
    with partitions.open(municipality, write=True) as p:
        try:
            prepared = service.prepare(p, resident, request, None, settings().secrets.register)
        except EligibilityRefusedError as error:
            fail(f"the rules refuse this sheet: {error.refusal.rule}")
        audit.record(p, actor, Action.SPECIMEN_DRAWN, resident, kind=kind)
    return numbered(prepared.document, samples.SAMPLE_NUMBER)


def _write(document: Document, out: Path) -> int:
    """Readable by the account alone; an existing file is not overwritten."""
    from app.certificates.rendering import Renderer

    sheet = Renderer().render(document, specimen=True)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sheet.pdf)
    return sheet.pages
