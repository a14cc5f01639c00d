"""What the invented ordinances say: prices, wording, and what is not offered. As in real ones, much is alike.

Prices are those that real towns ask (戸籍 450 yen by the law's standard, other certificates 200 to 400); the wording of
認証文 follows forms in use. 納税証明 is priced by the year and the tax, 資産証明 by five things that are begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.demo.towns import Town
from app.municipalities.models import Channel
from app.municipalities.ordinances import Fee

RESIDENT = ("resident_record", "resident_record_items", "seal_registration")
FAMILY = ("family_register_full", "family_register_individual", "family_register_addresses")
INCOME, PROPERTY, TAX_PAYMENT, VEHICLE = "income_tax", "property", "tax_payment", "vehicle_tax_payment"
ALL = (*RESIDENT, *FAMILY, INCOME, PROPERTY, TAX_PAYMENT, VEHICLE)
PER = {PROPERTY: 5, TAX_PAYMENT: 1}

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
    "income_tax.attestation": "上記のとおり相違ないことを証明する。",
    "property.attestation": "上記のとおり固定資産課税台帳に登録されていることを証明する。",
    "tax_payment.attestation": "上記のとおり納付されたことを証明する。",
    "vehicle_tax_payment.attestation": "上記の車両について、軽自動車税（種別割）が納付されていることを証明する。",
    "seal_note": "この印は黒色です。",
}
OWN_TEXTS: Mapping[str, Mapping[str, str]] = {
    "wakakusa": {
        "tax_payment.note": "納付が反映されるまで、3週間ほどかかることがあります。",
        "income_tax.note": "年度は4月から翌年3月まで、所得は前年1月から12月までのものです。",
    },
    "hoshimi": {
        "vehicle_tax_payment.note": "継続検査（車検）を受けるときに使う証明書です。",
        "property.attestation": "上記の物件が固定資産課税台帳に登録されていることを証明する。",
        "seal_note": "この印影は黒色で印刷しています。",
    },
    "suzune": {"seal_registration.attestation": "この写しは、登録されている印影と相違ないことを証明する。"},
    "shirakaba": {
        "income_tax.attestation": "上記のとおり課税台帳に記載されていることを証明する。",
        "family_register_addresses.note": "戸籍の附票は、本籍と同じ町で作成されています。",
    },
    "kaedezaka": {"resident_record.note": "請求のない事項は省略しています。"},
    "yukishiro": {"vehicle_tax_payment.attestation": "上記の軽自動車税（種別割）に未納がないことを証明する。"},
    "nijikawa": {"tax_payment.attestation": "上記の町税について、表示のとおり納付されていることを証明する。"},
}


# what most of these towns chose besides the careful defaults; their registers are made once, no file follows
SWITCHES = {"tax_payment_not_due": "print", "register_hours": "none"}


@dataclass(frozen=True)
class Price:
    """Of one kind at one place."""

    kind: str
    channel: Channel
    fee: Fee


def list_prices(town: Town) -> Iterator[Price]:
    """From the first ordinance on."""
    for kind in ALL:
        kiosk, counter = _yen(town, kind)
        if kind not in town.lacks:
            yield Price(kind, Channel.COUNTER, _fee(town, kind, counter))
        if kind not in {*town.lacks, *town.counter_only}:
            yield Price(kind, Channel.KIOSK, _fee(town, kind, kiosk))


def list_later_prices(town: Town) -> Iterator[Price]:
    """What changes at a machine, in the towns where it does; 戸籍 and what is free stay as they are."""
    for price in list_prices(town):
        if town.later_kiosk_yen is not None and price.channel is Channel.KIOSK and price.kind in {*RESIDENT, INCOME}:
            yield Price(price.kind, price.channel, Fee(town.later_kiosk_yen))


def list_texts(town: Town) -> Mapping[str, str]:
    """The common wording, in this town's tone, and what it words its own way."""
    common = {
        key: text.replace("証明する。", "証明します。") if town.is_polite else text for key, text in TEXTS.items()
    }
    return {**common, **OWN_TEXTS.get(town.slug, {})}


def _fee(town: Town, kind: str, yen: int) -> Fee:
    per = PER.get(kind)
    return Fee(yen, per, per is not None and not town.counts_apart)


def _yen(town: Town, kind: str) -> tuple[int, int]:
    """At a machine, at a counter."""
    if kind == VEHICLE:
        return 0, 0
    if kind in {PROPERTY, TAX_PAYMENT}:
        return 300, 300
    if kind == FAMILY[2]:
        return min(town.family_kiosk_yen, 300), 300
    return (town.family_kiosk_yen, 450) if kind in FAMILY else (town.kiosk_yen, town.counter_yen)
