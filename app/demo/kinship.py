"""Gives the invented residents their 戸籍: who is whose spouse, child, widow, and who else stands in it.

Derived from what the resident register says (本籍, 筆頭者, 続柄) and from `Member.kin` where that does not tell:
"child" of parents who live elsewhere, "widowed", "divorced", "branched" (分籍). So the registers agree with each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.demo import entries, lives
from app.demo.families import BLANK, Family, Relative, rank, relative_of, revised_on, write_family
from app.demo.lives import MARRIED_FROM, YEAR, day_between
from app.demo.names import MALE
from app.demo.people import BORN_BEFORE, Book, Cells
from app.residents.wareki import parse_date

GONE_AFTER = 26 * YEAR  # children of a marriage so old may have left the register


@dataclass(frozen=True)
class Kin:
    """Residents of one household who stand in one 戸籍."""

    book: Book
    rows: Sequence[Cells]  # the latest of each
    home: Sequence[Cells]  # the whole household, the latest of each
    words: Mapping[str, str]  # 宛名番号 → 続柄, as it was at first

    @property
    def head(self) -> str:
        return self.rows[0]["筆頭者"]

    @property
    def surname(self) -> str:
        return self.head.partition(BLANK)[0]

    @property
    def given(self) -> str:
        return self.head.partition(BLANK)[2]

    def kin_of(self, one: Relative) -> str:
        return self.book.kin.get(one.number, "")

    def are_couple(self, head: Relative, other: Relative) -> bool:
        """By 続柄: 世帯主 and 妻, 子 and 子の妻."""
        word, own = self.words[other.number], self.words[head.number]
        return word in ({"夫", "妻"} if own == "世帯主" else {f"{own}の夫", f"{own}の妻"})

    def parents_of(self, one: Relative) -> tuple[str, str] | None:
        """Father and mother, where the household tells them: of a child of the 世帯主, or of a 世帯主 with 母."""
        word = self.words[one.number]
        if word == "世帯主":
            mother = next((row for row in self.home if self.words[row["宛名番号"]] == "母"), None)
            return (_joined(mother["筆頭者"]), _joined(mother["氏名"])) if mother else None
        if word != "子":
            return None
        couple = [row for row in self.home if self.words[row["宛名番号"]] in {"世帯主", "夫", "妻"}]
        names = {row["性別"]: _joined(row["氏名"]) for row in couple}
        return (names["男"], names["女"]) if names.keys() == {"男", "女"} else None

    def register(self, *relatives: Relative) -> Family:
        return Family(self.rows[0]["本籍"], self.surname, self.head, BORN_BEFORE, [], list(relatives))


def write_families(book: Book) -> None:
    """A 戸籍 for every Japanese resident whose 本籍 is here and who does not stand in one yet."""
    latest = {row["宛名番号"]: row for row in book.persons if not row.get("仮登録")}
    words = {row["宛名番号"]: row["世帯主との続柄"] for row in book.persons if row["履歴番号"] == "1"}
    groups: defaultdict[tuple[str, str, str], list[Cells]] = defaultdict(list)
    homes: defaultdict[str, list[Cells]] = defaultdict(list)
    for number, row in latest.items():
        homes[row["世帯番号"]].append(row)
        is_here = row["住民種別"] == "日本人" and row["本籍"].startswith(book.town.address)
        if is_here and number not in book.settled:
            groups[row["世帯番号"], row["本籍"], row["筆頭者"]].append(row)
    for (home, _domicile, _head), rows in groups.items():
        write_family(book, close_if_empty(family_of(Kin(book, rows, homes[home], words))))


def family_in(book: Book, numbers: Sequence[str]) -> Family:
    """The 戸籍 of residents of one household, not yet written down: for a case to change."""
    latest = {row["宛名番号"]: row for row in book.persons if row["宛名番号"] in numbers}
    rows = [latest[number] for number in numbers]
    return family_of(Kin(book, rows, rows, {number: row["世帯主との続柄"] for number, row in latest.items()}))


def family_of(kin: Kin) -> Family:
    """The whole register of some residents, with those in it who live elsewhere or no more."""
    people = [relative_of(row) for row in kin.rows]
    head = next((one for one in people if one.given[0] == kin.given), None)
    others = [one for one in people if one is not head]
    spouse = next((one for one in others if head and kin.are_couple(head, one)), None)
    if head and spouse:
        made = _of_couple(kin, head, spouse, [one for one in others if one is not spouse])
    elif head:
        made = _of_single(kin, head, others)
    else:
        made = _of_absent_head(kin, others)
    for row, one in zip(kin.rows, people, strict=True):
        _end(kin, row, one, made)
    return made


def close_if_empty(family: Family) -> Family:
    """A register in which nobody stands any more is taken out (戸籍法 12条)."""
    if all(one.is_removed for one in family.relatives):
        day = max((one.died for one in family.relatives if one.died), default=BORN_BEFORE)
        family.entries.append(entries.closed(day))
        family.cells |= {"戸籍の状態": "除籍", "消除日": day.isoformat()}
    return family


def _of_couple(kin: Kin, head: Relative, spouse: Relative, children: list[Relative]) -> Family:
    """Begun by their marriage; grown-up children may have left it, or live elsewhere."""
    wed = _wedding(kin.book, (head, spouse), children)
    _be_born(kin, head, spouse)
    lives.marry(kin.book, head, spouse, wed, kin.surname)
    gone = _children_gone(kin.book, wed, [head, spouse, *children])
    lives.bear(kin.book, (head, spouse), [*children, *gone], kin.surname)
    for child in gone:
        lives.move_out(kin.book, child, kin.surname, head.addresses[-1][0])
    family = kin.register(head, spouse, *sorted([*children, *gone], key=lambda one: one.birth))
    return lives.begun(kin.book, family, wed, entries.compiled(wed))


def _of_single(kin: Kin, head: Relative, children: list[Relative]) -> Family:
    """Widowed, or begun by leaving another register."""
    how = kin.kin_of(head) or ("divorced" if children else "branched")
    if how == "widowed":
        late = lives.stranger(kin.book, lives.OTHER[head.sex], head.birth, family=[head, *children])
        return _of_widowed(kin, head, late, head, children)
    begun = day_between(kin.book, head.birth + MARRIED_FROM, min(head.birth + 60 * YEAR, BORN_BEFORE - YEAR))
    _be_born(kin, head)
    if how == "divorced":
        begun = min(max([begun, *(child.birth + YEAR // 2 for child in children)]), BORN_BEFORE - YEAR // 6)
        partner = kin.book.surname()[0] + kin.book.given(lives.OTHER[head.sex])[0]
        head.entries.append(entries.divorce(begun, partner, lives.register_elsewhere(kin.book, partner)))
    else:
        head.entries.append(entries.branching(begun, lives.register_elsewhere(kin.book, head.father)))
    for child in children:
        lives.follow(kin.book, child, head, begun, kin.surname)
    rank(children)
    return lives.begun(kin.book, kin.register(head, *children), begun, entries.compiled(begun))


def _of_absent_head(kin: Kin, people: list[Relative]) -> Family:
    """The 筆頭者 is no resident of the household: a late husband, or a father who lives elsewhere."""
    given = kin.given, next((spoken for written, spoken in MALE if written == kin.given), "")
    widow = next((one for one in people if kin.kin_of(one) == "widowed"), None)
    if widow:
        late = lives.stranger(kin.book, "男", widow.birth, given)
        return _of_widowed(kin, late, late, widow, [one for one in people if one is not widow])
    eldest = min(one.birth for one in people)
    father = lives.stranger(kin.book, "男", eldest - 29 * YEAR, given)
    mother = lives.stranger(kin.book, "女", eldest - 27 * YEAR, family=people)
    wed = _wedding(kin.book, (father, mother), people)
    lives.marry(kin.book, father, mother, wed, kin.surname)
    lives.bear(kin.book, (father, mother), people, kin.surname)
    for parent in (father, mother):
        parent.addresses.append((kin.rows[0]["本籍"], max(wed, revised_on(kin.book.town) - YEAR).isoformat()))
    return lives.begun(kin.book, kin.register(father, mother, *people), wed, entries.compiled(wed))


def _of_widowed(kin: Kin, head: Relative, late: Relative, left: Relative, children: list[Relative]) -> Family:
    """A couple of which one is dead; the 筆頭者 stays the first in the register."""
    spouse = left if head is late else late
    wed = _wedding(kin.book, (head, spouse), children)
    lives.marry(kin.book, head, spouse, wed, kin.surname)
    lives.bear(kin.book, (head, spouse), children, kin.surname)
    day = day_between(kin.book, max(revised_on(kin.book.town), left.birth + 40 * YEAR), BORN_BEFORE)
    late.addresses = [(left.addresses[-1][0], max(wed, revised_on(kin.book.town) - YEAR).isoformat())]
    lives.die(late, day, kin.book.town.address, "親族　" + kin.surname + left.given[0])
    lives.outlive(left, late)
    return lives.begun(kin.book, kin.register(head, spouse, *children), wed, entries.compiled(wed))


def _be_born(kin: Kin, head: Relative, *others: Relative) -> None:
    """The 筆頭者: of parents in the same household, where they are there."""
    if parents := kin.parents_of(head):
        head.rank = kin.book.dice.choice(lives.RANKS) + head.sex
        lives.be_born(kin.book, head, *parents)
    else:
        lives.be_born_elsewhere(kin.book, head, kin.surname, *others)


def _children_gone(book: Book, wed: date, family: list[Relative]) -> list[Relative]:
    """Of an old marriage, born in its first twelve years; grown up by now."""
    if wed > BORN_BEFORE - GONE_AFTER:
        return []
    sexes = [book.dice.choice("男女") for _child in range(book.dice.randrange(3))]
    last = min(wed + 12 * YEAR, BORN_BEFORE - 24 * YEAR)
    births = sorted(day_between(book, wed + YEAR, last) for _sex in sexes)
    children = [lives.stranger(book, sex, birth, family=family) for sex, birth in zip(sexes, births, strict=True)]
    return [child for child in children if child.birth > wed]


def _wedding(book: Book, couple: tuple[Relative, Relative], children: Sequence[Relative]) -> date:
    """Both grown up, before the first child, long enough ago to be written down."""
    first = max(one.birth for one in couple) + MARRIED_FROM
    last = min([first + 12 * YEAR, BORN_BEFORE - YEAR, *(child.birth - YEAR // 2 for child in children)])
    return day_between(book, first, last)


def _end(kin: Kin, row: Cells, one: Relative, family: Family) -> None:
    """What the resident register tells of an end of residence."""
    day = parse_date(row["異動日"]).day or BORN_BEFORE
    if row["住民状態"] == "死亡":
        lives.die(one, day, kin.book.town.address, "同居の親族")
        for other in family.relatives:
            if other.spouse and other is not one and one.spouse:
                lives.outlive(other, one)
    elif row["住民状態"] == "転出":
        since = parse_date(row["住所を定めた年月日"]).day or day
        one.addresses.append((kin.book.elsewhere(), max(day, since).isoformat()))


def _joined(name: str) -> str:
    """As a 戸籍 writes a name in its entries."""
    return name.replace(BLANK, "")
