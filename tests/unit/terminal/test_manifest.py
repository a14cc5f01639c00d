"""The last check before paper: everything must be what this terminal itself knows."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

import pytest

from app.protocol.messages import Manifest
from app.terminal.manifest import Expected, find_mismatch
from app.terminal.pages import count_pages
from tests.functional.terminal.samples import pdf_of

PDF = pdf_of(2)
EXPECTED = Expected("kiosk-01", "visit-1", "a-1", "g-1")
GOOD = Manifest(
    attempt_id="a-1", grant_id="g-1", visit_id="visit-1", terminal_id="kiosk-01", home="901016", kind="resident_record",
    issue_number="7", sheets=2, sha256=hashlib.sha256(PDF).hexdigest(),
)  # fmt: skip


def test_a_right_manifest_passes() -> None:
    assert find_mismatch(GOOD, EXPECTED, PDF) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terminal_id", "kiosk-02"), ("visit_id", "visit-2"), ("attempt_id", "a-2"), ("grant_id", "g-2"),
        ("sha256", "0" * 64), ("sheets", 1), ("sheets", 3), ("sheets", 0),
    ],
)  # fmt: skip
def test_one_wrong_field_is_named(name, value) -> None:
    assert find_mismatch(replace(GOOD, **{name: value}), EXPECTED, PDF) == name


def test_other_bytes_are_noticed() -> None:
    assert find_mismatch(GOOD, EXPECTED, PDF + b"\n") == "sha256"


def test_before_the_first_sign_in_nothing_fits() -> None:
    assert find_mismatch(replace(GOOD, visit_id=""), replace(EXPECTED, visit_id=""), PDF) == "visit_id"


@pytest.mark.parametrize("pages", [1, 2, 11])
def test_pages_are_counted(pages) -> None:
    assert count_pages(pdf_of(pages)) == pages


def test_pages_in_a_compressed_object_stream_are_counted() -> None:
    inside = zlib.compress(b"2 0 << /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>")
    stream = b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(inside)
    assert count_pages(b"%PDF-1.7\n" + stream + inside + b"\nendstream\nendobj\n") == 2


@pytest.mark.parametrize("text", [b"", b"not a pdf", b"/Type /Page /Count 7", b"<< /Type /Outlines /Count 9 >>"])
def test_what_has_no_page_tree_has_no_pages(text) -> None:
    assert count_pages(text) == 0
