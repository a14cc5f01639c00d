"""Invented documents: to look at layouts and to warm a renderer. Nobody in them lives anywhere, and no town is real.

A sample is made as a real document is, by the kind's own `build`, of invented facts (`invented`). So a new kind has one
without being told.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime

from PIL import Image, ImageDraw, ImageFont

from app.certificates import composing, invented, invented_family, invented_tax
from app.certificates.catalogue import get_kind
from app.certificates.documents import Document, numbered
from app.certificates.kind import Case, Record, Source
from app.certificates.kinds.resident_record import HOUSEHOLD_FORM
from app.certificates.requests import KIOSK, Request
from app.certificates.typeface import FONT_PATH
from app.clock import JST
from app.municipalities.ordinances import Fee, Ordinance
from app.municipalities.queries import IssuerFacts
from app.residents.facts import SealFacts
from app.residents.vocabularies import SealStatus

SAMPLE_NUMBER = "見本　00000000-00-000-0000"
AT = datetime(2026, 1, 15, 10, tzinfo=JST)
TEXTS = {
    "resident_record.attestation_all": "この写しは、世帯全員の住民票の原本と相違ないことを証明する。",
    "resident_record.attestation_part": "この写しは、住民票の原本と相違ないことを証明する。",
    "resident_record_items.attestation": "上記のとおり、住民票に記載があることを証明する。",
    "resident_record_items.attestation_pension": "上記の者について、住民票の記載のとおりであることを証明する。",
    "seal_registration.attestation": "この写しは、登録された印影と相違ないことを証明する。",
    "family_register_full.attestation": "これは、戸籍に記録されている事項の全部を証明した書面である。",
    "family_register_individual.attestation": (
        "これは、戸籍中の一部の者について記録されている事項の全部を証明した書面である。"
    ),
    "family_register_addresses.attestation": "この写しは、戸籍の附票の原本と相違ないことを証明する。",
    "property.attestation": "上記のとおり固定資産課税台帳に登録されていることを証明する。",
    "vehicle_tax_payment.attestation": "上記の車両について、軽自動車税（種別割）が納付されていることを証明する。",
    "seal_note": "この印は黒色です。",
}
GENERAL_TEXT = "上記のとおり相違ないことを証明する。"  # of a kind without a line above
_DOTS_A_MM = 600 / 25.4
_SEAL_MM = 24.0
_IMPRINT_MM = 13.5


def sample(
    code: str, persons: int = 4, form: str = HOUSEHOLD_FORM, options: Iterable[str] = (), picks: Iterable[str] = ()
) -> Document:
    """The invented document of a kind: a household of `persons`, on the town's choice of `form`, with these items.

    :raises UnknownKindError: for a kind that is not in the catalogue.
    """
    case = sample_case(code, persons, form, options, picks)
    issuer = IssuerFacts("青嶺県見本市長", "見本　花子", square_seal(("見本市", "長之印")), _SEAL_MM, is_acting=False)
    wording = case.kind.wording_of(case)
    certification = composing.certify(case.kind, wording, case.ordinance, issuer, case.today)
    return numbered(case.kind.build(case, certification, {}), SAMPLE_NUMBER)


def sample_case(
    code: str, persons: int = 4, form: str = HOUSEHOLD_FORM, options: Iterable[str] = (), picks: Iterable[str] = ()
) -> Case:
    """What the rules and the composition of a kind would see of the invented people."""
    kind = get_kind(code)
    texts = dict.fromkeys(kind.attestations, GENERAL_TEXT) | TEXTS
    fees = {(code, KIOSK): Fee(300)}
    return Case(
        request=Request(code, "1", (), frozenset(options), KIOSK, AT, tuple(picks)),
        kind=kind,
        household=invented.household(persons),
        record=RECORDS[kind.source](),
        ordinance=Ordinance(invented.TOWN, AT.date(), fees, texts, {"resident_record_layout": form}),
        fee=Fee(300),
        is_open=True,
        services=None,
    )


def _seal() -> SealFacts:
    png = round_imprint("葛城", _IMPRINT_MM)
    return SealFacts("1", SealStatus.REGISTERED, png, "", _IMPRINT_MM, _IMPRINT_MM, date(1990, 4, 4))


RECORDS: dict[Source, Callable[[], Record | None]] = {
    Source.HOUSEHOLD: lambda: None,
    Source.SEAL: _seal,
    Source.FAMILY_REGISTER: invented_family.register,
    Source.ADDRESS_HISTORY: invented_family.addresses,
    Source.INCOME_TAX: invented_tax.incomes,
    Source.PROPERTY: invented_tax.properties,
    Source.TAX_PAYMENT: invented_tax.payments,
    Source.VEHICLE_TAX: invented_tax.vehicles,
}


def round_imprint(text: str, diameter_mm: float = _IMPRINT_MM) -> bytes:
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
