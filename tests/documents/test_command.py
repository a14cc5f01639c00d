"""`flask certificates …`: a look at the kinds and the layouts."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest
from flask import Flask

from app.certificates.catalogue import KINDS
from app.certificates.invented import DOMICILE
from app.certificates.reading import read_pdf
from app.cli.certificates import group


@pytest.fixture
def run():
    app = Flask(__name__)
    app.cli.add_command(group)
    return lambda *words: app.test_cli_runner().invoke(args=["certificates", *words])


def test_kinds(run):
    listed = json.loads(run("kinds", "--json").output)
    assert [row["kind"] for row in listed] == list(KINDS)
    assert "住民票の写し" in run("kinds").output


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_says_that_it_is_one(run, tmp_path, kind):
    out = tmp_path / "sheet.pdf"
    result = run("render", "--kind", kind, "--sample", "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    pages = read_pdf(out.read_bytes())
    assert all("見本" in page.text for page in pages)
    assert json.loads(result.stdout) == {
        "kind": kind,
        "title": KINDS[kind].title,
        "sample": True,
        "pages": len(pages),
        "out": str(out),
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }


def test_a_sample_of_three_on_single_sheets(run, tmp_path):
    out = tmp_path / "sheet.pdf"
    words = ("--sample", "--persons", "3", "--form", "individual", "--out", str(out))
    result = run("render", "--kind", "resident_record", *words)
    assert result.exit_code == 0
    assert "3 page(s), marked 見本" in result.output
    assert len(read_pdf(out.read_bytes())) == 3


def test_a_sample_with_an_item_on_request(run, tmp_path):
    texts = []
    for words in ((), ("--option", "domicile")):
        out = tmp_path / f"{len(words)}.pdf"
        assert run("render", "--kind", "resident_record", "--sample", *words, "--out", str(out)).exit_code == 0
        texts.append(read_pdf(out.read_bytes())[0].plain)
    assert [DOMICILE in text for text in texts] == [False, True]


RECORD = ("render", "--kind", "resident_record")


@pytest.mark.parametrize(
    "words",
    [
        RECORD,
        (*RECORD, "--sample", "--municipality", "901016", "--person", "19"),
        (*RECORD, "--sample", "--with", "19"),
        (*RECORD, "--municipality", "901016"),
        (*RECORD, "--person", "19"),
        (*RECORD, "--sample", "--option", "shoe_size"),
        (*RECORD, "--sample", "--persons", "0"),
        ("render", "--kind", "nothing", "--sample"),
        ("render", "--sample"),
    ],
)
def test_bad_input_writes_nothing(run, tmp_path, words):
    out = tmp_path / "sheet.pdf"
    result = run(*words, "--out", str(out))
    assert result.exit_code == 2
    assert not out.exists()


def test_an_existing_file_is_left_alone(run, tmp_path):
    out = tmp_path / "sheet.pdf"
    out.write_bytes(b"mine")
    result = run("render", "--kind", "seal_registration", "--sample", "--out", str(out))
    assert result.exit_code == 2
    assert out.read_bytes() == b"mine"
