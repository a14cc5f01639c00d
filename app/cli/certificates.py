"""`flask certificates …`: which kinds there are, and what their sheets look like. Nothing is issued here."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import AppGroup

from app import clock
from app.audit import service as audit
from app.audit.actions import Action
from app.certificates import eligibility, samples, service
from app.certificates.catalogue import KINDS, get_kind
from app.certificates.documents import Document, numbered
from app.certificates.errors import EligibilityRefusedError
from app.certificates.kinds.resident_record import HOUSEHOLD_FORM, INDIVIDUAL_FORM
from app.certificates.requests import KIOSK, Request
from app.cli.options import KIND, actor_option, settings
from app.cli.output import fail, json_option, plain_errors, print_table, say
from app.municipalities.hours import next_opening
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_timetable

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
@click.option("--kind", type=KIND, required=True, help="Code of the kind; `certificates kinds` lists them.")
@click.option("--sample", is_flag=True, help="Draw the built-in document of invented people.")
@click.option("--persons", type=click.IntRange(1, _LARGEST_SAMPLE), default=4, help="Of the sample: how many.")
@click.option("--form", type=click.Choice([HOUSEHOLD_FORM, INDIVIDUAL_FORM]), default=HOUSEHOLD_FORM)
@click.option("--municipality", help="The town of a resident of the register; audited there.")
@click.option("--person", help="宛名番号 of that resident, who asks.")
@click.option(
    "--with", "shown", multiple=True, help="宛名番号 of who is shown instead of the usual people; repeatable."
)
@click.option("--option", "options", multiple=True, help="An item that stands on the sheet on request; repeatable.")
@click.option("--pick", "picks", multiple=True, help="Key of a year, a vehicle … to certify; repeatable.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@actor_option
@json_option
def render(*, out: Path, as_json: bool, **asked: Any) -> None:
    """Draw a sheet, 見本 across it. Its number is a sample: nothing is issued.

    What a resident may not have printed at a kiosk is refused here too, with status 2 and the code of the rule. When
    the town is closed, the sheet is that of its next opening.
    """
    wish = _Wish(**asked)
    with plain_errors():
        wish.check()
        try:
            specimen = _sample(wish) if wish.sample else _of_resident(wish)
        except EligibilityRefusedError as error:
            _refuse(error, wish, as_json)
        pages, digest = _write(specimen.document, out)
    _tell(specimen, {"pages": pages, "out": str(out), "sha256": digest}, as_json)


@dataclass(frozen=True)
class _Wish:
    """What the command line asks for."""

    kind: str
    sample: bool
    persons: int
    form: str
    municipality: str | None
    person: str | None
    shown: tuple[str, ...]
    options: tuple[str, ...]
    picks: tuple[str, ...]
    actor: str

    def check(self) -> None:
        is_one_person = bool(self.municipality and self.person)
        is_any = bool(self.municipality or self.person or self.shown)
        if self.sample == is_any or is_any != is_one_person:
            fail("give either --sample, or --municipality and --person")
        known = [option.code for option in get_kind(self.kind).options]
        for code in self.options:
            if code not in known:
                fail(f"{self.kind} has no option {code!r}; it has: {', '.join(known) or 'none'}")

    @property
    def request(self) -> Request:
        return Request(
            self.kind, self.person or "", self.shown, frozenset(self.options), KIOSK, self._opening(), self.picks
        )

    def _opening(self) -> datetime:
        """Hours say nothing about a sheet: where the town is closed now, the next moment at which it is not."""
        now = clock.now()
        return next_opening(get_timetable(self.municipality or "", self.kind, None, now), now) or now


@dataclass(frozen=True)
class _Specimen:
    """What is drawn, and what is told of it."""

    document: Document
    said: Mapping[str, object]


def _sample(wish: _Wish) -> _Specimen:
    document = samples.sample(wish.kind, wish.persons, wish.form, wish.options, wish.picks)
    return _Specimen(document, {"kind": wish.kind, "title": get_kind(wish.kind).title, "sample": True})


def _of_resident(wish: _Wish) -> _Specimen:
    """Under the rules of a kiosk: a look at a layout opens no protected record."""
    request = wish.request
    with partitions.open(wish.municipality or "", write=True) as p:
        prepared = service.prepare(p, request.requester, request, None, settings().secrets.register)
        audit.record(p, wish.actor, Action.SPECIMEN_DRAWN, request.requester, kind=wish.kind)
    said = {
        "kind": wish.kind,
        "title": get_kind(wish.kind).title,
        "municipality": wish.municipality,
        "at": request.at.isoformat(timespec="seconds"),
        "options": sorted(request.options),
        "picks": list(request.picks),
        "persons": len(prepared.persons),
        "yen": prepared.yen,
    }
    return _Specimen(numbered(prepared.document, samples.SAMPLE_NUMBER), said)


def _refuse(error: EligibilityRefusedError, wish: _Wish, as_json: bool) -> NoReturn:
    """The code of the rule; when the pick is all that is wrong, also what there is to pick."""
    refused: dict[str, object] = {"refused": error.refusal.rule}
    message = f"the rules refuse this sheet: {error.refusal.rule}"
    if wish.picks and (keys := _keys_to_pick(wish)):
        refused["choices"] = keys
        message += f"; there is to pick: {', '.join(keys)}"
    if as_json:
        say(json.dumps(refused, ensure_ascii=False))
    fail(message)


def _keys_to_pick(wish: _Wish) -> list[str]:
    """Nothing, where the sheet without the picks is refused too."""
    with partitions.open(wish.municipality or "") as p:
        case = service.read_case(p, replace(wish.request, picks=()), None)
    return [] if eligibility.decide(case) else [choice.key for choice in case.choices]


def _tell(specimen: _Specimen, written: dict[str, object], as_json: bool) -> None:
    said = {**specimen.said, **written}
    if as_json:
        say(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        say(f"{said['out']}: {said['title']}, {said['pages']} page(s), marked 見本")


def _write(document: Document, out: Path) -> tuple[int, str]:
    """Pages, and SHA-256 in hex. Readable by the account alone; an existing file is not overwritten."""
    from app.certificates.rendering import Renderer

    sheet = Renderer().render(document, specimen=True)
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sheet.pdf)
    return sheet.pages, hashlib.sha256(sheet.pdf).hexdigest()
