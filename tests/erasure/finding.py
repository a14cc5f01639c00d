"""Looks for what must not be left: a name, a PIN, a number, a PDF, in whatever form it may have been written down."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")  # zlib (RFC 1950) and gzip (RFC 1952)
MOST = 64 * 1024 * 1024
PDF = (b"%PDF-", *(base64.b64encode(b"x" * lead + b"%PDF-1.")[lead + (lead > 0) :][:7] for lead in range(3)))


@dataclass(frozen=True)
class Found:
    where: str
    what: str


def forms(text: str) -> set[bytes]:
    """Bytes in which a text may have been written: encodings, escapes, base64 at each of its three beginnings."""
    raw = text.encode()
    written = {raw, *(text.encode(name) for name in ("utf-16-le", "utf-16-be", "cp932", "euc-jp"))}
    written |= {quote(text).encode(), quote(text).lower().encode(), quote(text, encoding="cp932").encode()}
    escaped = json.dumps(text)[1:-1]
    written |= {escaped.encode(), escaped.upper().replace("\\U", "\\u").encode()}
    written |= {"".join(f"&#{ord(c)};" for c in text).encode(), "".join(f"&#x{ord(c):x};" for c in text).encode()}
    written |= {raw.hex().encode(), raw.hex().upper().encode()}
    return written | {part for lead in range(3) for part in _in_base64(raw, lead)}


def _in_base64(raw: bytes, lead: int) -> Iterator[bytes]:
    """The characters that are the same whatever stands before and behind."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(b"\0" * lead + raw)
        yield text[-(-lead * 8 // 6) : (lead + len(raw)) * 8 // 6]


def alone(digits: str) -> re.Pattern[bytes]:
    """Digits that are no part of a number, a moment or an identifier."""
    edges = rb"0-9A-Za-z.\-"
    return re.compile(rb"(?<![" + edges + rb"])" + digits.encode() + rb"(?![" + edges + rb"])")


@dataclass(frozen=True)
class Wanted:
    """What to look for: texts in every form, digits by themselves, and any PDF."""

    texts: tuple[str, ...]
    digits: tuple[str, ...] = ()

    def look(self, where: str, data: bytes) -> list[Found]:
        """Everything in these bytes and in what is packed in them."""
        return [Found(where, what) for part in (data, *unpacked(data)) for what in self._in(part)]

    def _in(self, data: bytes) -> Iterator[str]:
        yield from (text for text in self.texts if any(form in data for form in forms(text)))
        yield from (digits for digits in self.digits if alone(digits).search(data))
        yield from ("PDF" for form in PDF if form in data)


def unpacked(data: bytes) -> Iterator[bytes]:
    """What is deflated anywhere in it: pages of a cache, streams of a PDF."""
    for start in PACKED.finditer(data):
        try:
            inside = zlib.decompressobj(wbits=47).decompress(data[start.start() :], MOST)
        except zlib.error:
            continue
        if len(inside) > 3:
            yield inside


def in_files(wanted: Wanted, folders: Iterable[Path], *, but: Iterable[Path] = ()) -> list[Found]:
    """Every file below these folders, by content and by name."""
    left_out = set(but)
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        found
        for path in files
        if path not in left_out
        for found in wanted.look(str(path), str(path).encode() + b"\n" + path.read_bytes())
    ]


def in_rows(wanted: Wanted, rows: Iterable[tuple[str, object]]) -> list[Found]:
    """Cells of a database, each with where it stands."""
    return [found for where, value in rows for found in wanted.look(where, _bytes(value))]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def cells(file: Path, *, but: Iterable[str] = ()) -> Iterator[tuple[str, object]]:
    """Every cell of a SQLite file outside of these tables."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(names) - set(but)):
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 -- names of the file itself
                yield from ((f"{file.name}:{table}", value) for value in row if value is not None)
    database.close()


def without_tables(file: Path, copy: Path, tables: Iterable[str]) -> Path:
    """A copy of a SQLite file in which these tables were overwritten: what it still holds lies elsewhere in it."""
    copy.write_bytes(file.read_bytes())
    database = sqlite3.connect(copy, isolation_level=None)
    database.execute("PRAGMA secure_delete = ON")
    database.execute("PRAGMA foreign_keys = OFF")
    for table in tables:
        database.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- names of the models
    database.close()
    return copy
