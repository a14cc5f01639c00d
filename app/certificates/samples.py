"""Invented documents: to look at layouts and to warm a renderer. Nobody in them lives anywhere, and no town is real."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from PIL import Image, ImageDraw, ImageFont

from app.certificates.catalogue import get_kind
from app.certificates.documents import (
    HOUSEHOLD_FORM,
    NOTHING,
    OMITTED,
    Certification,
    Document,
    ForeignItems,
    PersonEntry,
    Picture,
    ResidentRecordDocument,
    SealRegistrationDocument,
)
from app.certificates.typeface import FONT_PATH
from app.residents.wareki import to_wareki

SAMPLE_NUMBER = "見本　00000000-00-000-0000"
_DOTS_A_MM = 600 / 25.4
_SEAL_MM = 24.0

_GRANDPARENT = PersonEntry(
    name="葛󠄃城　鶴之助",
    name_kana="カツラギ　ツルノスケ",
    other_name_label="旧氏",
    other_name=NOTHING,
    birth_date="昭和23年3月9日",
    sex="男",
    relationship="世帯主",
    individual_number=OMITTED,
    resident_code=OMITTED,
    became_resident_on="昭和23年3月9日",
    address_since="平成2年4月1日",
    notified_on="平成2年4月4日",
    previous_address=NOTHING,
    registered_domicile="青嶺県見本市霧ヶ丘三丁目15番地",
    register_head="葛󠄃城　鶴之助",
    foreign=None,
)
_FAMILY = (
    _GRANDPARENT,
    replace(
        _GRANDPARENT,
        name="葛󠄃城　千歳",
        name_kana="カツラギ　チトセ",
        other_name="𣘺本（ハシモト）",
        birth_date="昭和26年11月30日",
        sex="女",
        relationship="妻",
        became_resident_on="昭和50年5月18日",
        notified_on="昭和50年5月20日",
        previous_address="青嶺県谷中郡見本村大字水上204番地",
    ),
    replace(
        _GRANDPARENT,
        name="葛󠄃城　悠真",
        name_kana="カツラギ　ユウマ",
        birth_date="平成20年7月21日",
        relationship="子の子",
        became_resident_on="平成20年7月21日",
        address_since="平成20年7月21日",
        notified_on="平成20年8月1日",
    ),
    replace(
        _GRANDPARENT,
        name="MIHON SARAH ANNE",
        name_kana="ミホン　サラ　アン",
        other_name_label="通称",
        other_name="葛󠄃城　沙羅（カツラギ　サラ）",
        birth_date="1983年2月14日",
        sex="女",
        relationship="子の妻",
        became_resident_on="平成19年9月3日",
        address_since="平成19年9月3日",
        notified_on="平成19年9月10日",
        registered_domicile="",
        register_head="",
        foreign=ForeignItems(
            nationality="ニュージーランド",
            foreign_class="中長期在留者",
            residence_status="永住者",
            residence_period="無期限",
            residence_expiry=NOTHING,
            residence_card_no="AB00000000CD",
            resident_since="平成24年7月9日",
        ),
    ),
)


def resident_record(count: int = 4, form: str = HOUSEHOLD_FORM) -> ResidentRecordDocument:
    """住民票の写し of `count` invented persons."""
    return ResidentRecordDocument(
        certification=_certification("resident_record", "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"),
        form=form,
        address="青嶺県見本市霧ヶ丘三丁目15番2号　見本ハイツ301号室",
        household_head="葛󠄃城　鶴之助",
        persons=tuple(_FAMILY[i % len(_FAMILY)] for i in range(count)),
    )


def seal_registration() -> SealRegistrationDocument:
    """印鑑登録証明書 of an invented person."""
    person = _FAMILY[0]
    attestation = "この写しは、登録された印影と相違ないことを証明する。"
    return SealRegistrationDocument(
        certification=_certification("seal_registration", attestation),
        imprint=Picture(round_imprint("葛城"), 13.5, 13.5),
        name=person.name,
        name_kana="",
        other_name_label="",
        other_name="",
        birth_date=person.birth_date,
        address="青嶺県見本市霧ヶ丘三丁目15番2号　見本ハイツ301号室",
    )


SAMPLES: dict[str, Callable[[], Document]] = {
    "resident_record": resident_record,
    "seal_registration": seal_registration,
}


def sample(kind: str) -> Document:
    """The built-in document of a kind.

    :raises UnknownKindError: for a kind that is not in the catalogue.
    """
    return SAMPLES[get_kind(kind).code]()


def round_imprint(text: str, diameter_mm: float = 13.5) -> bytes:
    """A round seal with `text` from top to bottom: 1-bit PNG at 600 dpi, its ring touching all four edges."""
    side = round(diameter_mm * _DOTS_A_MM)
    image = Image.new("1", (side, side), 1)
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, side - 1, side - 1), outline=0, width=side // 24)
    _write_down(draw, text, (side / 2,), side * 0.8)
    return _png(image)


def square_seal(columns: tuple[str, ...]) -> bytes:
    """An office's seal of 24 mm: `columns` from right to left in a square frame; 1-bit PNG at 600 dpi."""
    side = round(_SEAL_MM * _DOTS_A_MM)
    image = Image.new("1", (side, side), 1)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, side - 1, side - 1), outline=0, width=side // 28)
    step = side * 0.84 / len(columns)
    centres = [side * 0.92 - step * (index + 0.5) for index in range(len(columns))]
    for column, centre in zip(columns, centres, strict=True):
        _write_down(draw, column, (centre,), side * 0.84)
    return _png(image)


def _write_down(draw: ImageDraw.ImageDraw, text: str, centre: tuple[float], height: float) -> None:
    size = height / len(text)
    font = ImageFont.truetype(str(FONT_PATH), round(size * 0.94))
    middle = draw.im.size[1] / 2
    for index, character in enumerate(text):
        offset = (index - (len(text) - 1) / 2) * size
        draw.text((centre[0], middle + offset), character, fill=0, font=font, anchor="mm")


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _certification(kind: str, attestation: str) -> Certification:
    return Certification(
        issue_number=SAMPLE_NUMBER,
        title=get_kind(kind).heading,
        attestation=attestation,
        note="",
        issued_on=to_wareki(date(2026, 1, 15)),
        issuer_title="青嶺県見本市長",
        issuer_name="見本　花子",
        issuer_seal=Picture(square_seal(("見本市", "長之印")), _SEAL_MM, _SEAL_MM),
        seal_note="この印は黒色です。",
    )
