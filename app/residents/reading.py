"""Reads a register file into typed rows. Knows no database: what is wrong with a row by itself is found here.

Every fault of every row is collected; nothing is dropped in silence. Names stay exactly as they are in the file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app import clock
from app.residents import rules
from app.residents.characters import describe
from app.residents.errors import UnreadableFileError
from app.residents.faults import Fault, Row
from app.residents.fields import Field, find_field
from app.residents.registers import Register
from app.residents.values import CellError

ENCODINGS = {"utf-8": "utf-8-sig", "cp932": "cp932"}  # a byte order mark is tolerated
REPORT_EVERY = 500  # rows
_UNDECODED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of a byte
# Python's cp932 decodes single bytes that no character has, for the way back (0x80 becomes a control, refused as one).
_NO_CHARACTER = {0xF8F0: "\udca0", 0xF8F1: "\udcfd", 0xF8F2: "\udcfe", 0xF8F3: "\udcff"}
FindMissing = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Options:
    """How a file is read."""

    encoding: str = "utf-8"
    check_digits: bool = True  # False for numbers given out before the standard (1.1.13)
    find_missing: FindMissing | None = None  # the characters of a text that the certificate font lacks
    advance: Callable[[int], None] = lambda _rows: None  # told how many more rows were read


@dataclass
class Parsed:
    """A file as read. `faults` forbid an import, `warnings` do not."""

    register: Register
    file_sha256: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set, repr=False)  # households or families with a bad row


def read_file(path: Path, register: Register, options: Options | None = None) -> Parsed:
    """Read and check a file row by row.

    :raises UnreadableFileError: when it is not in that encoding, not CSV, or lacks a column that is needed.
    """
    options = options or Options()
    data = path.read_bytes()
    text, is_broken = _decode(data, options.encoding)
    parsed = Parsed(register, hashlib.sha256(data).hexdigest())
    rows = _numbered(csv.reader(io.StringIO(text, newline=""), strict=True), options.advance)
    _line, names = next(rows, (1, []))
    if is_broken and any(map(_UNDECODED.search, names)):
        raise UnreadableFileError(f"line 1: not {options.encoding}")
    columns = _match_header(names, register.fields, parsed)
    for line, cells in rows:
        if is_broken and (faults := [*_find_undecoded(line, names, cells, options.encoding)]):
            _refuse(parsed, columns, cells, faults)
        else:
            _read_row(parsed, columns, line, cells, path.parent, options)
    return parsed


def count_lines(path: Path) -> int:
    """Lines of the file, for a progress bar."""
    return path.read_bytes().count(b"\n")


def _decode(data: bytes, encoding: str) -> tuple[str, bool]:
    """The text, and whether bytes in it are not of that encoding: those stand in it as lone surrogates.

    :raises UnreadableFileError: when the file as a whole is in the other encoding.
    """
    try:
        text, is_broken = data.decode(ENCODINGS[encoding]), False
    except UnicodeDecodeError as error:
        other = next(name for name in ENCODINGS if name != encoding)
        if _is_in(data, other):
            line = data[: error.start].count(b"\n") + 1
            raise UnreadableFileError(f"line {line}: not {encoding}; is the file in --encoding {other}?") from None
        text, is_broken = data.decode(ENCODINGS[encoding], "surrogateescape"), True
    if encoding == "cp932" and any(chr(code) in text for code in _NO_CHARACTER):
        return text.translate(_NO_CHARACTER), True
    return text, is_broken


def _is_in(data: bytes, encoding: str) -> bool:
    try:
        data.decode(ENCODINGS[encoding])
    except UnicodeDecodeError:
        return False
    return True


def _numbered(lines: Any, advance: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on; blank lines are no rows.

    :raises UnreadableFileError: naming the line on which a row begins that never ends.
    """
    begins = 1
    try:
        for count, cells in enumerate(lines, start=1):
            if cells:
                yield begins, cells
            begins = lines.line_num + 1
            if count % REPORT_EVERY == 0:
                advance(REPORT_EVERY)
    except csv.Error as error:
        raise UnreadableFileError(f"line {begins}: not CSV ({error})") from None


def _find_undecoded(line: int, names: list[str], cells: list[str], encoding: str) -> Iterator[Fault]:
    """The cells with bytes that are no characters, also those of columns that nobody knows."""
    for position, cell in enumerate(cells):
        if _UNDECODED.search(cell):
            yield Fault(line, names[position] if position < len(names) else "", f"not {encoding}")


def _refuse(parsed: Parsed, columns: list[Field | None], cells: list[str], faults: list[Fault]) -> None:
    """A row that cannot even be read; its household or family, as far as that can be told, is doubtful."""
    parsed.faults += faults
    for column, cell in zip(columns, cells, strict=False):
        if column and column.key == parsed.register.group:
            with suppress(CellError):
                parsed.doubtful.add(column.read(cell))


def _match_header(names: list[str], fields: Sequence[Field], parsed: Parsed) -> list[Field | None]:
    """The field of each column. An unknown column is ignored and reported."""
    columns = [find_field(name, fields) for name in names]
    known = [column for column in columns if column]
    if missing := [f.title for f in fields if (f.is_required or f.is_expected) and f not in known]:
        raise UnreadableFileError(f"line 1: column missing: {', '.join(missing)}")
    if twice := {f.title for f in known if known.count(f) > 1}:
        raise UnreadableFileError(f"line 1: column given twice: {', '.join(sorted(twice))}")
    unknown = [name for name, column in zip(names, columns, strict=True) if column is None]
    parsed.warnings += [Fault(1, name, "unknown column, ignored") for name in unknown]
    return columns


def _read_row(
    parsed: Parsed, columns: list[Field | None], line: int, cells: list[str], folder: Path, options: Options
) -> None:
    if len(cells) != len(columns):
        _refuse(parsed, columns, cells, [Fault(line, "", f"{len(cells)} cells instead of {len(columns)}")])
        return
    row = Row(line, {f.key: f.blank for f in parsed.register.fields})
    faults = [*_read_cells(row, columns, cells), *_check_digits(row, options)]
    faults = faults or [*_complete(row, parsed.register, folder)]
    if faults:
        parsed.faults += map(parsed.register.titled, faults)
        parsed.doubtful.add(row.values.get(parsed.register.group) or "")
        return
    parsed.rows.append(row)
    if options.find_missing:
        parsed.warnings += _warn_of_characters(row, parsed.register, options.find_missing)


def _read_cells(row: Row, columns: list[Field | None], cells: list[str]) -> Iterator[Fault]:
    for column, cell in zip(columns, cells, strict=True):
        if column is None:
            continue
        try:
            if cell:
                row.values[column.key] = column.read(cell)
            elif column.is_required and not _stands_elsewhere(column, columns, cells):
                yield row.fault(column.key, "must not be empty")
        except CellError as error:
            yield row.fault(column.key, str(error))


def _stands_elsewhere(field: Field, columns: list[Field | None], cells: list[str]) -> bool:
    """As a foreign resident's name may stand in Latin letters alone."""
    return any(cell for other, cell in zip(columns, cells, strict=True) if other and other.key == field.instead)


def _check_digits(row: Row, options: Options) -> Iterator[Fault]:
    if options.check_digits:
        yield from rules.check_digits(row, [key for key in ("atena_no", "setai_no") if key in row.values])


def _complete(row: Row, register: Register, folder: Path) -> Iterator[Fault]:
    """What follows from good cells, and the rules of the row by itself."""
    for f in register.fields:
        if f.instead:
            row.values[f.key] = row.values[f.key] or row.values[f.instead]
    if register.completion:
        try:
            row.values.update(register.completion.fill(row.values, folder))
        except CellError as error:
            yield row.fault(register.completion.column, str(error))
            return
    yield from register.check_row(row, clock.today())


def _warn_of_characters(row: Row, register: Register, find_missing: FindMissing) -> list[Fault]:
    """Kept as they are; a sheet that needs them is refused until the font has them (B10)."""
    found = ((f, find_missing(str(row.values[f.key]))) for f in register.fields if f.is_printed)
    return [
        row.fault(f.title, f"the font lacks {', '.join(map(describe, lacking))}") for f, lacking in found if lacking
    ]
