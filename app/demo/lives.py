"""What happens in the lives of those who stand in an invented 戸籍, and how it is entered there.

Whoever was removed before the registers became files does not stand in the revised one (戸籍法施行規則 37条), so nobody
leaves before that day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.demo import entries
from app.demo.entries import Entry
from app.demo.families import Family, Relative, rank, revised_on
from app.demo.names import SURNAMES, Name
from app.demo.people import BORN_BEFORE, Book
from app.demo.towns import TOWNS

YEAR = timedelta(days=365)
RANKS = "長長長二二三"
SPOUSE = {"男": "夫", "女": "妻"}
OTHER = {"男": "女", "女": "男"}
AGE_AT_DEATH, MARRIED_FROM = 60 * YEAR, 20 * YEAR


def day_between(book: Book, first: date, last: date) -> date:
    """Some day from the first on and before the last; the last one where there is none."""
    return first + timedelta(days=book.dice.randrange((last - first).days)) if first < last else last


def stranger(book: Book, sex: str, near: date, given: Name | None = None, family: Sequence[Relative] = ()) -> Relative:
    """Somebody born about that day who is not in the resident register, named like nobody in the `family`."""
    born = day_between(book, near - 3 * YEAR, near + 3 * YEAR)
    return Relative(
        book.number_stranger(), given or book.given(sex, [one.given[0] for one in family]), sex, born.isoformat()
    )


def register_elsewhere(book: Book, head: str) -> str:
    """本籍 and 筆頭者 of a register that somebody came from."""
    return f"{book.elsewhere()}　{head}"


def be_born(book: Book, one: Relative, father: str, mother: str) -> None:
    """Parents and the entry of birth."""
    one.father, one.mother = father, mother
    town = book.town if book.dice.random() < 0.7 else book.dice.choice(TOWNS)
    accepted = "" if town is book.town else f"{town.address}長"
    one.entries.append(entries.birth(one.born, town.address, book.dice.choice("父父母"), accepted))


def be_born_elsewhere(book: Book, one: Relative, surname: str, *others: Relative) -> None:
    """Somebody whose parents stand in another register, and are called neither like their child nor like `others`."""
    one.rank = book.dice.choice(RANKS) + one.sex
    taken = [other.given[0] for other in (one, *others)]
    father, mother = (book.given(sex, taken)[0] for sex in "男女")
    be_born(book, one, surname + father, surname + mother)


def marry(book: Book, head: Relative, spouse: Relative, day: date, surname: str, maiden: str = "") -> None:
    """A couple, each with the parents that they left; `maiden`: what the spouse was called, if not a drawn name."""
    maiden = maiden or book.surname()[0]
    for one, own, other in ((head, surname, maiden + spouse.given[0]), (spouse, maiden, surname + head.given[0])):
        one.spouse = SPOUSE[one.sex]
        if not one.entries:
            be_born_elsewhere(book, one, own, head, spouse)
        one.entries.append(entries.marriage(day, other, register_elsewhere(book, one.father)))


def bear(book: Book, couple: tuple[Relative, Relative], children: Sequence[Relative], surname: str) -> None:
    """The children of a couple."""
    father, mother = sorted(couple, key=lambda one: one.sex != "男")
    for child in children:
        be_born(book, child, surname + father.given[0], surname + mother.given[0])
    rank(children)


def die(one: Relative, day: date, place: str, reporter: str) -> None:
    """Removed from the register."""
    one.died, one.is_removed = day, True
    one.entries.append(entries.death(day, place, reporter))


def outlive(left: Relative, dead: Relative) -> None:
    """配偶者区分 goes with the marriage."""
    if dead.died:
        left.spouse = ""
        left.entries.append(entries.spouse_death(dead.died))


def follow(book: Book, child: Relative, parent: Relative, day: date, surname: str) -> None:
    """A child who came into the register of one parent after the divorce of both, or was born into it."""
    former, other = book.dice.choice(SURNAMES)[0], book.given(OTHER[parent.sex])[0]
    own = surname + parent.given[0]
    father, mother = (own, former + other) if parent.sex == "男" else (former + other, own)
    be_born(book, child, father if child.birth < day or parent.sex == "男" else "", mother)
    if child.birth < day:
        child.entries.append(entries.entrance(day + timedelta(days=20), register_elsewhere(book, former + other)))


def move_out(book: Book, child: Relative, surname: str, home: str) -> None:
    """Grown up: married and removed, or living elsewhere and still in the register."""
    first = max(child.birth + 22 * YEAR, revised_on(book.town))
    child.addresses.append((home, max(child.birth, revised_on(book.town) - YEAR).isoformat()))
    if first >= BORN_BEFORE or book.dice.random() < 0.35:
        left = day_between(book, child.birth + 19 * YEAR, BORN_BEFORE)
        child.addresses.append((book.elsewhere(), max(left, first - YEAR).isoformat()))
        return
    spouse, town = book.dice.choice(SURNAMES)[0], book.dice.choice(TOWNS)
    name = spouse if child.sex == "女" else surname
    partner = spouse + book.given(OTHER[child.sex])[0]
    day = day_between(book, first, BORN_BEFORE)
    left_for = entries.left_by_marriage(day, partner, book.address_in(town), name, f"{town.address}長")
    child.entries.append(left_for)
    child.is_removed = True


def begun(book: Book, family: Family, day: date, entry: Entry) -> Family:
    """戸籍事項: begun on a day; revised when that was on paper; some came from another town as a whole."""
    revision = revised_on(book.town)
    family.made_on, family.entries = max(day, revision), [entry if day >= revision else entries.revised(revision)]
    if not any(one.is_removed for one in family.relatives) and book.dice.random() < 0.08:
        came = day_between(book, max(day, revision, *(one.birth for one in family.relatives)), BORN_BEFORE)
        former = book.dice.choice(TOWNS)
        moved = entries.transferred(came, book.address_in(former), f"{former.address}長")
        family.made_on, family.entries = came, [moved]
    return family
