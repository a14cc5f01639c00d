"""`flask union demo`: an invented union in an empty KOIKI_HOME."""

from __future__ import annotations

from typing import IO, Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Config, create_keys
from app.demo import building
from app.errors import KoikiError
from app.municipalities import union


class RefusedError(click.ClickException):
    """One line on stderr, status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file, err=True)


@click.command("demo")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed invents the same people.")
@click.option("--residents", type=click.IntRange(building.LEAST_RESIDENTS), default=20_000, show_default=True)
@click.option("--cards-per-town", type=click.IntRange(0, 200), default=2, show_default=True, help="Besides the cast's.")
@click.option("--kiosks-per-town", type=click.IntRange(1, 20), default=1, show_default=True)
@with_appcontext
def demo_command(seed: int, residents: int, cards_per_town: int, kiosks_per_town: int) -> None:
    """Invent a union of ten towns with people, cards and terminals. All PINs are 1234."""
    config: Config = current_app.config["KOIKI"]
    if not config.demo:
        raise RefusedError("a demo needs KOIKI_DEMO=1: its cards are worth nothing elsewhere")
    try:
        create_keys(config.keys_folder)
        union.upgrade()
        total = building.build(config, seed, residents, cards_per_town, click.echo, kiosks_per_town)
    except KoikiError as error:
        raise RefusedError(str(error).splitlines()[0]) from error
    click.echo(f"{total:,} invented residents; the cards lie in {config.home / 'tray' / 'cards'}")
