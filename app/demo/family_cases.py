"""Cases of 戸籍 and 附票: somebody at whom each rule and each difficulty of a form can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.demo import entries, lives
from app.demo.cases import CardWish, Case, foreign_cells, man, wife, wish, woman
from app.demo.entries import entry
from app.demo.families import Family, Relative, relative_of, write_family
from app.demo.kinship import family_in
from app.demo.lives import YEAR
from app.demo.people import BORN_BEFORE, Book, Cells, Member
from app.demo.towns import TOWNS

IVS_SURNAME = ("\u9022\U000e0103\u85e4\U000e0103", "オオトウ")  # 逢藤, both with a selector
IVS_SPOUSE, IVS_CHILD = ("\u845b\U000e0103\u5b50", "カツコ"), ("\u698a\U000e0102", "サカキ")
IVS_ELSEWHERE = "\U0002363a本"  # 𣘺本, beyond the BMP
LONG_LATIN = "MONTEIRO DE ALBUQUERQUE CAVALCANTI FERNANDES GABRIEL EDUARDO"
LONG_KANA = "モンテイロ　デ　アルブケルケ　カヴァルカンティ　フェルナンデス"
LONG_REGISTERED = (
    "モンテイロデアルブケルケカヴァルカンティフェルナンデスイシルヴァ"
    "ドスサントス、ガブリエルエドゥアルドジョアキンマリアーノ"
)


def elsewhere(book: Book) -> Iterator[CardWish]:
    head, _spouse = book.add_household(book.surname(), [man(book, 51), wife(book, 49)], 本籍=book.address_in(TOWNS[4]))
    label = (
        "本籍がほかの町にある人（戸籍は発行できない）",
        "Registered domicile in another town",
    )
    yield wish(book, "domicile-elsewhere", *label, head)


def updating(book: Book) -> Iterator[CardWish]:
    numbers = book.add_household(book.surname(), [man(book, 34), wife(book, 33), book.person("子", 0)])
    family = family_in(book, numbers)
    family.cells["届出処理中"] = "1"
    write_family(book, family)
    yield wish(book, "register-updating", "戸籍届出処理中（中立の案内）", "Family register being written", numbers[0])


def separated(book: Book) -> Iterator[CardWish]:
    """The spouse fled with the child; both still stand in the 戸籍, whose 附票 would tell where they live."""
    (number,) = book.add_household(book.surname(), [man(book, 46)])
    family = _couple(book, number, [date(2014, 7, 7)])
    for hidden in family.relatives[1:]:
        hidden.addresses = [family.relatives[0].addresses[-1], (book.address_in(TOWNS[8]), "2025-02-03")]
        hidden.addresses[0] = (hidden.addresses[0][0], max(hidden.birth, family.made_on).isoformat())
        book.add_block("支援措置", 宛名番号=hidden.number, 終了年月日="令和9年3月31日")
    write_family(book, family)
    label = (
        "別居の配偶者が支援措置（附票・全部事項は中立の案内）",
        "Separated spouse is protected: neutral",
    )
    yield wish(book, "protected-spouse", *label, number)


def left(book: Book) -> Iterator[CardWish]:
    """Married out of the parents' 戸籍 here into one elsewhere."""
    members = [man(book, 33), wife(book, 30)]
    _head, number = book.add_household(book.surname(), members, 本籍=book.address_in(TOWNS[6]))
    own, maiden, town = relative_of(book.persons[-1]), book.surname()[0], TOWNS[6]
    father, mother = (lives.stranger(book, sex, own.birth - 28 * YEAR) for sex in "男女")
    wed = max(own.birth - 2 * YEAR, father.birth + 20 * YEAR, mother.birth + 20 * YEAR)
    lives.marry(book, father, mother, wed, maiden)
    lives.bear(book, (father, mother), [own], maiden)
    home = book.address_in(book.town)
    for one in (father, mother, own):
        one.addresses = [(home, max(wed, one.birth).isoformat())]
    partner, own.is_removed = book.persons[-2]["氏名"], True
    day, name = BORN_BEFORE - YEAR, partner.partition("　")[0]
    married = entries.left_by_marriage(day, partner.replace("　", ""), book.address_in(town), name, f"{town.address}長")
    own.entries.append(married)
    family = Family(home, maiden, f"{maiden}　{father.given[0]}", wed, [], [father, mother, own])
    write_family(book, lives.begun(book, family, wed, entries.compiled(wed)))
    label = "除籍された人（婚姻で他の町の戸籍に入った）", "Removed from the family register here by marriage"
    yield wish(book, "left-register", *label, number)


def many_sheets(book: Book) -> Iterator[CardWish]:
    """A 戸籍 of six sheets: nine children, most of whom left it."""
    number, spouse = book.add_household(book.surname(), [man(book, 76, seal="登録"), wife(book, 74)])
    births = [date(1974 + 2 * n, 1 + n, 3 + 2 * n) for n in range(9)]
    family = _couple(book, number, births, spouse)
    _adopt(book, family)
    for place, child in enumerate(family.relatives[2:10]):
        _leave(book, child, place)
    write_family(book, family)
    yield wish(book, "register-of-six-sheets", "6ページの戸籍", "Family register of six sheets", number)


def rare_names(book: Book) -> Iterator[CardWish]:
    members = [man(book, 47), Member(IVS_SPOUSE, "女", 45, "妻", seal="登録"), Member(IVS_CHILD, "男", 15, "子")]
    numbers = book.add_household(IVS_SURNAME, members)
    row = book.persons[-1]
    head, spouse, child = (relative_of(row) for row in book.persons[-3:])
    day = child.birth - YEAR
    lives.marry(book, head, spouse, day, IVS_SURNAME[0], IVS_ELSEWHERE)
    lives.bear(book, (head, spouse), [child], IVS_SURNAME[0])
    people, begun = [head, spouse, child], [entries.compiled(day)]
    write_family(book, Family(row["本籍"], IVS_SURNAME[0], row["筆頭者"], day, begun, people))
    label = "異体字の氏名がならぶ戸籍（葛・逢・藤・榊・𣘺）", "Family register full of names with variation selectors"
    yield wish(book, "register-variant-names", *label, numbers[0])


def foreign_spouse(book: Book) -> Iterator[CardWish]:
    """戸籍 names a foreign spouse in the entry of the marriage alone; the resident record in Latin letters."""
    stay = {"在留資格": "日本人の配偶者等", "在留期間": "5年", "在留期間の満了の日": "2030-08-31"}
    head, partner = woman(book, 36), Member(("", ""), "男", 38, "夫")
    surname = book.surname()
    partner.cells = foreign_cells("ブラジル", LONG_LATIN, LONG_KANA, "中長期在留者") | stay
    partner.cells["世帯主の氏名"] = f"{surname[0]}　{head.given[0]}"
    number, other = book.add_household(surname, [head, partner])
    one, day = relative_of(book.persons[-2]), date(2021, 3, 14)
    lives.be_born_elsewhere(book, one, surname[0])
    one.spouse = "妻"
    told = ("配偶者の国籍", "ブラジル連邦共和国"), ("配偶者の生年月日", "西暦1988年2月3日")
    former = lives.register_elsewhere(book, one.father)
    one.entries.append(
        entry("婚姻", ("婚姻日", entries.on(day)), ("配偶者氏名", LONG_REGISTERED), *told, ("従前戸籍", former))
    )
    row = book.persons[-2]
    family = Family(row["本籍"], surname[0], row["氏名"], day, [entries.compiled(day)], [one])
    write_family(book, family)
    label = "外国人の配偶者（60字の氏名）がいる戸籍", "Family register with a foreign spouse of 60 characters"
    yield wish(book, "foreign-spouse", *label, number)
    yield wish(book, "long-latin-name", "60字の氏名の外国人住民", "Foreign resident with a name of 60 letters", other)


def odd_dates(book: Book) -> Iterator[CardWish]:
    """First days of eras, a birth of which only the year is known, a death between two days."""
    surname, given = book.surname(), book.given("男")
    head = f"{surname[0]}　{given[0]}"
    members = [woman(book, 37), book.person("子", 6)]
    for member, born in zip(members, ("1989-01-08", "2019-05-01"), strict=True):
        member.register_head, member.cells = head, _since_birth(born)
    numbers = book.add_household(surname, members)
    widow, child = (relative_of(row) for row in book.persons[-2:])
    late = Relative(book.number_stranger(), given, "男", "昭和63年月日不詳", addresses=list(widow.addresses))
    day = date(2017, 11, 22)
    lives.marry(book, late, widow, day, surname[0])
    lives.bear(book, (late, widow), [child], surname[0])
    died = "令和元年12月推定1日から10日までの間"
    late.entries.append(entries.death(died, book.town.address, "親族　" + surname[0]))
    widow.entries.append(entries.spouse_death(died))
    late.is_removed, widow.spouse = True, ""
    late.addresses = [(book.persons[-1]["住所"], day.isoformat())]
    family = Family(book.persons[-1]["本籍"], surname[0], head, day, [entries.compiled(day)], [late, widow, child])
    write_family(book, family)
    label = "元年・不詳・推定の日付がある戸籍", "First days of eras, unknown and presumed dates"
    yield wish(book, "register-odd-dates", *label, numbers[0])


def many_addresses(book: Book) -> Iterator[CardWish]:
    """A 附票 of several sheets; the daughter votes from abroad."""
    came = dict.fromkeys(("住民となった年月日", "住所を定めた年月日", "届出の年月日", "異動日"), "2024-04-01")
    members = [man(book, 58, cells=came | {"転入前住所": book.elsewhere()}), wife(book, 56)]
    numbers = book.add_household(book.surname(), members)
    family = _couple(book, numbers[0], [date(1996, 9, 9)], numbers[1])
    head, _spouse, child = family.relatives
    moves = [date(2003, 1, 20) + timedelta(days=250 * n) for n in range(30)]
    last = head.addresses[-1]
    head.addresses = [*((book.elsewhere(), day.isoformat()) for day in moves), last]
    child.addresses = [(last[0], family.made_on.isoformat()), ("アメリカ合衆国", "2023-09-01")]
    child.cells["在外選挙人名簿登録地"] = book.town.address
    write_family(book, family)
    label = "住所が多い戸籍の附票（在外選挙人もいる）", "Address supplement of many addresses, with an overseas voter"
    yield wish(book, "many-addresses", *label, numbers[0])


def weekdays_only(book: Book) -> Iterator[CardWish]:
    numbers = book.add_household(book.surname(), [man(book, 42), wife(book, 41)])
    label = "戸籍は平日9時から17時だけの町", "A town that issues family registers on weekdays, 9 to 17"
    yield wish(book, "register-hours", *label, numbers[0])


def counter_only(book: Book) -> Iterator[CardWish]:
    numbers = book.add_household(book.surname(), [man(book, 42), wife(book, 41)])
    label = "戸籍を端末で扱わない町（窓口だけ）", "A town that issues family registers at the counter only"
    yield wish(book, "register-at-counter", *label, numbers[0])


def _couple(book: Book, number: str, births: list[date], spouse_number: str = "") -> Family:
    """A 戸籍 of a resident, a spouse (here or elsewhere) and children elsewhere, born on these days."""
    rows = {row["宛名番号"]: row for row in book.persons}
    row = rows[number]
    head, surname = relative_of(row), row["氏名"].partition("　")[0]
    spouse = (
        relative_of(rows[spouse_number])
        if spouse_number
        else lives.stranger(book, "女", head.birth + YEAR, family=[head])
    )
    couple = [head, spouse]
    children = [lives.stranger(book, "男女"[n % 2], day, family=couple) for n, day in enumerate(births)]
    for child, day in zip(children, births, strict=True):
        child.born = day.isoformat()
    wed = max(births[0] - YEAR, head.birth + 18 * YEAR, spouse.birth + 16 * YEAR)
    lives.marry(book, head, spouse, wed, surname)
    lives.bear(book, (head, spouse), children, surname)
    family = Family(row["本籍"], surname, row["氏名"], wed, [], [head, spouse, *children])
    made, begun = lives.revised_on(book.town), entries.compiled(wed)
    family.made_on = max(made, wed)
    family.entries = [begun, entries.revised(made)] if wed < made else [begun]
    for child in children:
        child.addresses = [(head.addresses[-1][0], max(child.birth, family.made_on).isoformat())]
    return family


def _leave(book: Book, child: Relative, place: int) -> None:
    """By marriage, or by death, after the registers became files."""
    child.is_removed, day = True, lives.revised_on(book.town) + timedelta(days=40 + 290 * place)
    if place == 3:
        child.entries.append(entries.death(day, book.town.address, "父"))
        return
    town, name = TOWNS[place % len(TOWNS)], book.surname()[0]
    partner = name + book.given(lives.OTHER[child.sex])[0]
    domicile = book.address_in(town)
    child.entries.append(entries.left_by_marriage(day, partner, domicile, name, f"{town.address}長"))


def _adopt(book: Book, family: Family) -> None:
    """The youngest was born to others."""
    head, spouse, *_others, child = family.relatives
    town, name = TOWNS[3], book.surname()[0]
    child.father, child.mother, child.rank = f"{name}守", f"{name}栄子", "二" + child.sex
    names = {"養父": family.surname + head.given[0], "養母": family.surname + spouse.given[0]}
    child.cells |= names | {"養父母との続柄": "養子" if child.sex == "男" else "養女"}
    adopted = entry(
        *("養子縁組", ("縁組日", entries.on(child.birth + 4 * YEAR)), ("養父氏名", names["養父"])),
        *(("養母氏名", names["養母"]), ("代諾者", "親権者父母")),
        *(("送付を受けた日", entries.on(child.birth + 4 * YEAR + timedelta(days=5))), ("受理者", f"{town.address}長")),
        ("従前戸籍", f"{book.address_in(town)}　{name}守"),
    )
    child.entries.append(adopted)


def _since_birth(day: str) -> Cells:
    """Living here since that birth."""
    columns = ("生年月日", "住民となった年月日", "住所を定めた年月日", "届出の年月日", "異動日", "処理日")
    return dict.fromkeys(columns, day) | {"転入前住所": "", "異動事由": "出生"}


CASES: dict[str, tuple[Case, ...]] = {
    "wakakusa": (rare_names, foreign_spouse, odd_dates, many_addresses),
    "hoshimi": (many_sheets, separated, updating, left, elsewhere),
    "shirakaba": (weekdays_only,),
    "kaedezaka": (counter_only,),
}
