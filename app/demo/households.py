"""Cases that need a household of their own making."""

from __future__ import annotations

from collections.abc import Iterator

from app.cards.vocabularies import CardKind
from app.demo.cases import CardWish, foreign_cells, foreigner, man, wife, wish, woman
from app.demo.people import Book, Member
from app.demo.tax_cases import write_everything


def family(book: Book) -> Iterator[CardWish]:
    members = [man(book, 45, seal="登録"), wife(book, 43, seal="登録"), book.person("子", 16), book.person("子", 10)]
    head, spouse, *_children = book.add_household(book.surname(), members)
    write_everything(book, *book.persons[-4:-2])
    yield wish(book, "family-head", "世帯4人の世帯主、ふつうの内容", "Head of a household of four", head)
    yield wish(book, "family-wife", "世帯4人の妻、印鑑登録あり", "Wife in a household of four, seal registered", spouse)


def citizen(book: Book) -> Iterator[CardWish]:
    (number,) = book.add_household(book.surname(), [woman(book, 70, seal="登録")])
    label = (
        "ひとり世帯、市民カード（暗証番号は市町村が管理）",
        "Living alone, citizen card with the PIN kept by the town",
    )
    yield wish(book, "citizen-card", *label, number, kind=CardKind.CITIZEN_CARD)


def household_of_ten(book: Book) -> Iterator[CardWish]:
    elder, eldest_son = man(book, 72, seal="登録"), man(book, 46, relationship="子", register_head="長男")
    members = [elder, wife(book, 70), eldest_son, book.person("子の妻", 44, "女", register_head="長男")]
    members += [book.person("子の子", age, register_head="長男") for age in (19, 17, 15, 12)]
    surname = book.surname()
    son, late = f"{surname[0]}　{eldest_son.given[0]}", f"{surname[0]}　時雄"
    for member in members:
        member.register_head = son if member.register_head else ""
    members += [book.person("母", 95, "女", register_head=late, kin="widowed")]
    members += [book.person("妹", 68, "女", register_head=late)]
    number, *_others = book.add_household(surname, members)
    yield wish(book, "household-of-ten", "世帯10人（用紙3枚）", "Household of ten, three sheets", number)


def former_surname(book: Book) -> Iterator[CardWish]:
    cells = {"旧氏": "若林", "旧氏のフリガナ": "ワカバヤシ"}
    members = [man(book, 40), wife(book, 39, seal="登録", cells=cells)]
    _head, spouse = book.add_household(book.surname(), members)
    yield wish(book, "former-surname", "旧氏を併記", "Former surname recorded", spouse)


def under_fifteen(book: Book) -> Iterator[CardWish]:
    members = [woman(book, 41), book.person("子", 12)]
    mother, child = book.add_household(book.surname(), members)
    yield wish(book, "under-15", "15歳未満のカード（使えない）", "Holder younger than 15: refused", child)
    yield wish(book, "under-15-parent", "その親（子も住民票にのる）", "The parent: the child is on the sheet", mother)


def protected(book: Book) -> Iterator[CardWish]:
    numbers = book.add_household(book.surname(), [woman(book, 38, seal="登録"), book.person("子", 17)])
    for number in numbers:
        book.add_block("支援措置", 宛名番号=number, 終了年月日="令和9年3月31日")
    yield wish(book, "protected", "支援措置（中立の案内）", "Protection measure: neutral refusal", numbers[0])
    yield wish(
        book, "protected-child", "支援措置を併せて求めた同居の子", "Co-resident under the same measure", numbers[1]
    )


def moving_out(book: Book) -> Iterator[CardWish]:
    members = [man(book, 50, seal="登録"), wife(book, 48), book.person("子", 20)]
    head, _wife_number, child = book.add_household(book.surname(), members)
    book.add_version(child, 転出予定年月日="令和9年12月31日", 異動事由="国内転出", 異動日="令和9年12月31日")
    yield wish(book, "moving-out", "転出届を出した人（転出前）", "Notice of moving out was filed", child)
    yield wish(book, "moving-out-head", "転出予定者のいる世帯の世帯主", "Head of that household", head)


def provisional(book: Book) -> Iterator[CardWish]:
    head, spouse = book.add_household(book.surname(), [man(book, 55, seal="登録"), wife(book, 53)])
    book.add_version(spouse, 仮登録="1", 方書="決裁前の方書", 異動事由="職権修正")
    yield wish(book, "provisional", "仮登録中の異動がある世帯", "A change awaits its decision", head)


def household_block(book: Book) -> Iterator[CardWish]:
    head, _wife_number = book.add_household(book.surname(), [man(book, 60, seal="登録"), wife(book, 58)])
    book.add_block("その他抑止", 世帯番号=book.household_of(head), 抑止レベル="アラート")
    yield wish(book, "household-block", "世帯への抑止（アラート）", "Block on the household, level alert", head)


def without_head(book: Book) -> Iterator[CardWish]:
    unset = {"世帯主の氏名": "", "世帯主との続柄": ""}
    surname = book.surname()
    father = f"{surname[0]}　繁"
    members = [book.person("世帯主", 24, "男"), book.person("", 22, "女")]
    for member in members:
        member.register_head, member.cells = father, unset
    number, _sister = book.add_household(surname, members)
    yield wish(book, "without-head", "世帯主が未設定の世帯", "Household whose head is not set", number)


def seal_changed(book: Book) -> Iterator[CardWish]:
    (number,) = book.add_household(book.surname(), [woman(book, 57)])
    book.add_seal(number, "抹消", 抹消事由="改印", 抹消年月日="令和7年7月7日")
    book.add_seal(number, "登録", 登録年月日="令和7年7月7日")
    yield wish(book, "seal-changed", "改印した人（新しい印影だけが出る）", "Seal was changed: only the new one", number)


def long_address(book: Book) -> Iterator[CardWish]:
    detail = "グランドレジデンシャルハイツ青嶺みどりの丘ガーデンスクエア第三期ウエストウイング一二〇三号室"
    number, _wife_number = book.add_household(book.surname(), [man(book, 33), wife(book, 33)], 方書=detail)
    yield wish(book, "long-address", "長い方書", "Very long address detail", number)


def foreign_family(book: Book) -> Iterator[CardWish]:
    """A newborn without a residence status yet lives with the mother."""
    stay = {"在留資格": "家族滞在", "在留期間": "3年", "在留期間の満了の日": "2029-03-31"}
    mother = foreigner(4, "中長期在留者", **stay)
    newborn = Member(("", ""), "女", 0, "子")
    newborn.cells = foreign_cells("フィリピン", "REYES ANGELA", "レイエス　アンジェラ", "出生による経過滞在者")
    newborn.cells |= {"世帯主の氏名": mother.cells["世帯主の氏名"], "生年月日": "2026-02-11"}
    newborn.cells |= dict.fromkeys(("住所を定めた年月日", "外国人住民となった年月日"), "2026-02-11")
    number, _newborn_number = book.add_household(("", ""), [mother, newborn])
    label = "出生による経過滞在者の子がいる世帯", "Household with a newborn in transitional stay"
    yield wish(book, "foreign-birth", *label, number)


def no_individual_number(book: Book) -> Iterator[CardWish]:
    (number,) = book.add_household(book.surname(), [man(book, 30, seal="登録", cells={"個人番号": ""})])
    yield wish(book, "no-individual-number", "個人番号の記載がない人", "No individual number recorded", number)
