"""`script/every-certificate`: every kind of certificate for every resident of a demo, drawn and read back by the guard.

Each resident asks for each kind twice over: as it usually comes, or with items, years and people chosen by a die that
always falls alike. What comes out is a sheet that the guard passes, or the code of a rule; anything else is a crash.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import select

from app import clock, create_app
from app.certificates import samples, service
from app.certificates.catalogue import KINDS
from app.certificates.documents import numbered
from app.certificates.errors import EligibilityRefusedError
from app.certificates.rendering import Renderer
from app.certificates.requests import KIOSK, Picks, Request
from app.certificates.wishes import Wish
from app.config import create_keys, load
from app.demo.command import demo_command
from app.issuance.errors import SheetMismatchError
from app.issuance.guard import check_asked, check_sheet
from app.issuance.names import Names, index
from app.municipalities.hours import next_opening
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import get_timetable
from app.residents.models import PersonVersion
from app.residents.queries import other_names

PROCESSES = 2
MOST_TOLD = 50  # troubles, one a line
RENDERED, CRASHED, MISMATCHED = "rendered", "crashed", "mismatched"


@dataclass
class Tally:
    """What came out: (kind, outcome) → how often; an outcome is one of the three words or the code of a rule.

    `examples` has a town and a request for each.
    """

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], tuple[str, Request]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(times for (_, what), times in self.outcomes.items() if what == outcome)

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.examples = other.examples | self.examples
        self.troubles += other.troubles


def make_demo(home: Path, residents: int) -> Flask:
    """An invented union in `home`, or the one that is there."""
    is_new = not (home / "keys").exists()
    create_keys(home / "keys")
    app = create_app(load({"KOIKI_HOME": str(home), "KOIKI_DEMO": "1"}))
    if is_new:
        made = app.test_cli_runner().invoke(demo_command, ["--residents", str(residents), "--cards-per-town", "0"])
        if made.exit_code:
            raise RuntimeError(made.output)
    return app


def describe(error: Exception) -> str:
    """What went wrong, and the last three places on the way there."""
    places = traceback.extract_tb(error.__traceback__)[-3:]
    way = " > ".join(f"{Path(place.filename).name}:{place.lineno}" for place in places)
    return f"{type(error).__name__}: {error} ({way})"


@cache
def renderer() -> Renderer:
    """One a process, with every form loaded before the first sheet."""
    made = Renderer()
    made.warm_up(samples.sample(kind) for kind in KINDS)
    return made


class Town:
    """One town and its residents, asked one after the other."""

    def __init__(self, p: Partition, register_key: bytes, renderer: Renderer) -> None:
        self._p, self._key, self._renderer = p, register_key, renderer
        self._names: Names = index(other_names(p, set()))
        now = clock.now()
        self._open_at = {kind: next_opening(get_timetable(p.code, kind, None, now), now) or now for kind in KINDS}

    def residents(self) -> list[str]:
        """Everybody the register has a current row of, whatever their state."""
        return sorted(set(self._p.session.scalars(select(PersonVersion.atena_no))))

    def ask(self, atena_no: str, kind: str, tally: Tally, draws: bool) -> None:
        """One resident, one kind; `draws`: and make the sheet, and have it guarded."""
        request = self._usual(atena_no, kind)
        try:
            request = self._choose(request)
            outcome = self._outcome(request, draws)
        except SheetMismatchError as error:
            outcome = MISMATCHED
            tally.troubles.append(f"{self._p.code} {atena_no} {kind}: {error.findings}")
        except Exception as error:  # a crash is what is looked for
            outcome = CRASHED
            tally.troubles.append(f"{self._p.code} {atena_no} {kind}: {describe(error)}")
        tally.outcomes[kind, outcome] += 1
        tally.examples.setdefault((kind, outcome), (self._p.code, request))

    def _usual(self, atena_no: str, kind: str) -> Request:
        return Request(kind, atena_no, (), frozenset(), KIOSK, self._open_at[kind])

    def _choose(self, usual: Request) -> Request:
        dice = Random(f"{self._p.code} {usual.requester} {usual.kind}")
        if dice.random() < 0.6:
            return usual
        case = service.read_case(self._p, usual, None)
        options = frozenset(option.code for option in case.kind.offered(case) if dice.random() < 0.5)
        keys = [choice.key for choice in case.choices]
        most = {Picks.NONE: 0, Picks.ONE: 1, Picks.SOME: len(keys)}[case.kind.picks]
        picks = tuple(dice.sample(keys, dice.randint(0, min(most, len(keys)))))
        return replace(usual, options=options, picks=picks)

    def _outcome(self, request: Request, draws: bool) -> str:
        try:
            prepared = service.prepare(self._p, request.requester, request, None, self._key)
        except EligibilityRefusedError as error:
            return error.refusal.rule
        wish = Wish(request.kind, request.options, prepared.persons, request.persons, request.picks)
        check_asked(prepared.document, wish)
        if draws:
            document = numbered(prepared.document, f"{self._p.code} {request.requester}")
            check_sheet(document, self._renderer.render(document).pdf, self._names)
        return RENDERED


def ask_town(home: Path, code: str, share: tuple[int, int]) -> Tally:
    """In a process of its own: every `share[1]`-th resident of a town, from the `share[0]`-th."""
    app = make_demo(home, 0)
    tally = Tally()
    with app.app_context(), partitions.open(code) as p:
        town = Town(p, app.config["KOIKI"].secrets.register, renderer())
        for atena_no in town.residents()[share[0] :: share[1]]:
            for kind in KINDS:
                town.ask(atena_no, kind, tally, draws=True)
    return tally


def ask_everybody(home: Path, residents: int) -> Tally:
    """All towns, in two processes."""
    with make_demo(home, residents).app_context():
        codes = partitions.codes()
    partitions.dispose()
    tally = Tally()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        shares = [(code, (part, PROCESSES)) for code in codes for part in range(PROCESSES)]
        done = [pool.submit(ask_town, home, code, share) for code, share in shares]
        for (code, _), future in zip(shares, done, strict=True):
            tally.add(future.result())
            sys.stderr.write(f"{code}: {sum(tally.outcomes.values()):,} asked\n")
    return tally


def report(tally: Tally) -> Iterator[str]:
    """One line a kind, and the last line for all."""
    for kind in KINDS:
        of_kind = {outcome: times for (code, outcome), times in tally.outcomes.items() if code == kind}
        rules = sorted((o, n) for o, n in of_kind.items() if o not in (RENDERED, CRASHED, MISMATCHED))
        refused = " ".join(f"{rule}:{times}" for rule, times in rules)
        yield f"{kind:30}{of_kind.get(RENDERED, 0):6,} rendered {sum(n for _, n in rules):6,} refused   {refused}"
    asked, rendered = sum(tally.outcomes.values()), tally.count(RENDERED)
    crashed, mismatched = tally.count(CRASHED), tally.count(MISMATCHED)
    refused = asked - rendered - crashed - mismatched
    yield (
        f"{asked:,} asked: {rendered:,} rendered and guarded, {refused:,} refused by a rule, "
        f"{crashed:,} crashed, {mismatched:,} stopped by the guard"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=1000)
    residents: int = parser.parse_args().residents
    with tempfile.TemporaryDirectory(prefix="koiki-every-") as folder:
        tally = ask_everybody(Path(folder), residents)
    sys.stdout.writelines(f"{line}\n" for line in [*report(tally), *tally.troubles[:MOST_TOLD]])
    return 1 if tally.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
