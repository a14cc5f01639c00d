"""PURE. The items of an entry in 戸籍, as one text: 「【出生日】平成20年7月21日【出生地】青嶺県若草市」.

A label stands in 【】, its wording goes up to the next 【. `read_items` and `write_items` are inverse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from app.errors import InvalidInputError

Items = tuple[tuple[str, str], ...]
_ITEM = re.compile(r"【([^【】]*)】([^【】]*)")


class UnreadableItemsError(InvalidInputError):
    """Not items: text before the first label, or brackets that do not match."""


def read_items(text: str) -> Items:
    """Labels (width does not matter) with their wording, exactly as written but for the blanks around it.

    :raises UnreadableItemsError: when anything is left over.
    """
    found = _ITEM.findall(text)
    if not found or _ITEM.sub("", text).strip():
        raise UnreadableItemsError("not 【label】 and wording, one after the other")
    return tuple((_plain(label), wording.strip()) for label, wording in found)


def write_items(items: Iterable[tuple[str, str]]) -> str:
    """The text of these items, without blanks between them."""
    return "".join(f"【{label}】{wording}" for label, wording in items)


def _plain(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).split())
