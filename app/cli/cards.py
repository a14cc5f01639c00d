"""`flask cards …`: a town's card register. A PIN is never an argument: it would stay in the shell's history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from flask.cli import AppGroup

from app.cards import queries, service
from app.cards.vocabularies import CardState
from app.cli.options import actor_option
from app.cli.output import json_option, plain_errors, print_table, say
from app.municipalities.partitions import Partition, partitions

Answer = TypeVar("Answer")
group = AppGroup("cards", help="A town's card register: list, stop, unlock.")


@group.command("list")
@click.argument("municipality")
@json_option
def list_cards(municipality: str, as_json: bool) -> None:
    """Every card of MUNICIPALITY, by number; no name is shown."""
    cards = _in_town(municipality, queries.list_cards, write=False)
    print_table([_row(card) for card in cards], as_json)


@group.command("set-state")
@click.argument("municipality")
@click.argument("card_user_id", metavar="CARD", type=int)
@click.argument("state", type=click.Choice([state.value for state in CardState]))
@actor_option
def set_state(municipality: str, card_user_id: int, state: str, actor: str) -> None:
    """Stop a card or let it work again. A stopped card leaves its terminal at once."""
    before = _in_town(municipality, lambda p: service.change_state(p, actor, card_user_id, CardState(state)))
    say(f"{municipality} card {card_user_id}: {before.value} -> {state}")


@group.command("unlock")
@click.argument("municipality")
@click.argument("card_user_id", metavar="CARD", type=int)
@actor_option
def unlock(municipality: str, card_user_id: int, actor: str) -> None:
    """Give a card its three tries back. Identify its holder first, at a counter."""
    _in_town(municipality, lambda p: service.unlock(p, actor, card_user_id))
    say(f"{municipality} card {card_user_id}: 3 tries")


def _in_town(municipality: str, do: Callable[[Partition], Answer], write: bool = True) -> Answer:
    with plain_errors(), partitions.open(municipality, write=write) as p:
        return do(p)


def _row(card: queries.CardFacts) -> dict[str, object]:
    return {
        "card": card.card_user_id,
        "atena_no": card.atena_no,
        "kind": card.kind.value,
        "state": card.state.value,
        "valid_until": card.valid_until,
        "usable_from": card.usable_from,
        "tries_left": card.tries_left,
        "services": " ".join(card.services),
    }
