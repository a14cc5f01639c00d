"""What a case of the demo's cast is made of: a household written down, and the card that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.cards.vocabularies import CardKind, CardState
from app.demo.bylaws import ALL
from app.demo.names import FOREIGN
from app.demo.people import BORN_BEFORE, Book, Member
from app.residents.wareki import parse_date


@dataclass(frozen=True)
class CardWish:
    """A card that the demo shall have. `atena_no` "" = nobody in a member town holds it."""

    case: str
    label: str
    label_en: str
    atena_no: str = ""
    born: date = date(1980, 1, 1)
    kind: CardKind = CardKind.INDIVIDUAL_NUMBER_CARD
    state: CardState = CardState.ACTIVE
    services: frozenset[str] = frozenset(ALL)  # kinds that the card is registered for, where cards are
    valid_days: int | None = None  # until so many days from today
    usable_days: int | None = None  # from so many days from today
    is_locked: bool = False
    certificate: str = "good"  # or "expired", "revoked", "untrusted"


Case = Callable[[Book], Iterator[CardWish]]


def plain(case: str, label: str, label_en: str, **card: Any) -> Case:
    """Somebody living alone with a seal; what is special is the card."""

    def invent(book: Book) -> Iterator[CardWish]:
        yield wish(book, case, label, label_en, alone(book), **card)

    return invent


def nobody(case: str, label: str, label_en: str, **card: Any) -> Case:
    """A card of nobody in the union."""

    def invent(book: Book) -> Iterator[CardWish]:
        yield CardWish(case, f"【{book.town.name}の机】{label}", label_en, **card)

    return invent


def blocked(case: str, label: str, label_en: str, reason: str, **cells: str) -> Case:
    """Somebody living alone with a block."""

    def invent(book: Book) -> Iterator[CardWish]:
        number = alone(book)
        book.add_block(reason, 宛名番号=number, **cells)
        yield wish(book, case, label, label_en, number)

    return invent


def named(case: str, label: str, label_en: str, surname: tuple[str, str], given: tuple[str, str]) -> Case:
    """A couple with a rare name."""

    def invent(book: Book) -> Iterator[CardWish]:
        members = [Member(given, "男", 52, "世帯主", seal="登録"), wife(book, 50)]
        number, _wife_number = book.add_household(surname, members)
        yield wish(book, case, label, label_en, number)

    return invent


def sealed(case: str, label: str, label_en: str, status: str, **cells: str) -> Case:
    """Somebody whose seal registration is not simply there."""

    def invent(book: Book) -> Iterator[CardWish]:
        (number,) = book.add_household(book.surname(), [man(book, 48)])
        if status:
            book.add_seal(number, status, **cells)
        yield wish(book, case, label, label_en, number)

    return invent


def born(case: str, label: str, label_en: str, written: str) -> Case:
    """Somebody whose recorded birth is no ordinary date."""

    def invent(book: Book) -> Iterator[CardWish]:
        cells = dict.fromkeys(("住民となった年月日", "住所を定めた年月日", "異動日"), "昭和40年頃") | {
            "生年月日": written
        }
        (number,) = book.add_household(book.surname(), [woman(book, 70, cells=cells)])
        yield wish(book, case, label, label_en, number)

    return invent


def ended(case: str, label: str, label_en: str, status: str, reason: str) -> Case:
    """Somebody who is no longer a resident; the family stays, the card is still in hand."""

    def invent(book: Book) -> Iterator[CardWish]:
        number, _wife_number = book.add_household(book.surname(), [man(book, 66), wife(book, 64)])
        members = book.persons[-2:]
        book.add_version(number, 住民状態=status, 異動事由=reason, 異動日="令和8年3月1日")
        widow = {"世帯主の氏名": members[1]["氏名"], "世帯主との続柄": "世帯主", "異動事由": "世帯主変更"}
        book.add_version(members[1]["宛名番号"], **widow)
        yield wish(book, case, label, label_en, number)

    return invent


def foreign(case: str, label: str, label_en: str, example: int, kind: str, **cells: str) -> Case:
    """A foreign resident of one class of 法30条の45."""

    def invent(book: Book) -> Iterator[CardWish]:
        (number,) = book.add_household(("", ""), [foreigner(example, kind, **cells)])
        yield wish(book, case, label, label_en, number)

    return invent


def wish(book: Book, case: str, label: str, label_en: str, atena_no: str, **card: Any) -> CardWish:
    row = next(row for row in book.persons if row["宛名番号"] == atena_no)
    born = parse_date(row["生年月日"]).day or date(1950, 1, 1)
    name = row["氏名"] or row["氏名（アルファベット）"]
    return CardWish(
        case, f"【{book.town.name}】{name}：{label}", f"{book.town.english}: {label_en}", atena_no, born, **card
    )


def man(book: Book, age: int, relationship: str = "世帯主", **more: Any) -> Member:
    return book.person(relationship, age, "男", **more)


def woman(book: Book, age: int, **more: Any) -> Member:
    return book.person("世帯主", age, "女", **more)


def wife(book: Book, age: int, **more: Any) -> Member:
    return book.person("妻", age, "女", **more)


def alone(book: Book) -> str:
    (number,) = book.add_household(book.surname(), [woman(book, 44, seal="登録")])
    return number


def foreigner(example: int, kind: str, **cells: str) -> Member:
    """One of the examples, of a class of 法30条の45, as the head of a household."""
    nationality, surname, given, kana, sex = FOREIGN[example]
    own = foreign_cells(nationality, f"{surname} {given}", kana, kind) | cells
    head = own["氏名"] or own["氏名（アルファベット）"]
    return Member(("", ""), sex, 34, "世帯主", cells={"世帯主の氏名": head, **own})


def foreign_cells(nationality: str, latin: str, kana: str, kind: str) -> dict[str, str]:
    """The columns that differ from those of a Japanese resident."""
    since = (BORN_BEFORE - timedelta(days=1500)).isoformat()
    lacking = dict.fromkeys(("氏名", "本籍", "筆頭者", "住民となった年月日", "転入前住所"), "")
    card = "ZZ00000001ZZ" if kind in {"中長期在留者", "特別永住者"} else ""
    return lacking | {
        "住民種別": "外国人",
        "氏名（アルファベット）": latin,
        "氏名のフリガナ": kana,
        "国籍・地域": nationality,
        "法第30条の45の表に規定する区分": kind,
        "外国人住民となった年月日": since,
        "住所を定めた年月日": since,
        "在留カードの番号": card,
        "異動事由": "国外転入等",
    }
