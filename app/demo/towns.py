"""The ten towns of みどりの広域連合 in 青嶺県, neither of which exists. Prefecture number 90 is given to none.

Sizes are in the ratio of the ten members of a real union of 2005 (62,047 … 2,201). What their ordinances say differs on
purpose, so that every rule can be seen. Three towns issue all kinds, day and night: whoever tries the demo sits in any
time zone. In one of these, 白樺町, 戸籍 and 附票 keep office hours, so that a screen can say when it opens next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from app.municipalities.codes import check_digit

UNION = "みどりの広域連合"
UNION_ENGLISH = "Midori Wide-Area Union"
PREFECTURE = "青嶺県"
IN_FORCE = date(2020, 4, 1)  # all first ordinances
FEE_CHANGE = date(2027, 4, 1)

Hours = tuple[time, time]
ALWAYS: Hours = (time(0), time(23, 59, 59))
EARLY_TO_LATE: Hours = (time(7), time(20))  # as the machines of 2005 had it, all days of the year
CONVENIENCE: Hours = (time(6, 30), time(23))
OFFICE: Hours = (time(8, 30), time(17, 15))


@dataclass(frozen=True)
class Town:
    """What is invented of one member."""

    number: str  # three digits after the prefecture's two
    name: str
    kana: str
    english: str
    share: int
    district: str = ""
    hours: Hours = EARLY_TO_LATE
    weekdays_only: bool = False
    sites: tuple[tuple[str, str, str], ...] = ()  # suffix, name, English: besides the office
    family_hours: Hours | None = (time(9), time(17))  # of 戸籍 and 附票, Monday to Friday; None: as all the others
    kiosk_yen: int = 250
    counter_yen: int = 300
    family_kiosk_yen: int = 450
    later_kiosk_yen: int | None = None  # from FEE_CHANGE on
    lacks: frozenset[str] = frozenset()  # kinds that it does not issue by this system
    counter_only: frozenset[str] = frozenset()  # kinds that it does not issue by machine
    counts_apart: bool = False  # land and houses each for itself
    is_polite: bool = False  # 「証明します」
    switches: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"90{self.number}" + check_digit(f"90{self.number}")

    @property
    def slug(self) -> str:
        """A name for files, sites and terminals."""
        return self.english.split()[0].lower()

    @property
    def address(self) -> str:
        """How every address in the town begins."""
        return PREFECTURE + self.district + self.name

    @property
    def is_always_open(self) -> bool:
        """Day and night, at New Year too."""
        return self.hours == ALWAYS

    @property
    def office(self) -> str:
        return f"{self.name}役場" if self.district else f"{self.name}役所"


_NORTH, _SOUTH = "北青嶺郡", "南青嶺郡"
TOWNS = (
    Town(
        *("201", "若草市", "ワカクサシ", "Wakakusa City", 62047),
        hours=ALWAYS,
        family_hours=None,
        sites=(("station", "若草駅前ひろば", "Wakakusa Station Plaza"),),
        later_kiosk_yen=300,
        switches={
            "individual_number_at_kiosk": "yes",
            "income_tax_years": "3",
            "property_values": "yes",
        },
        counts_apart=True,
    ),
    Town(
        *("202", "星見市", "ホシミシ", "Hoshimi City", 34000),
        hours=ALWAYS,
        family_hours=None,
        sites=(("hall", "星見文化会館", "Hoshimi Culture Hall"),),
        kiosk_yen=200,
        family_kiosk_yen=350,
        switches={"income_tax_years": "3"},
    ),
    Town(
        *("361", "鈴音町", "スズネマチ", "Suzune Town", 21000, _NORTH),
        sites=(("library", "鈴音町図書館", "Suzune Library"),),
        kiosk_yen=200,
        switches={"moving_out": "allow", "tax_payment_years": "2"},
    ),
    Town(
        *("362", "白樺町", "シラカバマチ", "Shirakaba Town", 25000, _NORTH),
        hours=ALWAYS,
        sites=(("clinic", "白樺町健康センター", "Shirakaba Health Centre"),),
        kiosk_yen=300,
        later_kiosk_yen=200,
        is_polite=True,
        switches={"individual_number_at_kiosk": "yes", "provisional": "print_old", "income_tax_years": "3"},
    ),
    Town(
        *("363", "花野町", "ハナノマチ", "Hanano Town", 10500, _NORTH),
        lacks=frozenset({"property"}),
        switches={"adult_guardianship": "all"},
    ),
    Town(
        *("381", "楓坂村", "カエデザカムラ", "Kaedezaka Village", 14000, _SOUTH),
        hours=CONVENIENCE,
        kiosk_yen=200,
        counter_only=frozenset({"family_register_full", "family_register_individual"}),
        switches={"income_tax_switchover": "stop"},
    ),
    Town(
        *("382", "月野村", "ツキノムラ", "Tsukino Village", 5200, _SOUTH),
        lacks=frozenset({"property", "tax_payment"}),
        is_polite=True,
        switches={"resident_record_layout": "individual"},
    ),
    Town(
        *("383", "雪代村", "ユキシロムラ", "Yukishiro Village", 9000, _SOUTH),
        counter_yen=250,
        kiosk_yen=150,
        family_kiosk_yen=400,
        switches={"income_tax_new_year_from": "06-15"},
    ),
    Town(
        *("384", "虹川町", "ニジカワマチ", "Nijikawa Town", 6900, _SOUTH),
        hours=OFFICE,
        weekdays_only=True,
        switches={"property_values": "yes", "property_limit": "20", "tax_payment_not_due": "block"},
    ),
    Town(
        *("385", "笹舟村", "ササブネムラ", "Sasabune Village", 2201, _SOUTH),
        hours=OFFICE,
        weekdays_only=True,
        counter_yen=200,
        kiosk_yen=200,
        lacks=frozenset({"property"}),
        counter_only=frozenset({"family_register_addresses", "tax_payment"}),
        switches={"tax_payment_years": "1"},
    ),
)


def populations(residents: int) -> dict[str, int]:
    """Code → residents, in the ratio of the shares; they add up to `residents` (largest remainders first)."""
    total = sum(town.share for town in TOWNS)
    exact = {town.code: residents * town.share / total for town in TOWNS}
    counts = {code: int(number) for code, number in exact.items()}
    by_remainder = sorted(exact, key=lambda code: exact[code] - counts[code], reverse=True)
    for code in by_remainder[: residents - sum(counts.values())]:
        counts[code] += 1
    return counts
