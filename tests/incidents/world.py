"""What every incident is played on: a union of ten invented towns, two portal nodes, kiosks with printers and tills.

There are two kinds. `processes.ProcessWorld` is a whole installation as operating system processes with real printers,
on SQLite or PostgreSQL. `local.LocalWorld` is the same portal and the same agents in the test's own process, so that a
test can take one protection out. A scenario does not know on which it is played.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from pypdf import PdfReader

from app import clock
from app.config import Config
from app.demo.towns import TOWNS
from app.issuance import keys, reconcile, relay
from app.issuance.models import Attempt, Case, CaseKind, Issuance, Order
from app.issuance.queries import OrderView, find_order
from app.municipalities import service as municipalities
from app.municipalities.partitions import Partition, partitions
from app.municipalities.queries import get_terminal
from app.municipalities.union import union_read
from app.payments.models import LedgerEntry
from tests.incidents.station import Station
from tests.incidents.upkeep import Upkeep
from tests.journey.crowd import OPEN_DAY_AND_NIGHT, wait_until
from tests.journey.robot import Browser, Page, Resident

PIN = "1234"
ORDINARY = re.compile(r"\d\d-\w+-(neighbour-\d+|family-head|family-wife)")
LABEL = re.compile(r"】(.+?)：")
PATIENCE_SECONDS = 120.0
CODES = {town.slug: town.code for town in TOWNS}
RECORD, SEAL = "resident_record", "seal_registration"


class HappenedError(AssertionError):
    """The incident has happened: by the ground truth, not by a page that did not come."""


def must(holds: object, otherwise: str) -> None:
    """:raises HappenedError: with `otherwise`, which names no person."""
    if not holds:
        raise HappenedError(otherwise)


@dataclass(frozen=True)
class Card:
    """A card of the demo. `name`: its holder's, without blanks, as a sheet shows it."""

    card_id: str
    name: str
    town: str  # code of the holder's town


@dataclass(frozen=True)
class Kiosk:
    """A terminal with a running agent."""

    terminal_id: str
    url: str


@dataclass(frozen=True)
class Paper:
    """One sheet that truly left a printer: the ground truth."""

    terminal_id: str
    attempt_id: str
    sheet: int
    pdf: bytes

    @property
    def text(self) -> str:
        """The words of this sheet, blanks removed."""
        return words_of(self.pdf)[self.sheet - 1]


def words_of(pdf: bytes) -> list[str]:
    """The words of each page, blanks removed, read by another library than the one that the guard uses."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


class World(Upkeep):
    """`engine` is "sqlite", "postgresql" or "local"; `nodes` are the two portals behind `portal_url`."""

    engine: str
    patience = PATIENCE_SECONDS  # with a page that does not come
    home: Path
    portal_url: str
    nodes: tuple[str, str]
    kiosks: list[Kiosk]

    # --- who comes

    @property
    def cards(self) -> dict[str, Card]:
        """Every card of the demo by its name in the tray, such as `02-hoshimi-family-head`."""
        found = {}
        for file in sorted((self.home / "tray" / "cards").glob("*.json")):
            label = LABEL.search(json.loads(file.read_text())["label"])
            found[file.stem] = Card(
                file.stem, label[1].replace("　", "") if label else "", CODES[file.stem.split("-")[1]]
            )
        return found

    def somebody(self, town: str = "", role: str = "", *, for_good: bool = False) -> Card:
        """An ordinary resident of a town that is open day and night, who was not here for the longest time.

        `town`: "01", "02", "04", or any; `role`: "neighbour", "family-head", "family-wife" (with a seal: both of the
        family), or any. `for_good`: the scenario changes what the card stands for; nobody else meets this resident.
        """
        here = (town,) if town else OPEN_DAY_AND_NIGHT
        fits = [c for c in self.cards.values() if ORDINARY.fullmatch(c.card_id) and c.card_id[:2] in here]
        free = [c for c in fits if role in c.card_id and c.card_id not in self._taken]
        assert free, "nobody is left: give the demo more cards"
        chosen = min(free, key=lambda c: self._last_here.get(c.card_id, 0))
        self._last_here[chosen.card_id] = max(self._last_here.values(), default=0) + 1
        if for_good:
            self._taken.add(chosen.card_id)
        return chosen

    def take(self, card_id: str) -> Card:
        """This very card; the scenario changes what it stands for, so nobody may take it twice."""
        assert card_id not in self._taken, f"{card_id} was taken before in this world"
        self._taken.add(card_id)
        return self.cards[card_id]

    def resident(self, card: Card, kiosk: int = 0) -> Resident:
        """With hands at a kiosk that has an agent and a printer."""
        return Resident(self.kiosks[kiosk].url, card.card_id, PIN, Browser(self.patience))

    def station(self, number: int = 0, node: str = "") -> Station:
        """A terminal without an agent, whose agent is played by hand: for crowds, for exact moments, for attacks."""
        with_agent = {kiosk.terminal_id for kiosk in self.kiosks}
        folders = sorted(f for f in (self.home / "agents").iterdir() if f.name not in with_agent)
        cards = self.home / "tray" / "cards"
        made = Station(folders[number], node or self.portal_url, self.portal_url, cards, Browser(self.patience))
        self._stations.append(made)
        return made

    # --- the main job

    def reach_payment(self, resident: Resident, kind: str) -> Page:
        """From the start to the page on which the price stands, or wherever it led instead."""
        return resident.order(resident.sign_in(), kind)

    def print_out(self, resident: Resident, page: Page) -> list[Paper]:
        """Pay, wait, take the sheets, leave; what came out meanwhile at this kiosk."""
        terminal = next(k.terminal_id for k in self.kiosks if k.url == resident.agent_url)
        before = len(self.papers(terminal))
        page = resident.wait_for_sheet(resident.pay(page))
        self.empty_tray(terminal)
        resident.leave(page)
        return self.papers(terminal)[before:]

    def walk(self, card: Card, kind: str = RECORD, kiosk: int = 0) -> list[Paper]:
        """The whole journey for one certificate; the sheets that came out for it."""
        resident = self.resident(card, kiosk)
        return self.print_out(resident, self.reach_payment(resident, kind))

    # --- ground truth

    @abstractmethod
    def papers(self, terminal_id: str = "") -> list[Paper]:
        """Every sheet that ever left the printers of the kiosks, oldest first, by the printers' own records."""

    @abstractmethod
    def empty_tray(self, terminal_id: str) -> None:
        """Somebody takes what lies there."""

    @abstractmethod
    def cash_kept(self) -> dict[str, int]:
        """Yen by payment key that the kiosks' machines say they kept."""

    # --- what the rooms say

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The portal's rooms, called from this process, work on this world and at its time."""
        real = clock.now
        config: Config = self.app.config["KOIKI"]
        if partitions._config is not config:
            partitions.configure(config)
            keys.configure(config)
        clock.now = self.points.now
        try:
            with self.app.app_context():
                yield
        finally:
            clock.now = real

    @contextmanager
    def partition(self, code: str, write: bool = False) -> Iterator[Partition]:
        """A town's data, to arrange and to look at: as an import, a clerk or a damage would change them."""
        with self.inside(), partitions.open(code, write=write) as p:
            yield p

    def order_of(self, card: Card, visit_id: str) -> OrderView:
        with self.partition(card.town) as p:
            order = find_order(p, visit_id)
        assert order is not None
        return order

    def attempts(self, code: str) -> dict[str, tuple[Issuance, Order]]:
        """Every attempt of a town with its copy and its order."""
        with self.partition(code) as p:
            query = sa.select(Attempt.attempt_id, Issuance, Order).select_from(Attempt)
            query = query.join(Issuance, Issuance.issuance_id == Attempt.issuance_id)
            return {a: (i, o) for a, i, o in p.session.execute(query.join(Order, Order.order_id == Issuance.order_id))}

    def cases(self, code: str, kind: CaseKind | None = None) -> list[Case]:
        """Open cases of a town."""
        with self.partition(code) as p:
            query = sa.select(Case).where(Case.closed_at.is_(None), Case.kind == kind if kind else sa.true())
            return list(p.session.scalars(query))

    def ledger(self) -> Counter[str]:
        """Yen by payment key in the union's ledger, charges minus refunds, after everything was relayed."""
        self.relay()
        total: Counter[str] = Counter()
        with self.inside(), union_read() as session:
            for entry in session.scalars(sa.select(LedgerEntry)):
                if entry.payment_key:
                    total[entry.payment_key] += entry.yen if entry.entry_type == "charge" else -entry.yen
        return +total

    def leftovers(self) -> list[Path]:
        """Files in which the portal's processes left a document in the clear; printers' and trays' are not theirs."""
        files = [f for f in (*self.home.rglob("*"), *(self.home.parent / "tmp").rglob("*")) if f.is_file()]
        return [f for f in files if "agents" not in f.parts and b"%PDF-" in f.read_bytes()]

    # --- what else moves

    def reconcile(self) -> None:
        with self.inside():
            reconcile.reconcile_all(partitions.codes())

    def relay(self) -> None:
        with self.inside():
            relay.relay_all(partitions.codes())

    def put_in_service(self, terminal_id: str) -> None:
        """What a member of staff does after looking into everything: at the portal and at the machine."""
        with self.inside():
            municipalities.resume_terminal("staff:test", terminal_id)

    @abstractmethod
    def pause(self, name: str) -> None:
        """Stop "worker", "relay" or "reconcile" where it is, until `go_on`."""

    @abstractmethod
    def has_ended(self, name: str) -> bool: ...

    @abstractmethod
    def try_to_serve(self, odd: Mapping[str, str]) -> str:
        """Start one more portal process, `odd` as `oddness.make_odd` has it; its last words, empty when it serves."""

    def wait(self, is_so: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        wait_until(lambda: bool(is_so()), seconds, what)

    def wait_for_kiosks(self) -> None:
        """A terminal that has not called yet is out of service."""

        def have_called() -> bool:
            with self.inside():
                return all(get_terminal(k.terminal_id).last_seen_at for k in self.kiosks)

        self.wait(have_called, "the kiosks have called")


def assert_own(papers: list[Paper], card: Card) -> None:
    """Something came out, whole, and each certificate names who asked for it."""
    must(papers, "nothing came out")
    for attempt_id in {paper.attempt_id for paper in papers}:
        sheets = [paper for paper in papers if paper.attempt_id == attempt_id]
        assert_names(sheets[0].pdf, card)
        whole = list(range(1, len(words_of(sheets[0].pdf)) + 1))
        must([sheet.sheet for sheet in sheets] == whole, "a certificate of which a sheet is missing")


def assert_names(pdf: bytes, card: Card) -> None:
    """The certificate is of the household, the seal or the register of this very person."""
    must(any(card.name in words for words in words_of(pdf)), "a certificate that does not name who asked for it")
