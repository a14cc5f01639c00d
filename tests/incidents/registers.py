"""Registers that change meanwhile, by the same import as at night: rows out, a cell changed, rows in."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable
from pathlib import Path

from app.issuance import keys
from app.residents import importing, stored
from app.residents.registers import PERSONS, SEALS, Register
from tests.incidents.world import Card, World

Cells = dict[str, str]


def rows_of(world: World, town: str, register: Register) -> list[Cells]:
    """Every row of a town's register as a file carries it: title → text."""
    with world.partition(town) as p:
        titles = [field.title for field in register.stored_fields]
        key = keys.register_key()
        return [dict(zip(titles, register.texts_of(row), strict=True)) for row, _ in stored.list_rows(p, register, key)]


def import_rows(world: World, town: str, register: Register, rows: Iterable[Cells]) -> None:
    """As `flask registers import` does: all or nothing."""
    with tempfile.TemporaryDirectory(prefix="koiki-import-") as folder:
        file = _write(Path(folder) / "rows.csv", list(rows))
        with world.inside():
            parsed = importing.read_file(file, register)
        with world.partition(town, write=True) as p:
            planned = importing.plan(p, parsed, keys.register_key())
            assert not planned.faults, [str(fault) for fault in planned.faults]
            importing.apply(p, "import:test", planned, keys.register_key())


def household_of(world: World, card: Card) -> list[Cells]:
    """The newest row of everybody in the holder's household."""
    newest: dict[str, Cells] = {}
    for row in rows_of(world, card.town, PERSONS):
        if int(row["履歴番号"]) >= int(newest.get(row["宛名番号"], {"履歴番号": "0"})["履歴番号"]):
            newest[row["宛名番号"]] = row
    (holder,) = [row for row in newest.values() if row["氏名"].replace("　", "") == card.name]
    return [row for row in newest.values() if row["世帯番号"] == holder["世帯番号"]]


def move_house(world: World, card: Card) -> tuple[str, str]:
    """転居 of the whole household; the old and the new address."""
    rows = household_of(world, card)
    old = rows[0]["住所"]
    new = old.rstrip("0123456789") + ("77" if old.endswith("8") else "88")
    changed = [row | {"履歴番号": str(int(row["履歴番号"]) + 1), "住所": new} for row in rows if row["住所"] == old]
    import_rows(world, card.town, PERSONS, changed)
    return old, new


def seal_of(world: World, card: Card) -> Cells:
    """The registration that is in force."""
    numbers = {row["宛名番号"] for row in household_of(world, card) if row["氏名"].replace("　", "") == card.name}
    (seal,) = [
        row for row in rows_of(world, card.town, SEALS) if row["宛名番号"] in numbers and row["登録状態"] != "抹消"
    ]
    return seal


def cancel_seal(world: World, card: Card, cause: str = "廃止", day: str = "") -> Cells:
    """The row as it was before."""
    seal = seal_of(world, card)
    on = day or f"{world.points.now():%Y-%m-%d}"
    cancelled = seal | {"登録状態": "抹消", "抹消事由": cause, "抹消年月日": on}
    import_rows(world, card.town, SEALS, [cancelled])
    return seal


def _write(path: Path, rows: list[Cells]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
