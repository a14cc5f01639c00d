"""`flask municipalities …`: the members, their sites, and what their ordinances say."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import click
from flask.cli import AppGroup

from app.cli.options import KIND, Day, Hours, Moment, actor_option, from_option
from app.cli.output import json_option, plain_errors, print_table, say
from app.municipalities import decisions, queries, service
from app.municipalities.models import Channel, MemberState
from app.municipalities.ordinances import Fee
from app.municipalities.places import EMBEDDED
from app.residents.imprints import read_imprint

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

group = AppGroup("municipalities", help="The members of the union, their sites and their ordinances.")
sites = AppGroup("sites", help="Places where terminals stand.")
officeholder = AppGroup("officeholder", help="Mayors and acting mayors with their seals.")
fee = AppGroup("fee", help="Fees: what one copy costs.")
text = AppGroup("text", help="Texts that a town words itself.")
switch = AppGroup("switch", help="Choices that the law leaves to the town.")
hours = AppGroup("hours", help="Hours in which certificates may be asked for.")
closure = AppGroup("closure", help="Times in which nothing is issued.")
holiday = AppGroup("holiday", help="National holidays that the calendar has wrong.")
for _child in (sites, officeholder, fee, text, switch, hours, closure, holiday):
    group.add_command(_child)


@group.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--prefecture", required=True, help="都道府県.")
@click.option("--district", default="", help="郡, for towns and villages.")
@click.option("--kana", "name_kana", default="", help="The name in katakana.")
@click.option("--english", "name_en", default="", help="The name in Latin letters, for the kiosk's other languages.")
@click.option("--phone", default="", help="Whom residents of this town call.")
@click.option("--place", "place_key", default=EMBEDDED, help="Key of a KOIKI_PLACE_… setting; a file without it.")
@click.option("--schema", "place_schema", help="PostgreSQL: the town's schema.")
@click.option("--role", "place_role", help="PostgreSQL: the town's role.")
@actor_option
def add(code: str, name: str, prefecture: str, actor: str, **more: str | None) -> None:
    """Add the member CODE and make its partition."""
    with plain_errors():
        service.add_member(actor, code, name, prefecture, **more)
    say(f"{code} {name} is a member; 'union doctor' says what it still lacks")


@group.command("list")
@json_option
def list_members(as_json: bool) -> None:
    """The members, by code."""
    with plain_errors():
        members = queries.list_members()
    columns = ("code", "name", "prefecture", "district", "state", "place_key", "revision", "last_error")
    print_table([{c: getattr(m, c) for c in columns} for m in members], as_json)


@group.command("state")
@click.argument("code")
@click.argument("state", type=click.Choice([state.value for state in MemberState]))
@actor_option
def set_state(code: str, state: str, actor: str) -> None:
    """Say how CODE takes part. `suspended` stops its certificates everywhere."""
    with plain_errors():
        service.set_member_state(actor, code, MemberState(state))
    say(f"{code}: {state}")


@sites.command("add")
@click.argument("site")
@click.option("--municipality", required=True, help="Where it stands; says nothing about who may use it.")
@click.option("--name", required=True, help="As the kiosk shows it.")
@click.option("--english", "name_en", default="", help="The name in Latin letters.")
@click.option("--office-hours", type=Hours(), default="08:30-17:15", show_default=True, help="For the statistics.")
@actor_option
def add_site(
    site: str, municipality: str, name: str, name_en: str, office_hours: tuple[time, time], actor: str
) -> None:
    """Add the place SITE (lower-case letters, digits, hyphens)."""
    with plain_errors():
        service.add_site(actor, site, municipality, name, office_hours, name_en)
    say(f"site {site} in {municipality}")


@sites.command("list")
@json_option
def list_sites(as_json: bool) -> None:
    """The sites, by municipality."""
    with plain_errors():
        found = queries.list_sites()
    columns = ("site_id", "municipality", "name", "office_opens", "office_closes")
    print_table([{c: getattr(s, c) for c in columns} for s in found], as_json)


@officeholder.command("add")
@click.argument("code")
@click.option("--title", required=True, help="With the prefecture: 青嶺県若草市長 (標準仕様書 5.6).")
@click.option("--name", required=True, help="As it stands on the certificate.")
@click.option("--seal", type=_FILE, required=True, help="PNG, black on white, no grey.")
@click.option("--seal-mm", type=float, required=True, help="Its side in mm: more than 8, 25 at most.")
@click.option("--from", "begins", type=Moment(), default="now", show_default=True)
@click.option("--until", "ends", type=Moment(), help="Not included; without it, until somebody follows.")
@click.option("--acting", is_flag=True, help="職務代理者: precedes the mayor while in office.")
@actor_option
def add_officeholder(  # noqa: PLR0913 one parameter an option
    *, code: str, title: str, name: str, seal: Path, seal_mm: float, begins: datetime, ends: datetime | None,
    acting: bool, actor: str,
) -> None:  # fmt: skip
    """Add who issues the certificates of CODE in a period."""
    with plain_errors():
        image = read_imprint(
            seal.read_bytes(), seal_mm, seal_mm
        )  # what cannot be printed must not be learnt by printing
        decisions.add_officeholder(actor, code, title, name, (image.png, seal_mm), (begins, ends), acting)
    say(f"{code}: {title} from {begins:%Y-%m-%d %H:%M}")


@fee.command("set")
@click.argument("code")
@click.argument("kind", type=KIND)
@click.argument("yen", type=click.IntRange(min=0))
@click.option("--per", type=click.IntRange(min=1), help="For every so many things on it, such as 5 parcels.")
@click.option("--together", is_flag=True, help="Land and houses in one count; each for itself without it.")
@click.option("--channel", type=click.Choice([c.value for c in Channel]), default="kiosk", show_default=True)
@from_option
@actor_option
def set_fee(  # noqa: PLR0913 one parameter an option
    *, code: str, kind: str, yen: int, per: int | None, together: bool, channel: str, valid_from: date, actor: str
) -> None:
    """One copy of KIND costs YEN in CODE; without a fee it is not issued there."""
    with plain_errors():
        decisions.set_fee(actor, code, kind, Channel(channel), Fee(yen, per, together), valid_from)
    counted = f" for every {per}" if per else ""
    say(f"{code} {kind} {channel}: {yen} yen{counted} from {valid_from}")


@text.command("set")
@click.argument("code")
@click.argument("key")
@click.argument("wording")
@from_option
@actor_option
def set_text(code: str, key: str, wording: str, valid_from: date, actor: str) -> None:
    """The town's WORDING of the text KEY; a wrong key lists the right ones."""
    with plain_errors():
        decisions.set_text(actor, code, key, wording, valid_from)
    say(f"{code} {key} from {valid_from}")


@switch.command("set")
@click.argument("code")
@click.argument("key")
@click.argument("value")
@from_option
@actor_option
def set_switch(code: str, key: str, value: str, valid_from: date, actor: str) -> None:
    """Choose VALUE for the switch KEY; a wrong key or value is told what there is to choose."""
    with plain_errors():
        decisions.set_switch(actor, code, key, value, valid_from)
    say(f"{code} {key}: {value} from {valid_from}")


@hours.command("set")
@click.argument("code")
@click.argument("span", type=Hours(), metavar="HH:MM-HH:MM")
@click.option("--day", "days", type=click.Choice(WEEKDAYS), multiple=True, help="Again for more; every day without it.")
@click.option("--kind", type=KIND, help="Narrower hours of one kind.")
@actor_option
def set_hours(code: str, span: tuple[time, time], days: tuple[str, ...], kind: str | None, actor: str) -> None:
    """Open CODE at these hours. Days that are never set are closed."""
    with plain_errors():
        decisions.set_hours(actor, code, span, [WEEKDAYS.index(day) for day in days or WEEKDAYS], kind)
    say(f"{code}: open {span[0]:%H:%M}-{span[1]:%H:%M}")


@hours.command("close")
@click.argument("code")
@click.option("--day", "days", type=click.Choice(WEEKDAYS), multiple=True, required=True)
@click.option("--kind", type=KIND)
@actor_option
def close_days(code: str, days: tuple[str, ...], kind: str | None, actor: str) -> None:
    """Closed on these days of every week."""
    with plain_errors():
        decisions.set_hours(actor, code, None, [WEEKDAYS.index(day) for day in days], kind)
    say(f"{code}: closed on {', '.join(days)}")


@closure.command("add")
@click.option("--municipality", "code", help="This town alone.")
@click.option("--kind", type=KIND, help="This kind alone.")
@click.option("--site", help="This place alone.")
@click.option("--from", "begins", type=Moment(), required=True)
@click.option("--until", "ends", type=Moment(), help="Not included; without it, until somebody lifts it.")
@click.option("--reason", default="", help="For the list of closures, such as 年末年始.")
@actor_option
def add_closure(
    *, code: str | None, kind: str | None, site: str | None, begins: datetime, ends: datetime | None, reason: str,
    actor: str,
) -> None:  # fmt: skip
    """Close the union, a town, a kind or a site for a time, such as 年末年始."""
    with plain_errors():
        number = decisions.add_closure(actor, begins, ends, code=code, kind=kind, site=site, reason=reason)
    say(f"closure {number}")


@closure.command("lift")
@click.argument("number", type=int)
@actor_option
def lift_closure(number: int, actor: str) -> None:
    """End the closure NUMBER now, or call it off."""
    with plain_errors():
        decisions.lift_closure(actor, number)
    say(f"closure {number} is lifted")


@closure.command("list")
@json_option
def list_closures(as_json: bool) -> None:
    """The closures that are not over."""
    with plain_errors():
        print_table(queries.list_closures(), as_json)


@holiday.command("set")
@click.argument("day", type=Day())
@click.option("--name", default="")
@click.option("--ordinary", is_flag=True, help="No holiday after all.")
@actor_option
def set_holiday(day: date, name: str, ordinary: bool, actor: str) -> None:
    """Make DAY a national holiday, or an ordinary day."""
    with plain_errors():
        decisions.set_holiday(actor, day, not ordinary, name)
    say(f"{day}: {'ordinary' if ordinary else 'holiday'}")
