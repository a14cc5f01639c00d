"""PURE. What a sheet says, as frozen text: decided before anything is drawn, kept in the journal, compared afterwards.

A document holds exactly the strings that are printed, so that a reprint shows what was certified then and a template
decides nothing. Two marks are used: 「（省略）」 for an item that was not asked for (住民基本台帳法12条5項), and
「＊＊＊」 for an item with nothing recorded, so that no cell is left into which something could be written.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, TypeVar

OMITTED = "（省略）"
NOTHING = "＊＊＊"
REST_BLANK = "以下余白"
NOT_PRINTED = {"printed": False}  # metadata of a text that steers the template and stands nowhere on the sheet


@dataclass(frozen=True)
class Picture:
    """A 1-bit PNG and the size at which it is printed."""

    png: bytes
    width_mm: float
    height_mm: float


@dataclass(frozen=True)
class Certification:
    """What every certificate carries: number, 認証文, and who issued it when."""

    issue_number: str  # of this copy; the caller gives it
    title: str
    attestation: str
    note: str  # of the town, may be empty
    issued_on: str
    issuer_title: str
    issuer_name: str
    issuer_seal: Picture
    seal_note: str  # 「この印は黒色です。」, may be empty


@dataclass(frozen=True)
class Document:
    """What one certificate says. A kind adds its own fields: texts, and tuples and dataclasses of texts.

    A tuple is a list: its items are drawn one after another, each whole before the next one begins, and in the flow of
    the page. The guard refuses a sheet on which they are not.

    `form_version` rises when the template is changed so that an older document would look otherwise on it.
    """

    kind: ClassVar[str]
    form_version: ClassVar[int] = 1
    certification: Certification

    @property
    def sheets(self) -> int:
        """Pages of paper, decided here: the template draws exactly so many."""
        return 1

    @property
    def pictures(self) -> dict[str, Picture]:
        """Own pictures, all on the last sheet, by the name under which the template asks for them."""
        return {}

    def content_of(self, sheet: int) -> tuple[Any, ...]:
        """The parts (texts, dataclasses, tuples of them) that stand on `sheet` (from 1), the certification aside."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name != "certification") if sheet == 1 else ()


D = TypeVar("D", bound=Document)


def numbered(document: D, issue_number: str) -> D:
    """The same document under the 発行番号 of this copy."""
    return replace(document, certification=replace(document.certification, issue_number=issue_number))


def page_numbers(document: Document) -> tuple[str, ...]:
    """「1/2」, 「2/2」: with the 発行番号 on every sheet (標準仕様書 5.5)."""
    return tuple(f"{n}/{document.sheets}" for n in range(1, document.sheets + 1))
