"""The labelled points at which a process of the matrix can die: functions of the product, wrapped by its launcher.

Nothing of this is in the product. A file named like the point in the process's own folder is the order to die there;
it is taken away by whoever obeys it, so that one order kills once.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

BEFORE, AFTER = "before", "after"
STATUS = 137  # as a process that was killed

JOURNAL, PRESS, TILL, PORTAL = "app.terminal.journal", "app.terminal.press", "app.terminal.till", "app.terminal.portal"
AGENT = {
    "attempt begun": (JOURNAL, "Journal.begin_attempt"),
    "attempt granted": (JOURNAL, "Journal.note_granted"),
    "attempt moved": (JOURNAL, "Journal.move_attempt"),
    "payment begun": (JOURNAL, "Journal.begin_payment"),
    "payment moved": (JOURNAL, "Journal.move_payment"),
    "report written": (JOURNAL, "Journal.add_report"),
    "report accepted": (JOURNAL, "Journal.note_accepted"),
    "grant asked": (PORTAL, "Portal.ask_grant"),
    "report sent": (PORTAL, "Portal.report"),
    "sending": (PRESS, "Press._send"),
    "looking": (PRESS, "Press._look"),
    "presented": (PRESS, "Press._watch"),
    "collecting": (TILL, "Till.collect"),
    "settling": (TILL, "Till.commit"),
    "job noted": ("app.terminal.jobs", "JobBook.begin"),
    "job created": ("app.terminal.ipp", "IppClient.create_job"),
    "job known": ("app.terminal.jobs", "JobBook.note_created"),
    "job staged": ("app.terminal.jobs", "JobBook.move"),
    "document sent": ("app.terminal.ipp", "IppClient.send_document"),
    "sheet counted": ("app.terminal.jobs", "JobBook.note_sheets"),
    "job over": ("app.terminal.jobs", "JobBook.end"),
    "cash opened": ("app.terminal.cash_line", "SerialCash.begin"),
    "cash kept": ("app.terminal.cash_line", "SerialCash.commit"),
    "account opened": ("app.terminal.gateway", "GatewayDevice.begin"),
    "account charged": ("app.terminal.gateway", "GatewayDevice.commit"),
}
SERVICE, VIEWS = "app.issuance.service", "app.agents.views"
NODE = {
    "sign-in": ("app.cards.service", "sign_in"),
    "order placed": (SERVICE, "place_order"),
    "money asked": (SERVICE, "ask_payment"),
    "work found": (SERVICE, "next_work"),
    "grant given": (SERVICE, "grant"),  # after: not committed yet
    "report recorded": (SERVICE, "record_report"),
    "order advanced": ("app.issuance.reporting", "advance"),
    "row moved": ("app.issuance.journal", "_set"),
    "aftermath": ("app.issuance.aftermath", "follow_up"),
    "visit ended": ("app.issuance.aftermath", "end_visit"),
}
DOORS = {  # after: committed, and the answer is lost
    "statement answered": "agents.take_statement",
    "work answered": "agents.give_work",
    "grant answered": "agents.give_grant",
    "report answered": "agents.take_report",
    "choice answered": "kiosk.choose_options",
    "payment answered": "kiosk.start_payment",
}
WORKER = {
    "sheet rendered": ("app.certificates.rendering", "Renderer.render"),
    "sheet stored": ("app.issuance.worker", "store_sheet"),
}
RELAY = {
    "lines carried": ("app.issuance.relay", "apply_entries"),
    "lines deleted": ("app.issuance.relay", "delete_carried"),
}
RECONCILE = {
    "visit looked at": ("app.issuance.reconcile", "reconcile_visit"),
    "order looked at": ("app.issuance.reconcile", "reconcile_order"),
    "order called off": ("app.issuance.reconcile", "call_off"),
    "order brought on": ("app.issuance.reconcile", "advance"),
    "visit followed up": ("app.issuance.aftermath", "follow_up"),
}
PARTS: dict[str, tuple[str, ...]] = {
    "agent": tuple(AGENT), "node": (*NODE, *DOORS), "worker": tuple(WORKER), "relay": tuple(RELAY),
    "reconcile": tuple(RECONCILE),
}  # fmt: skip


def install(folder: Path, points: Mapping[str, tuple[str, str]]) -> None:
    """Put the wrappers around the functions of this process."""
    for name, (module, path) in points.items():
        *owners, attribute = path.split(".")
        owner = functools.reduce(getattr, owners, import_module(module))
        setattr(owner, attribute, mortal(folder, name, getattr(owner, attribute)))


def mortal(folder: Path, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """`real`, with death before and after it."""

    @functools.wraps(real)
    def run(*args: Any, **values: Any) -> Any:
        _obey(folder, name, BEFORE)
        result = real(*args, **values)
        _obey(folder, name, AFTER)
        return result

    return run


def order_to_die(folder: Path, name: str, when: str) -> None:
    """At the next passing of this point."""
    folder.mkdir(parents=True, exist_ok=True)
    _file(folder, name, when).touch()


def has_died(folder: Path, name: str, when: str) -> bool:
    """Whether the order was obeyed."""
    return not _file(folder, name, when).exists()


def forget(folder: Path) -> None:
    """Nobody need die any more."""
    for file in folder.glob("* *"):
        file.unlink(missing_ok=True)


def _obey(folder: Path, name: str, when: str) -> None:
    try:
        _file(folder, name, when).unlink()
    except FileNotFoundError:
        return
    os._exit(STATUS)


def _file(folder: Path, name: str, when: str) -> Path:
    return folder / f"{when} {name}"
