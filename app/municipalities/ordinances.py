"""PURE. What a town's ordinances say on one day: fees, its own wording, and what it allows.

The lists here are closed: a key that is not in them cannot be stored, and asking for one is a programming error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# None: the town must word it itself before it can issue. No statute fixes these texts; the ones in use differ.
TEXT_KEYS: dict[str, str | None] = {
    "resident_record.attestation_all": None,  # 世帯全員
    "resident_record.attestation_part": None,  # 世帯の一部
    "seal_registration.attestation": None,
    "resident_record.note": "",
    "seal_registration.note": "",
    "seal_note": "",  # 標準仕様書 5.6: for instance 「この印は黒色です。」
    "enquiries": "",  # whom to ask, on the refusal screens: office and phone
}


@dataclass(frozen=True)
class Switch:
    """A choice that the law or practice leaves to the town."""

    values: tuple[str, ...]
    default: str


# The rules B.. and their sources are listed in app/certificates/eligibility.py; each default is the careful one.
SWITCHES: dict[str, Switch] = {
    # the standard form has both; towns offer one of them at their machines
    "resident_record_layout": Switch(("household", "individual"), "household"),
    # B03: 転出届 is filed, 転出予定日 is not reached. 標準仕様書 5.1 would allow it at the counter
    "moving_out": Switch(("block", "allow"), "block"),
    # B04: 仮登録中. 標準仕様書 4.0.8 prints the data before the change
    "provisional": Switch(("block", "print_old"), "block"),
    # 個人番号 on request (住民基本台帳法 12条5項); several towns never print it at a machine
    "individual_number_at_kiosk": Switch(("no", "yes"), "no"),
    # B08: since 2019 what counts is 意思能力; a registered guardianship always cancels the seal
    "adult_guardianship": Switch(("seal_only", "all"), "seal_only"),
    # B07: of the card holder, in years completed on the day
    "minimum_age": Switch(tuple(str(age) for age in range(21)), "15"),
}


class UnknownKeyError(KeyError):
    """The key of a text or a switch is not in the lists: a programming error."""


@dataclass(frozen=True)
class Ordinance:
    """One town's rules as they stand on `on`. An order is priced by the day it began."""

    municipality: str
    on: date
    fees: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (kind, channel) → yen
    texts: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)

    def fee(self, kind: str, channel: str) -> int | None:
        """Integer yen for one copy; None: the town does not issue this kind there."""
        return self.fees.get((str(kind), str(channel)))

    def text(self, key: str) -> str:
        """The town's wording; empty for an optional text that it did not word, or a required one still missing."""
        if key not in TEXT_KEYS:
            raise UnknownKeyError(key)
        return self.texts.get(key) or TEXT_KEYS[key] or ""

    def switch(self, key: str) -> str:
        """The town's choice, or the careful default."""
        if key not in SWITCHES:
            raise UnknownKeyError(key)
        return self.switches.get(key, SWITCHES[key].default)


def missing_texts(ordinance: Ordinance) -> list[str]:
    """The required texts that this town has not worded."""
    return [key for key, default in TEXT_KEYS.items() if default is None and not ordinance.text(key).strip()]


def is_allowed(key: str, value: str) -> bool:
    """Whether `value` may be chosen for the switch `key`."""
    return key in SWITCHES and value in SWITCHES[key].values
