"""`flask staff …`: add, list, stop and begin anew. A password is never an argument: it would stay in the history."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.cli.options import actor_option
from app.cli.output import json_option, plain_errors, print_table, say
from app.staff import queries, service
from app.staff.queries import StaffFacts
from app.staff.roles import Role
from app.staff.service import NewMember

group = AppGroup("staff", help="Who may sign in at the counter.")


@group.command("add")
@click.argument("staff_id", metavar="STAFF")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--municipality", help="Code of the town; none for a role of the union.")
@actor_option
def add(staff_id: str, name: str, role: str, municipality: str | None, actor: str) -> None:
    """Add STAFF: the name they sign in with, lower-case letters, digits, dots and hyphens."""
    with plain_errors():
        password = service.add_member(actor, NewMember(staff_id, name, Role(role), municipality))
    _hand_over(staff_id, password)


@group.command("list")
@json_option
def show(as_json: bool) -> None:
    """Everybody: role, town, whether the first sign-in has been, whether the account is stopped."""
    with plain_errors():
        rows = [_row(member) for member in queries.list_staff()]
    print_table(rows, as_json)


@group.command("disable")
@click.argument("staff_id", metavar="STAFF")
@actor_option
def disable(staff_id: str, actor: str) -> None:
    """Stop an account. Wherever it is signed in, it is out with the next press."""
    with plain_errors():
        service.disable_member(actor, staff_id)
    say(f"{staff_id} is stopped")


@group.command("enable")
@click.argument("staff_id", metavar="STAFF")
@actor_option
def enable(staff_id: str, actor: str) -> None:
    """Let a stopped account sign in again, with the password and the code generator that it had."""
    with plain_errors():
        service.enable_member(actor, staff_id)
    say(f"{staff_id} may sign in")


@group.command("reset")
@click.argument("staff_id", metavar="STAFF")
@actor_option
def reset(staff_id: str, actor: str) -> None:
    """Begin anew as at first: for a lost telephone, a forgotten password, an account locked by tries."""
    with plain_errors():
        password = service.reset_member(actor, staff_id)
    _hand_over(staff_id, password)


@group.command("code")
@click.argument("staff_id", metavar="STAFF")
def code(staff_id: str) -> None:
    """The six digits that STAFF's code generator shows now. In a demo alone: there nobody has one."""
    with plain_errors():
        say(service.demo_code(staff_id))


def _hand_over(staff_id: str, password: str) -> None:
    say(f"{staff_id}: {password}")
    say("Hand this over in person. It works until the first sign-in and is shown this once.")


def _row(member: StaffFacts) -> dict[str, object]:
    return {
        "staff": member.staff_id,
        "name": member.name,
        "role": member.role.value,
        "municipality": member.municipality,
        "is_set_up": member.is_enrolled and not member.is_initial,
        "disabled_at": member.disabled_at,
    }
