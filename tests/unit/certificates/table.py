"""The eligibility table: every condition × kind × channel × whose, as the rules decide it, and as a page to read.

python -m tests.unit.certificates.table docs/eligibility.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

from app.certificates.catalogue import KINDS
from app.certificates.eligibility import RULES, decide
from app.certificates.kind import Case, Rule
from app.certificates.requests import COUNTER, KIOSK, Refusal
from tests.unit.certificates.conditions import CONDITIONS, PERSONAL, REGISTER, TOWN, Condition
from tests.unit.certificates.scenes import CHANNELS, Whose, find_scene


class Place(NamedTuple):
    """Where a cell stands."""

    condition: str
    kind: str
    whose: Whose
    channel: str


Cells = dict[Place, Refusal | None]


def lay_all() -> Iterator[tuple[Place, Case]]:
    """Every condition wherever it can occur."""
    for kind, whose, channel in product(KINDS.values(), Whose, CHANNELS):
        scene = find_scene(kind, channel, whose)
        for condition in CONDITIONS if scene else ():
            laid = condition.arrange(scene) if scene and whose in condition.whose else None
            if laid is not None:
                yield Place(condition.key, kind.code, whose, channel), laid


@cache
def cells() -> Cells:
    """What comes of it; a place that cannot occur is not in it."""
    return {place: decide(laid) for place, laid in lay_all()}


# --- The page --------------------------------------------------------------------------------------------------------

HEAD = """# Who may have what printed

`script/eligibility-table` writes this page from the rules as they are (`app/certificates/eligibility.py`, and those of
the kinds), each asked about an invented request that nothing else refuses. A test compares the page with the rules, and
another one the rules with a table written by hand.

**How to read a cell.** ○ goes through. N: refused with the neutral sentence and a reference, the same for every reason.
I: refused, and the reason may be said, because it is no secret. A rule beside the letter is another one than that of
the section, and graver. 「N / ○」 is kiosk / counter; one mark stands for both. An empty cell cannot occur.

**Whose it is.** *requester*: whose card it is, shown on the sheet. *member*: somebody else of the household who is
shown. *household*: the block is on the requester's household as a whole. *戸籍*: somebody who stands in the same 戸籍,
lives elsewhere and is shown; a block on that person's household as a whole is one on the person. *unseen*: the same
person when the sheet does not show them. *others*: anybody else.

**What holds for all.** A block holds until it is lifted: passing 終了日 lifts nothing (標準仕様書 3.1). 一時解除 counts
at a counter alone and ends by itself. An アラート lets a clerk go on after a look; a machine cannot look. What is
printed is always the state before a provisional change (仮登録, 4.0.8).

**What nobody can see.** Every neutral refusal takes the same way: the same reads, the same rules, a sheet fitted to
its form although it is not made, a reference drawn by lot. Menus do not know of blocks. Tests compare menu and screen
to the byte, and measure that no clock tells one reason from another.

**What is found elsewhere.** B10 (a character or a text that the form cannot hold, neutral): when the sheet is laid out.
B11 to B14 (the card in hand, whose state may be told): when the card is read. B22 (paper, printer, money): at the
terminal. B25 (the town reports too late to the union; may be told): when an order is placed. R04 (the register changed
between order and printing): when the sheet is granted to a printer.
"""


def write_page() -> str:
    """docs/eligibility.md."""
    return "\n".join([HEAD, *_rules(), *_blocks(), *_people(), *_without_people()]) + "\n"


def all_rules() -> tuple[tuple[str, Rule], ...]:
    """Each rule with the kind that it belongs to, empty for all."""
    own = ((kind.title, rule) for kind in KINDS.values() for rule in kind.rules)
    return (*(("", rule) for rule in RULES), *own)


def _rules() -> Iterator[str]:
    yield "## The rules\n"
    yield "All are asked every time. What counts: closed for everybody, then what is neutral, then what may be told.\n"
    yield "| rule | class | kinds | source |\n|---|---|---|---|"
    for title, rule in sorted(all_rules(), key=lambda pair: pair[1].code):
        yield f"| {rule.code} | {rule.message_class.value} | {title or 'all'} | {rule.source} |"
    yield ""


def _blocks() -> Iterator[str]:
    yield "## Blocks\n"
    others = {condition.key for condition in (*PERSONAL, *TOWN, *REGISTER)}
    yield from _tables(condition for condition in CONDITIONS if condition.key not in others)


def _people() -> Iterator[str]:
    yield "## What is recorded of a person, and who is asked for\n"
    yield from _tables(PERSONAL)


def _tables(conditions: Iterable[Condition]) -> Iterator[str]:
    """A table for each title, a line for each variant and the kinds for which it is the same."""
    for (rule, title), variants in groupby(conditions, key=lambda condition: (condition.rule, condition.title)):
        listed = [*variants]
        whose = listed[0].whose
        yield f"### {rule} {title}\n"
        yield "| | kinds | " + " | ".join(whose) + " |\n|" + "---|" * (len(whose) + 2)
        for condition in listed:
            for marks, titles in _lines(condition):
                if any(marks):
                    yield f"| {condition.variant} | {_names(titles)} | " + " | ".join(marks) + " |"
        yield ""


def _lines(condition: Condition) -> Iterable[tuple[tuple[str, ...], list[str]]]:
    """The marks of a line, and the titles of the kinds that have them."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for kind in KINDS.values():
        marks = tuple(_mark(condition, kind.code, whose) for whose in condition.whose)
        lines.setdefault(marks, []).append(kind.title)
    return lines.items()


def _without_people() -> Iterator[str]:
    yield "## The town, the card, the request, the registers\n"
    yield "| rule | condition | kinds | |\n|---|---|---|---|"
    for condition in (*TOWN, *REGISTER):
        for (mark,), titles in _lines(condition):
            if mark:
                yield f"| {condition.rule} | {condition.title} | {_names(titles)} | {mark} |"


def _names(titles: list[str]) -> str:
    return "all" if len(titles) == len(KINDS) else "、".join(titles)


def _mark(condition: Condition, kind: str, whose: Whose) -> str:
    places = [Place(condition.key, kind, whose, channel) for channel in (KIOSK, COUNTER)]
    words = [_word(condition, cells()[place]) if place in cells() else "" for place in places]
    return words[0] if words[0] == words[1] else " / ".join(words)


def _word(condition: Condition, refusal: Refusal | None) -> str:
    if refusal is None:
        return "○"
    return refusal.message_class.value + ("" if refusal.rule == condition.rule else f" {refusal.rule}")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(write_page(), encoding="utf-8")
