"""What the invented towns decided: who is in office, fees, wording, switches, hours and closures."""

from __future__ import annotations

import random
from datetime import datetime, time

from app import clock
from app.clock import JST
from app.demo import bylaws, drawing
from app.demo.names import FEMALE, MALE, SURNAMES
from app.demo.towns import FEE_CHANGE, IN_FORCE, TOWNS, Town
from app.municipalities import decisions, service

BEGIN = datetime(2020, 4, 1, tzinfo=JST)
ACTING_SINCE = datetime(2026, 10, 1, tzinfo=JST)
WORKDAYS = range(5)


def decide(actor: str, town: Town, seed: int) -> None:
    """Everything that this town's ordinances say."""
    _take_office(actor, town, random.Random(f"{seed}:{town.code}:office"))  # noqa: S311 invented people
    _set_fees(actor, town)
    asked = {"enquiries": f"{town.office} 住民課 電話 000-000-{town.number}0"}
    for key, text in {**bylaws.list_texts(town), **asked}.items():
        decisions.set_text(actor, town.code, key, text, IN_FORCE)
    for key, value in {**bylaws.SWITCHES, **town.switches}.items():
        decisions.set_switch(actor, town.code, key, value, IN_FORCE)
    _open(actor, town)


def add_places(actor: str, town: Town) -> None:
    """The office, and what a bigger town has besides."""
    service.add_site(actor, f"{town.slug}-office", town.code, town.office, name_en=f"{town.english} Office")
    for suffix, name, english in town.sites:
        hours = (time(9), time(19))
        service.add_site(actor, f"{town.slug}-{suffix}", town.code, name, hours, english)


def _take_office(actor: str, town: Town, dice: random.Random) -> None:
    """A mayor; in the smallest town the deputy acts for a mayor who is away."""
    rank = {"市": "市長", "町": "町長", "村": "村長"}[town.name[-1]]
    title = town.address[:-1] + rank
    seal = drawing.draw_official_seal(f"{town.name[:-1]}{rank}之印"), drawing.OFFICIAL_MM
    decisions.add_officeholder(actor, town.code, title, _name(dice), seal, (BEGIN, None))
    if town is TOWNS[-1]:
        acting = f"{title}職務代理者副{rank}"
        stamp = drawing.draw_official_seal(f"{town.name[:-1]}{rank}職務代理者印"), drawing.OFFICIAL_MM
        decisions.add_officeholder(actor, town.code, acting, _name(dice), stamp, (ACTING_SINCE, None), is_acting=True)


def _name(dice: random.Random) -> str:
    return f"{dice.choice(SURNAMES)[0]}　{dice.choice(dice.choice((MALE, FEMALE)))[0]}"


def _set_fees(actor: str, town: Town) -> None:
    for prices, begins in ((bylaws.list_prices(town), IN_FORCE), (bylaws.list_later_prices(town), FEE_CHANGE)):
        for price in prices:
            decisions.set_fee(actor, town.code, price.kind, price.channel, price.fee, begins)


def _open(actor: str, town: Town) -> None:
    if town.weekdays_only:
        decisions.set_hours(actor, town.code, town.hours, WORKDAYS)
    else:
        decisions.set_hours(actor, town.code, town.hours)
    if town.family_hours:
        for kind in bylaws.FAMILY:
            decisions.set_hours(actor, town.code, town.family_hours, WORKDAYS, kind)
    if not town.is_always_open:
        for year in (clock.today().year, clock.today().year + 1):
            closed = datetime(year, 12, 29, tzinfo=JST), datetime(year + 1, 1, 4, tzinfo=JST)
            decisions.add_closure(actor, *closed, code=town.code, reason="年末年始")
