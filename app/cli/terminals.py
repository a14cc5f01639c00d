"""`flask terminals …`: enrol an agent, list the terminals, stop one and put it back into service."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from app import clock
from app.cli.options import Base64, actor_option
from app.cli.output import json_option, plain_errors, print_table, say
from app.issuance import aftermath, counting
from app.issuance.errors import HeldByCaseError
from app.municipalities import queries, service
from app.municipalities.limits import get_limits
from app.municipalities.models import TerminalKind
from app.municipalities.queries import TerminalFacts
from app.municipalities.serviceability import READY, explain, find_obstacle, read_devices
from app.payments.models import SheetReason

group = AppGroup("terminals", help="Enrol, list, stop and resume terminals.")


@group.command("enrol")
@click.argument("terminal")
@click.option("--site", required=True, help="Where it stands; see 'municipalities sites list'.")
@click.option("--public-key", type=Base64(), required=True, help="The agent's Ed25519 device key, 32 bytes in base64.")
@click.option("--agent-url", required=True, help="http://127.0.0.1:PORT of the agent on its own machine.")
@click.option("--kind", type=click.Choice([k.value for k in TerminalKind]), default="kiosk", show_default=True)
@actor_option
def enrol(terminal: str, site: str, public_key: bytes, agent_url: str, kind: str, actor: str) -> None:
    """Trust the agent of TERMINAL at a site. Names: lower-case letters, digits, hyphens."""
    with plain_errors():
        facts = service.enrol_terminal(actor, terminal, site, TerminalKind(kind), public_key, agent_url)
    say(f"{terminal} is terminal no. {facts.number} at {site}")


@group.command("list")
@json_option
def list_terminals(as_json: bool) -> None:
    """The terminals by number: what each last said of itself, and what is in the way of serving anybody."""
    with plain_errors():
        found, now = queries.list_terminals(), clock.now()
    print_table([_row(terminal, now, as_json) for terminal in found], as_json)


def _row(terminal: TerminalFacts, now: datetime, with_addresses: bool) -> dict[str, Any]:
    devices = read_devices(terminal.device_state)
    obstacle = find_obstacle(terminal, now, get_limits())
    names = ("number", "terminal_id", "kind", "site_id", "site_municipality")
    more = {"agent_url": terminal.agent_url, "stopped_reason": terminal.stopped_reason} if with_addresses else {}
    return {
        **{name: getattr(terminal, name) for name in names},
        **more,
        "last_seen_at": terminal.last_seen_at,
        "printer": " ".join(devices.printer) or READY if terminal.last_seen_at else "",
        "sheets_left": devices.sheets_left,
        "change_left": devices.change_left,
        "tenders": " ".join(devices.tenders),
        "obstacle": obstacle.value if obstacle else "",
        "says": explain(obstacle, terminal.stopped_reason),
    }


@group.command("stop")
@click.argument("terminal")
@click.option("--reason", required=True, help="A code, such as maintenance.")
@actor_option
def stop(terminal: str, reason: str, actor: str) -> None:
    """Take TERMINAL out of service until a person resumes it."""
    with plain_errors():
        service.stop_terminal(actor, terminal, reason)
    say(f"{terminal} is stopped")


@group.command("resume")
@click.argument("terminal")
@actor_option
def resume(terminal: str, actor: str) -> None:
    """Put TERMINAL back into service, its agent too, once a person has looked and closed the case that stopped it."""
    with plain_errors():
        if aftermath.is_held_by_case(terminal):
            raise HeldByCaseError(terminal)
        devices = read_devices(queries.get_terminal(terminal).device_state)
        service.resume_terminal(actor, terminal, devices.stopped_at)
    say(f"{terminal} is in service")


@group.command("book-sheets")
@click.argument("terminal")
@click.argument("sheets", type=int)
@click.option("--why", type=click.Choice([r.value for r in SheetReason]), required=True)
@actor_option
def book_sheets(terminal: str, sheets: int, why: str, actor: str) -> None:
    """Say that SHEETS of TERMINAL's paper are nobody's. After `--` they may be fewer, by a changed counter."""
    with plain_errors():
        counting.book_sheets(actor, terminal, sheets, SheetReason(why))
    say(f"{sheets} sheets of {terminal} are booked as {why}; its next count says whether something is left")


@group.command("booked-sheets")
@click.argument("terminal")
@json_option
def booked_sheets(terminal: str, as_json: bool) -> None:
    """What was booked of TERMINAL's paper, by whom."""
    with plain_errors():
        found = counting.list_bookings(terminal)
    print_table([asdict(booked) for booked in found], as_json)
