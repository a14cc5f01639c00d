"""`flask union …`: begin a union, and look whether everything that it needs is there."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from app.cli import doctor
from app.cli.options import actor_option, settings
from app.cli.output import fail, json_option, plain_errors, print_table, say
from app.cli.serving import pages_of
from app.config import create_keys
from app.demo.command import demo_command
from app.municipalities import migrating, queries, service, union
from app.municipalities.errors import AlreadyThereError, UnionDownError, UnionMissingError

group = AppGroup("union", help="Begin a union; look whether it is well.")
group.add_command(demo_command)


@group.command("init")
@click.argument("name")
@click.option("--english", "name_en", default="", help="The name in Latin letters.")
@click.option("--phone", default="", help="Whom to call when a terminal does not work.")
@actor_option
def init(name: str, name_en: str, phone: str, actor: str) -> None:
    """Make the keys and the database of the union NAME."""
    with plain_errors():
        _refuse_second()
        made = create_keys(settings().keys_folder)
        union.upgrade()
        service.init_union(actor, name, name_en, phone)
    say(f"{name}: keys in {settings().keys_folder} ({len(made)} made), union at {migrating.newest(migrating.UNION)}")
    say("Keep the keys apart from the backups: without them no card and no individual number can be read again.")


@group.command("doctor")
@json_option
def look(as_json: bool) -> None:
    """Say in plain words what is there and what is missing. Exit 2 when something is wrong."""
    findings = doctor.examine(settings(), pages_of(current_app))
    print_table([finding.row() for finding in findings], as_json)
    if wrong := sum(not finding.is_well for finding in findings):
        fail(f"{wrong} of {len(findings)} findings need somebody")


def _refuse_second() -> None:
    try:
        if union.revision() is not None:
            queries.get_union()
            raise AlreadyThereError("there is a union already")
    except (UnionDownError, UnionMissingError):
        return  # no file yet, or migrated and left without a union: both may begin
