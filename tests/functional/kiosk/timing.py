"""Can a clock tell who is refused for which reason? A test of ranks: times follow no law that could be written down.

Everybody is measured once a round, so that a slow minute slows a whole round and changes no rank in it. Friedman's
statistic says whether ranks are spread further than chance spreads them; how far that is comes from shuffling them
within the rounds, so no table and no approximation is needed.

That alone would find the thousandth of a second by which no two people on one machine are equal, if only it were
measured often enough. So somebody counts as told apart who is slower than another in nearly every round as well.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

ALPHA = 0.001  # once in a thousand runs chance alone would look like this
SHUFFLES = 4000
NEARLY_ALWAYS = 0.9  # of the rounds

Measured = dict[str, list[float]]  # name → seconds, one a round


def told_apart(measured: Measured) -> list[tuple[str, str]]:
    """The slower and the quicker of all whom the clock tells from each other; empty when it tells nothing."""
    if p_of_no_difference(measured) > ALPHA:
        return []
    return [(a, b) for a, b in permutations(measured, 2) if _share_slower(measured[a], measured[b]) >= NEARLY_ALWAYS]


def p_of_no_difference(measured: Measured) -> float:
    """How often chance alone would spread the ranks so far."""
    ranked = [_ranks(turn) for turn in zip(*measured.values(), strict=True)]
    seen, dice = _spread(ranked), random.Random(1)
    as_far = sum(_spread([dice.sample(turn, len(turn)) for turn in ranked]) >= seen for _ in range(SHUFFLES))
    return (as_far + 1) / (SHUFFLES + 1)


def _share_slower(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x > y for x, y in zip(a, b, strict=True)) / len(a)


def _ranks(turn: Sequence[float]) -> list[int]:
    order = sorted(range(len(turn)), key=turn.__getitem__)
    return [order.index(position) for position in range(len(turn))]


def _spread(ranked: Sequence[Sequence[int]]) -> int:
    """Of the sums of ranks around what they would be if nobody were slower."""
    return sum(sum(column) ** 2 for column in zip(*ranked, strict=True))
