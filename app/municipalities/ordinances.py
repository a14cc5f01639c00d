"""PURE. What a town's ordinances say on one day: fees, its own wording, and what it allows.

The lists here are closed: a key that is not in them cannot be stored, and asking for one is a programming error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.municipalities import kinds

# Texts that belong to no kind. Those of a kind are named by `kinds`: 認証文, which the town must word itself before it
# can issue (no statute fixes them; the ones in use differ), and an optional note.
COMMON_TEXTS = (
    "seal_note",  # 標準仕様書 5.6: for instance 「この印は黒色です。」
    "enquiries",  # whom to ask, on the refusal screens: office and phone
)


@dataclass(frozen=True)
class Switch:
    """A choice that the law or practice leaves to the town."""

    values: tuple[str, ...]
    default: str
    hint: str = ""  # what a value looks like, where they are too many to be listed

    @property
    def allowed(self) -> str:
        """What may be chosen, in words for whoever chose something else."""
        return self.hint or f"one of: {', '.join(self.values)}"


def _days(first: date, last: date) -> tuple[str, ...]:
    """Every day of a season as MM-DD."""
    return tuple((first + timedelta(days)).strftime("%m-%d") for days in range((last - first).days + 1))


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
    "minimum_age": Switch(tuple(str(age) for age in range(21)), "15", hint="a whole number from 0 to 20"),
    # B16: how many fiscal years of 所得・課税証明書 a machine hands out; most towns the newest alone
    "income_tax_years": Switch(tuple(str(years) for years in range(1, 6)), "1"),
    # the day (MM-DD) from which a new fiscal year is certified: when the tax is fixed, in most towns in June
    "income_tax_new_year_from": Switch(
        _days(date(2001, 5, 1), date(2001, 7, 31)), "06-01", hint="a day from 05-01 to 07-31, written MM-DD"
    ),
    # B17: from 1 April to that day the year before is handed out, or nothing
    "income_tax_switchover": Switch(("previous", "stop"), "previous"),
    # 資産証明書 lists what is owned; with values it is 評価・公課証明書, which more submissions ask for
    "property_values": Switch(("no", "yes"), "no"),
    # B19: parcels and houses on one certificate; who owns more is served at the counter
    "property_limit": Switch(
        tuple(str(things) for things in range(5, 201, 5)), "50", hint="a multiple of 5, from 5 to 200"
    ),
    # R06: fiscal years of 納税証明書, the current one and those before it
    "tax_payment_years": Switch(tuple(str(years) for years in range(1, 6)), "3"),
    # B24: hours after which a register whose file has not arrived is too old for a certificate; none: no limit. A
    # limit that nobody chose would close a town whose files rest over a long weekend: the doctor asks for one instead
    "register_hours": Switch(
        ("none", *(str(hours) for hours in range(1, 169))), "none", hint="none, or hours: a whole number from 1 to 168"
    ),
    # B18: whether a machine certifies a tax of which a part is not yet due
    "tax_payment_not_due": Switch(("block", "print"), "block"),
}


class UnknownKeyError(KeyError):
    """The key of a text or a switch is not in the lists: a programming error."""


@dataclass(frozen=True)
class Fee:
    """`yen` for a copy; with `per`, for every `per` things on it that are begun (5 parcels, 1 year of a tax).

    Things of different groups (land, houses) are counted apart unless `is_together`: towns have both.
    """

    yen: int
    per: int | None = None
    is_together: bool = False


@dataclass(frozen=True)
class Ordinance:
    """One town's rules as they stand on `on`. An order is priced by the day it began."""

    municipality: str
    on: date
    fees: Mapping[tuple[str, str], Fee] = field(default_factory=dict)  # by (kind, channel)
    texts: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)

    def fee(self, kind: str, channel: str) -> Fee | None:
        """None: the town does not issue this kind there, which is not the same as a fee of nothing."""
        return self.fees.get((str(kind), str(channel)))

    def text(self, key: str) -> str:
        """The town's wording; empty for an optional text that it did not word, or a required one still missing."""
        if key not in text_keys():
            raise UnknownKeyError(key)
        return self.texts.get(key) or ""

    def switch(self, key: str) -> str:
        """The town's choice, or the careful default."""
        if key not in SWITCHES:
            raise UnknownKeyError(key)
        return self.switches.get(key, SWITCHES[key].default)


def text_keys() -> tuple[str, ...]:
    """Every key that may be worded."""
    names = kinds.list_names()
    return tuple(key for name in names for key in (*name.texts, name.note)) + COMMON_TEXTS


def missing_texts(ordinance: Ordinance) -> list[str]:
    """The required texts that this town has not worded, of the kinds that it has priced."""
    priced = {kind for kind, _channel in ordinance.fees}
    required = (key for name in kinds.list_names() if name.code in priced for key in name.texts)
    return [key for key in required if not ordinance.text(key).strip()]


def is_allowed(key: str, value: str) -> bool:
    """Whether `value` may be chosen for the switch `key`."""
    return key in SWITCHES and value in SWITCHES[key].values
