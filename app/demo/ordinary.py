"""Fills a town with ordinary households: who lives together, where they belong, what happened to them since."""

from __future__ import annotations

from app.demo.names import Name
from app.demo.people import Book, Cells, Member

GROWN = 20


def fill(book: Book, residents: int) -> None:
    """Add ordinary households until the town has so many residents."""
    while (room := residents - book.residents) > 0:
        surname = book.surname()
        numbers = book.add_household(surname, _ordinary(book, surname)[:room], **_domicile(book))
        _give_seals(book, numbers)
        _let_time_pass(book, numbers)


def _domicile(book: Book) -> Cells:
    """Most have their 本籍 where they live or once lived here; one household of ten has it in another town."""
    chance = book.dice.random()
    if chance < 0.1:
        return {"本籍": book.elsewhere()}
    return {"本籍": book.address_in(book.town)} if chance < 0.35 else {}


def _ordinary(book: Book, surname: Name) -> list[Member]:
    """A household such as there are many: single, couple, parents and children, three generations."""
    dice, age = book.dice, book.dice.randrange(22, 90)
    sex = dice.choice("男男男女")
    head = book.person("世帯主", age, sex)
    if dice.random() < 0.36:
        return [_single(book, head, surname)]
    spouse = book.person(
        "夫" if sex == "女" else "妻", max(GROWN, age + dice.randrange(-6, 5)), "男" if sex == "女" else "女"
    )
    couple = [head] if dice.random() < 0.12 else [head, spouse]
    eldest = min(age, *(m.age for m in couple)) - dice.randrange(22, 34)
    ages = range(eldest, max(eldest - 9, -1), -3)[: dice.randrange(4)] if 0 <= eldest < 45 else ()
    children = [_child(book, a, surname) for a in ages]
    parents = [_widow(book, age + dice.randrange(20, 30), surname)] if age < 65 and dice.random() < 0.12 else []
    return couple + children + parents


def _single(book: Book, head: Member, surname: Name) -> Member:
    """Never married and still in the parents' 戸籍, widowed, divorced, or with a 戸籍 of one's own."""
    chance = book.dice.random()
    if head.age < 45 and chance < 0.6:
        head.register_head, head.kin = _somebody(book, surname), "child"
    elif head.age >= 65 and chance < 0.7:
        head.kin = "widowed"
        head.register_head = _somebody(book, surname) if head.sex == "女" else ""
    else:
        head.kin = "divorced" if chance < 0.8 else "branched"
    return head


def _child(book: Book, age: int, surname: Name) -> Member:
    """One grown-up child of six has a 戸籍 of its own."""
    child = book.person("子", age)
    if age >= GROWN + 3 and book.dice.random() < 0.16:
        child.register_head, child.kin = f"{surname[0]}　{child.given[0]}", "branched"
    return child


def _widow(book: Book, age: int, surname: Name) -> Member:
    """The mother of the head, in the 戸籍 of her late husband."""
    return book.person("母", age, "女", register_head=_somebody(book, surname), kin="widowed")


def _somebody(book: Book, surname: Name) -> str:
    """A 筆頭者 who does not live in the household."""
    return f"{surname[0]}　{book.given('男')[0]}"


def _give_seals(book: Book, numbers: list[str]) -> None:
    """Two adults of three have registered a seal in the towns of 2005; fewer here, to be quick."""
    for row in book.persons[-len(numbers) :]:
        if row["生年月日"] < "2003" and book.dice.random() < 0.3:
            book.add_seal(row["宛名番号"])


def _let_time_pass(book: Book, numbers: list[str]) -> None:
    """Some have a history: an address was corrected, somebody moved away or died."""
    chance = book.dice.random()
    if chance < 0.06:
        for number in numbers:
            book.add_version(number, 方書="改称後住宅", 異動事由="軽微な修正", 異動日="2025-10-01")
    elif chance < 0.075 and not any(seal["宛名番号"] in numbers for seal in book.seals[-len(numbers) :]):
        ended = book.dice.choice((("転出", "国内転出"), ("死亡", "死亡")))
        book.add_version(numbers[-1], 住民状態=ended[0], 異動事由=ended[1], 異動日="2025-12-01")
