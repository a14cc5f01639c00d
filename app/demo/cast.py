"""The cast of the demo: for every rule somebody at whom it can be seen, with the card that shows it.

The labels are read by whoever tries the demo. Every town has a family and a citizen card; the special cases are dealt
out to the towns in turn, those of 戸籍 and taxes mostly to the towns that issue everything day and night.
"""

from __future__ import annotations

from app.cards.vocabularies import CardKind, CardState
from app.demo import family_cases, tax_cases
from app.demo.cases import CardWish, Case, blocked, born, ended, foreign, named, nobody, plain, sealed, wish
from app.demo.households import (
    citizen,
    family,
    foreign_family,
    former_surname,
    household_block,
    household_of_ten,
    long_address,
    moving_out,
    no_individual_number,
    protected,
    provisional,
    seal_changed,
    under_fifteen,
    without_head,
)
from app.demo.people import Book
from app.demo.towns import TOWNS

_MEDIUM = {"在留資格": "技術・人文知識・国際業務", "在留期間": "5年", "在留期間の満了の日": "2030-06-30"}
_KATSURAGI = ("\u845b\U000e0103\u57ce", "カツラギ")  # 葛 in a form that has a glyph of its own in IPAmj Mincho
_TSUJI = ("\u8fbb\U000e0102\u6751", "ツジムラ")
_MISSING = ("\u8fbb\U000e0100\u4e95", "ツジイ")  # a pair of another collection: the font lacks it (B10)
_YOSHIDA = ("\U00020bb7\u7530", "ヨシダ")  # beyond the BMP
_TAKASAKI = ("\u9ad9\ufa11", "タカサキ")  # 髙﨑
_KAMIYA = ("\ufa19\u8c37", "カミヤ")  # a compatibility ideograph that NFC would replace

SPECIAL: tuple[Case, ...] = (
    household_of_ten,
    named("variant-name", "異体字の氏名（葛）", "Name with a variation selector", _KATSURAGI, ("慎之介", "シンノスケ")),
    foreign(
        "foreign",
        "外国人住民（中長期在留者、通称あり）",
        "Foreign resident with an alias",
        0,
        "中長期在留者",
        通称="青木　カルロス",
        **_MEDIUM,
    ),
    protected,
    plain("juki-card", "住基カード", "Juki card, PIN kept by the town", kind=CardKind.JUKI_CARD),
    ended("deceased", "亡くなった人のカード", "Card of a deceased person", "死亡", "死亡"),
    sealed("no-seal", "印鑑登録のない人", "No seal registered", ""),
    plain("card-lost", "亡失届のあるカード", "Card reported lost", state=CardState.LOST),
    plain(
        "locked",
        "暗証番号がロックされた市民カード",
        "Citizen card with a locked PIN",
        kind=CardKind.CITIZEN_CARD,
        is_locked=True,
    ),
    nobody("not-a-member", "構成市町村でない町のカード", "Card of a town that is no member"),
    named(
        "missing-variant",
        "書体にない異体字（発行できない）",
        "Variant that the font lacks: refused",
        _MISSING,
        ("一葉", "カズハ"),
    ),
    moving_out,
    named("beyond-bmp", "𠮷の氏名", "Name beyond the basic plane", _YOSHIDA, ("正宗", "マサムネ")),
    former_surname,
    ended("moved-out", "転出した人のカード", "Card of somebody who moved out", "転出", "国内転出"),
    provisional,
    sealed("seal-enquiry", "印鑑登録の照会中", "Seal registration under enquiry", "照会中", 登録方法="照会"),
    plain("certificate-expired", "電子証明書の期限切れ", "Authentication certificate expired", certificate="expired"),
    under_fifteen,
    nobody("unknown-card", "登録のない市民カード", "Citizen card that nobody registered", kind=CardKind.CITIZEN_CARD),
    foreign(
        "special-permanent",
        "外国人住民（特別永住者、通称あり）",
        "Special permanent resident",
        9,
        "特別永住者",
        通称="木村　民洙",
        氏名="朴　民洙",
    ),
    blocked("provisional-protection", "仮支援措置", "Provisional protection measure", "仮支援措置"),
    born("birth-unknown", "生年月日が不詳の人", "Date of birth not known", "昭和22年月日不詳"),
    sealed("seal-suspended", "印鑑登録の一時停止", "Seal registration suspended", "一時停止"),
    plain(
        "continued-use",
        "引越継続利用の手続未了",
        "Continued use after moving not done",
        state=CardState.CONTINUED_USE_PENDING,
    ),
    blocked("movement-pending", "異動処理中", "A movement is being processed", "異動処理中"),
    plain("usable-tomorrow", "きょう交付されたカード（あすから）", "Issued today: usable from tomorrow", usable_days=1),
    named(
        "compatibility-name",
        "互換漢字の氏名（﨑）",
        "Name with compatibility ideographs",
        _TAKASAKI,
        ("\u5fb3\u592a\u90ce", "トクタロウ"),
    ),
    foreign(
        "temporary-refuge", "外国人住民（一時庇護許可者）", "Temporary refuge", 2, "一時庇護許可者", 在留期間="6月"
    ),
    nobody("untrusted", "信頼されない認証局のカード", "Chip card of an untrusted authority", certificate="untrusted"),
    household_block,
    born("last-of-taisho", "大正15年12月25日生まれの人", "Born on the last day of Taisho", "大正15年12月25日"),
    blocked("guardianship", "成年被後見人", "Adult guardianship", "成年被後見人"),
    plain("card-suspended", "一時停止のカード", "Card suspended", state=CardState.SUSPENDED),
    foreign("provisional-stay", "外国人住民（仮滞在許可者）", "Provisional stay", 6, "仮滞在許可者", 在留期間="6月"),
    plain(
        "card-expired", "有効期限が過ぎた住基カード", "Juki card past its date", kind=CardKind.JUKI_CARD, valid_days=-30
    ),
    seal_changed,
    without_head,
    blocked(
        "seal-block", "印鑑登録停止の抑止", "Seal certificates blocked", "印鑑登録停止", 対象証明書="印鑑登録証明書"
    ),
    plain("certificate-revoked", "失効した電子証明書", "Authentication certificate revoked", certificate="revoked"),
    long_address,
    foreign(
        "nationality-lost",
        "国籍喪失による経過滞在者",
        "Transitional after loss of nationality",
        11,
        "国籍喪失による経過滞在者",
    ),
    sealed(
        "seal-lost",
        "亡失で抹消された印鑑登録",
        "Seal registration cancelled: lost",
        "抹消",
        抹消事由="亡失",
        抹消年月日="令和8年2月2日",
    ),
    blocked(
        "lifted-block",
        "解除済みの抑止（発行できる）",
        "A lifted block: issued",
        "支援措置",
        解除日時="2026-03-01T09:00:00",
    ),
    blocked(
        "block-past-end",
        "終了日を過ぎた抑止（解除されるまで有効）",
        "Past its end, not lifted: refused",
        "その他抑止",
        終了年月日="令和7年9月30日",
    ),
    plain("card-returned", "返納されたカード", "Card was returned", state=CardState.RETURNED),
    born(
        "day-that-never-was", "暦にない生年月日（昭和30年2月29日）", "Born on a day that never was", "昭和30年2月29日"
    ),
    foreign_family,
    plain(
        "no-seal-service",
        "印鑑証明の利用登録がないカード",
        "Not registered for seal certificates",
        kind=CardKind.CITIZEN_CARD,
        services=frozenset({"resident_record"}),
    ),
    no_individual_number,
    blocked(
        "register-pending",
        "戸籍届出処理中（住民票は発行できる）",
        "Family register being written",
        "戸籍届出処理中",
        対象証明書="戸籍全部事項証明書",
    ),
    named(
        "variant-name-2", "異体字の氏名（辻）", "Another name with a variation selector", _TSUJI, ("鷹臣", "タカオミ")
    ),
    ended("removed", "職権で消除された人のカード", "Card of somebody removed ex officio", "消除", "職権消除"),
    named(
        "compatibility-name-2",
        "互換漢字の氏名（神）",
        "Compatibility ideograph that NFC would replace",
        _KAMIYA,
        ("結人", "ユイト"),
    ),
)


def invent_cast(book: Book) -> list[CardWish]:
    """Everybody's cases, this town's share of the special ones, and what was given to this town by name."""
    place, slug = TOWNS.index(book.town), book.town.slug
    cases: list[Case] = [family, citizen, *SPECIAL[place :: len(TOWNS)]]
    cases += [*family_cases.CASES.get(slug, ()), *tax_cases.CASES.get(slug, ())]
    return [wish for case in cases for wish in case(book)]


def invent_neighbours(book: Book, count: int) -> list[CardWish]:
    """Cards for some of the ordinary grown-ups of the town."""
    latest = {row["宛名番号"]: row for row in book.persons}
    grown = [
        row for row in latest.values() if row["住民状態"] == "住民" and row["生年月日"] < "2000" and "仮登録" not in row
    ]
    chosen = grown[-count:] if count else []
    return [
        wish(book, f"neighbour-{n}", "ふつうの住民", "Ordinary resident", row["宛名番号"])
        for n, row in enumerate(chosen, 1)
    ]
