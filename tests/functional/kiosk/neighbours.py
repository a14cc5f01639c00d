"""Residents who differ in one thing alone: the same household again and again, each with another reason to be refused.

Nobody else's row is touched. The card stays the one that signed in; whose it is, is changed in the town's own sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cards.models import SignIn
from app.certificates import invented_family, invented_tax, service
from app.certificates.catalogue import KINDS
from app.certificates.kind import Record, Source
from app.municipalities import decisions
from app.municipalities.models import Channel
from app.municipalities.ordinances import Fee
from app.municipalities.partitions import Partition, partitions
from app.residents.models import Block, PersonVersion, Seal
from app.residents.tax_facts import PropertyRecord, TaxPaymentRecord
from app.residents.tax_vocabularies import Ownership
from app.residents.vocabularies import BlockReason, ResidentStatus, SealStatus
from tests.functional.kiosk.conftest import RECORD, SEAL, Stand, in_app

Change = Callable[[Partition, str], None]


@dataclass(frozen=True)
class Neighbour:
    """Somebody who asks for `kind` and is refused by `rule`, for the reason `name`."""

    name: str
    kind: str
    rule: str
    change: Change = lambda _p, _atena_no: None


def blocked(reason: BlockReason) -> Change:
    def change(p: Partition, atena_no: str) -> None:
        own = {"block_id": f"b{atena_no}", "atena_no": atena_no, "reason": reason}
        p.session.add(Block(**own, starts_on=clock.today(), row_sha256="0" * 64))

    return change


def recorded(**changes: Any) -> Change:
    def change(p: Partition, atena_no: str) -> None:
        for name, value in changes.items():
            setattr(_current(p, atena_no), name, value)

    return change


def provisional(p: Partition, atena_no: str) -> None:
    now = _current(p, atena_no)
    later = {"history_no": now.history_no + 1, "is_current": False, "is_provisional": True, "name": "青空　改"}
    p.session.add(PersonVersion(**_columns(now) | later))


def moving_out(p: Partition, atena_no: str) -> None:
    _current(p, atena_no).moving_out_on = clock.today()


def notified_today(p: Partition, atena_no: str) -> None:
    _current(p, atena_no).notified_on = clock.today().isoformat()


def suspended(p: Partition, atena_no: str) -> None:
    seal = p.session.scalars(sa.select(Seal).where(Seal.atena_no == atena_no)).one()
    seal.status = SealStatus.SUSPENDED


NEIGHBOURS = (
    Neighbour("protected", RECORD, "B01", blocked(BlockReason.PROTECTION_MEASURE)),
    Neighbour("provisionally protected", RECORD, "B01", blocked(BlockReason.PROVISIONAL_PROTECTION)),
    Neighbour("dead", RECORD, "B02", recorded(status=ResidentStatus.DECEASED)),
    Neighbour("moved out", RECORD, "B02", recorded(status=ResidentStatus.MOVED_OUT)),
    Neighbour("moving out", RECORD, "B03", moving_out),
    Neighbour("movement pending", RECORD, "B04", blocked(BlockReason.MOVEMENT_PENDING)),
    Neighbour("provisional change", RECORD, "B04", provisional),
    Neighbour("notified today", RECORD, "B05", notified_today),
    Neighbour("a name without a glyph", RECORD, "B10", recorded(name="若草\U0001f600")),
    Neighbour("a name too long", RECORD, "B10", recorded(name="若草山川" * 40)),
    Neighbour("a household at two addresses", RECORD, "B10", recorded(address="青嶺県若草市どこか")),
    Neighbour("otherwise blocked", RECORD, "B00", blocked(BlockReason.OTHER)),
    Neighbour("seal: protected", SEAL, "B01", blocked(BlockReason.PROTECTION_MEASURE)),
    Neighbour("seal: dead", SEAL, "B02", recorded(status=ResidentStatus.DECEASED)),
    Neighbour("seal: under guardianship", SEAL, "B08", blocked(BlockReason.ADULT_GUARDIANSHIP)),
    Neighbour("seal: blocked", SEAL, "B09", blocked(BlockReason.SEAL_SUSPENDED)),
    Neighbour("seal: suspended", SEAL, "B09", suspended),
    Neighbour("seal: a name without a glyph", SEAL, "B10", recorded(name="若草\U0001f600")),
    Neighbour("a notification under way", "family_register_full", "B06"),
    Neighbour("tax: overdue", "tax_payment", "B18"),
    Neighbour("property: shared", "property", "B19"),
)


@in_app
def settle(stand: Stand) -> dict[str, str]:
    """Let all of them live in the town of who is signed in; 宛名番号 by name."""
    with partitions.open(stand.town, write=True) as p:
        like = sign_in_of(p, stand).atena_no
        settled = {}
        for number, neighbour in enumerate(NEIGHBOURS, start=1):
            atena_no = _copy_household(p, like, 90000 + number)
            neighbour.change(p, atena_no)
            settled[neighbour.name] = atena_no
        return settled


def sign_in_of(p: Partition, stand: Stand) -> SignIn:
    return p.session.scalars(sa.select(SignIn).where(SignIn.visit_id == stand.visit_id)).one()


@in_app
def become(stand: Stand, atena_no: str) -> None:
    """From now on it is this person's card."""
    with partitions.open(stand.town, write=True) as p:
        sign_in_of(p, stand).atena_no = atena_no


@in_app
def offer_everything(stand: Stand) -> None:
    """The town of who is signed in prices and words every kind, from before the visit on."""
    since = clock.today() - timedelta(days=30)
    for kind in KINDS.values():
        decisions.set_fee("test", stand.town, kind.code, Channel.KIOSK, Fee(250), since)
        for key in kind.attestations:
            decisions.set_text("test", stand.town, key, "上記のとおり相違ないことを証明する。", since)


def let_registers_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registers that the copies do not stand in say of everybody what is refused."""
    shared = {"fiscal_year": clock.today().year, "ownership": Ownership.JOINT}
    parcels = tuple(replace(parcel, **shared) for parcel in invented_tax.properties(1, 0).parcels)
    payments = tuple(replace(year, overdue_yen=100) for year in invented_tax.payments().taxes)
    monkeypatch.setitem(service.READERS, Source.PROPERTY, lambda _p, _n: PropertyRecord(parcels))
    monkeypatch.setitem(service.READERS, Source.TAX_PAYMENT, lambda _p, _n: TaxPaymentRecord(payments))
    monkeypatch.setitem(service.READERS, Source.FAMILY_REGISTER, lambda _p, atena_no: _register_with(atena_no))


def _register_with(atena_no: str) -> Record:
    register = invented_family.register()
    first, *others = register.members
    return replace(register, is_updating=True, members=(replace(first, atena_no=atena_no), *others))


def _copy_household(p: Partition, like: str, number: int) -> str:
    person, copies = _current(p, like), {}
    household = (PersonVersion.setai_no == person.setai_no, PersonVersion.is_current)
    for position, row in enumerate(p.session.scalars(sa.select(PersonVersion).where(*household)).all()):
        copies[row.atena_no] = f"{number}{position}"
        keys = {"atena_no": copies[row.atena_no], "setai_no": str(number)}
        p.session.add(PersonVersion(**_columns(row) | keys | {"individual_number": None, "resident_code": None}))
    live = (Seal.atena_no == like, Seal.status == SealStatus.REGISTERED)
    seal = p.session.scalars(sa.select(Seal).where(*live)).one()
    p.session.add(Seal(**_columns(seal) | {"seal_no": f"copy-{number}", "atena_no": copies[like]}))
    p.session.flush()
    return copies[like]


def _current(p: Partition, atena_no: str) -> PersonVersion:
    current = (PersonVersion.atena_no == atena_no, PersonVersion.is_current)
    return p.session.scalars(sa.select(PersonVersion).where(*current)).one()


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
