"""Writes a register as a file that the import takes back as unchanged."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.audit import service as audit
from app.audit.actions import Action
from app.residents import stored
from app.residents.registers import Register

if TYPE_CHECKING:
    from app.municipalities.partitions import Partition


def export(p: Partition, actor: str, register: Register, path: Path, key: bytes) -> int:
    """Write every row, all versions, with numbers in the clear; give the number of rows. Audited.

    The file is made new and readable by its owner alone. :raises FileExistsError: rather than overwrite one.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    count = 0
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([f.title for f in register.stored_fields])
        for row, _fingerprint in stored.list_rows(p, register, key):
            writer.writerow(register.texts_of(row))
            count += 1
    audit.record(p, actor, Action.REGISTER_EXPORTED, register.name, register=register.name, rows=count)
    return count
