"""One terminal put together: its keys, its journal, its devices, its loop. Views find it on the Flask app."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from app.protocol.messages import Tender
from app.protocol.signatures import Signer
from app.terminal.cash_line import SerialCash
from app.terminal.gateway import GatewayDevice, GatewayLink
from app.terminal.hands import Hands, RemoteHands
from app.terminal.ipp import IppClient
from app.terminal.ipp_printer import IppPrinter
from app.terminal.jobs import JobBook
from app.terminal.journal import Journal
from app.terminal.lease import FolderLock, Lease
from app.terminal.loop import Loop, Works
from app.terminal.money import PaymentDevice
from app.terminal.portal import Portal
from app.terminal.press import Press
from app.terminal.printer import SimulatedPrinter
from app.terminal.reader import NoReader, Reader
from app.terminal.receipts import ReceiptRoll, Receipts
from app.terminal.screen import Screen
from app.terminal.sensor import FileSensor
from app.terminal.settings import Settings
from app.terminal.till import Till
from app.terminal.tray import CardTray
from app.terminal.trips import Trips

_NAME = "koiki-terminal"


@dataclass(frozen=True)
class Money:
    """A device for each tender, and the desk's hands at them where they are simulated."""

    devices: dict[Tender, PaymentDevice]
    hands: Hands | None = None


@dataclass(frozen=True)
class Parts:
    """What was chosen for this terminal. Simulators stand here in a demo only: `Settings` refuses them elsewhere."""

    settings: Settings
    lock: FolderLock
    journal: Journal
    lease: Lease
    portal: Portal
    reader: Reader
    money: Money
    till: Till
    printer: SimulatedPrinter | IppPrinter
    roll: ReceiptRoll | None
    press: Press
    trips: Trips
    loop: Loop
    screen: Screen

    def close(self) -> None:
        """Stop the loop and let go of the files."""
        self.loop.stop()
        self.portal.close()
        self.journal.close()
        self.till.close()
        self.printer.close()
        if self.roll:
            self.roll.close()
        self.lock.close()


def build(settings: Settings, money: Money | None = None) -> Parts:
    """Open every file of the terminal's folder; starts nothing. `money` replaces the devices that the settings name.

    :raises FolderTakenError: another agent works there.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FolderLock(settings.home)
    signer = Signer(settings.seed)
    journal = Journal(settings.home / "journal.db")
    portal = Portal(settings.portal_url, signer, settings.portal_key)
    lease = Lease(settings.terminal_id, journal, portal, lock.mark())
    reader = CardTray(settings.cards_folder) if settings.cards_folder else NoReader()
    money = money or _money(settings)
    till = Till(journal, money.devices)
    printer = _printer(settings)
    press = Press(journal, printer, portal, lease, settings.terminal_id, settings.patience_seconds)
    trips = Trips(settings, signer, journal, portal, lease, reader)
    roll = ReceiptRoll(settings.home / "roll.db") if settings.demo else None
    works = Works(press, till, trips, Receipts(journal, roll))
    loop = Loop(settings.terminal_id, journal, portal, lease, printer, works)
    screen = Screen(settings.home / "browser")
    return Parts(settings, lock, journal, lease, portal, reader, money, till, printer, roll, press, trips, loop, screen)


def _money(settings: Settings) -> Money:
    devices: dict[Tender, PaymentDevice] = {}
    if settings.cash_line:
        devices[Tender.CASH] = SerialCash(settings.cash_line, settings.cash_machine)
    if settings.gateway:
        link = GatewayLink(settings.gateway)
        devices |= {tender: GatewayDevice(link, settings.terminal_id, tender) for tender in settings.gateway_tenders}
    return Money(devices, RemoteHands(settings.hands, settings.terminal_id) if settings.hands else None)


def _printer(settings: Settings) -> SimulatedPrinter | IppPrinter:
    if not settings.printer:
        return SimulatedPrinter(settings.home, settings.sheet_seconds)
    sensor = FileSensor(settings.exit_sensor, settings.settle_seconds) if settings.exit_sensor else None
    client = IppClient(settings.printer, settings.printer_fingerprint)
    return IppPrinter(client, JobBook(settings.home / "jobs.db"), sensor)


def install(app: Flask, parts: Parts) -> None:
    app.extensions[_NAME] = parts


def parts_of(app: Flask) -> Parts:
    """The terminal that `app` serves."""
    parts: Parts = app.extensions[_NAME]
    return parts
