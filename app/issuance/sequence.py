"""Whether the parts of a document stand on a page in their order, each with its own texts.

Counting texts finds one that is not there. It does not find two persons, two years or two parcels of one sheet that
changed a birth date: every text is there as often as it should be, and stands beside the wrong name. So the items of a
list must follow one another, each whole before the next one begins. Fields of one item may stand in any order: where
they stand is the form's matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from app.certificates.documents import NOTHING, Picture

Read = Callable[[str], str]  # a text in the form in which the page is given: without blanks, or as glyphs
NOWHERE = -1


def is_in_order(parts: tuple[Any, ...], page: str, read: Read) -> bool:
    """Whether `parts` (of `Document.content_of`) stand on `page`, and the items of every list in it one by one."""
    return _end_of_all(parts, page, read, 0) != NOWHERE


def _end_of(part: Any, page: str, read: Read, start: int) -> int:
    """The earliest end of `part` when it begins at `start` or later; an earlier end never hides what follows."""
    if isinstance(part, tuple):
        return _end_of_list(part, page, read, start)
    if is_dataclass(part) and not isinstance(part, Picture):
        printed = (getattr(part, f.name) for f in fields(part) if f.metadata.get("printed", True))
        return _end_of_all(printed, page, read, start)
    return start


def _end_of_list(items: tuple[Any, ...], page: str, read: Read, start: int) -> int:
    for item in items:
        start = _end_of_all((item,), page, read, start)
        if start == NOWHERE:
            break
    return start


def _end_of_all(parts: Iterable[Any], page: str, read: Read, start: int) -> int:
    """Of parts that stand in no particular order."""
    held = tuple(parts)
    texts = Counter(read(part) for part in held if isinstance(part, str) and part not in ("", NOTHING))
    ends = [start, *(_end_of_text(text, times, page, start) for text, times in texts.items())]
    ends += [_end_of(part, page, read, start) for part in held if not isinstance(part, str)]
    return NOWHERE if NOWHERE in ends else max(ends)


def _end_of_text(text: str, times: int, page: str, start: int) -> int:
    for _time in range(times):
        at = page.find(text, start)
        if at == NOWHERE:
            return NOWHERE
        start = at + len(text)
    return start
