"""The search itself finds: else an empty answer would say nothing."""

from __future__ import annotations

import base64
import gzip
import sqlite3
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.erasure.finding import Found, Wanted, cells, in_files, in_rows, without_tables

NAME, NUMBER, PIN = "鑢谷　消跡子", "902012000003", "0739"
WANTED = Wanted((NAME, NUMBER), (PIN,))
BEFORE = "x" * 7


@pytest.mark.parametrize(
    "written",
    [
        f"{BEFORE}{NAME}{BEFORE}".encode(),
        f"{BEFORE}{NAME}{BEFORE}".encode("utf-16-le"),
        f"{BEFORE}{NAME}".encode("utf-16"),
        f"{BEFORE}{NAME}".encode("cp932"),
        f"?name={quote(NAME)}&".encode(),
        f"?name={quote(NAME).lower()}&".encode(),
        ascii(NAME).encode(),
        "".join(f"&#{ord(c)};" for c in NAME).encode(),
        NAME.encode().hex().encode(),
        *(base64.b64encode(f"{'x' * lead}{NAME}{BEFORE}".encode()) for lead in range(4)),
        base64.urlsafe_b64encode(f"{NAME}{BEFORE}".encode()),
        b"stream\n" + zlib.compress(f"BT {NAME} ET".encode()) + b"\nendstream",
        b"cache" + gzip.compress(f"<h1>{NAME}</h1>".encode()),
    ],
)
def test_a_name_in_every_form(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\0" * 100 + written + b"\0" * 100)
    assert Found(str(tmp_path / "deep" / "file"), NAME) in in_files(WANTED, [tmp_path])


@pytest.mark.parametrize(
    "written", [b"pin=0739&", b'{"pin":"0739"}', b"0739", b" 0739\n", zlib.compress(b"<b>0739</b>")]
)
def test_a_pin(written: bytes) -> None:
    assert [found.what for found in WANTED.look("x", b"\n" + written)] == [PIN]


@pytest.mark.parametrize("written", [b"10:00:00.073912", b"2026-0739-x", b"a0739b", b"20739", b"0.0739"])
def test_digits_of_something_else(written: bytes) -> None:
    assert WANTED.look("x", written) == []


@pytest.mark.parametrize("lead", range(4))
def test_a_pdf(lead: int) -> None:
    pdf = b"x" * lead + b"%PDF-1.7 and more"
    assert {found.what for data in (pdf, base64.b64encode(pdf)) for found in WANTED.look("x", data)} == {"PDF"}
    assert WANTED.look("x", base64.b64encode(pdf)) != []


def test_a_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / NUMBER).touch()
    assert [found.what for found in in_files(WANTED, [tmp_path])] == [NUMBER]


def test_rows_and_what_was_deleted_from_them(tmp_path: Path) -> None:
    file = tmp_path / "town.db"
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA secure_delete = OFF")
    for table in ("register", "journal"):
        database.execute(f"CREATE TABLE {table} (name TEXT, more BLOB)")
        database.execute(f"INSERT INTO {table} VALUES (?, ?)", (NAME, b"x" * 5000))  # noqa: S608
    assert [found.where for found in in_rows(WANTED, cells(file, but=["register"]))] == ["town.db:journal"]
    database.execute("DELETE FROM journal")
    database.close()
    assert in_rows(WANTED, cells(file, but=["register"])) == []
    copy = without_tables(file, tmp_path / "copy.db", ["register"])
    assert [found.what for found in WANTED.look("copy", copy.read_bytes())] == [NAME]  # in a page that is free
