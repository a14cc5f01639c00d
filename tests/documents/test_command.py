"""`flask certificates …`: a look at the kinds and the layouts."""

from __future__ import annotations

import json
import stat

import pytest
from flask import Flask

from app.certificates.catalogue import KINDS
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


@pytest.mark.parametrize("kind", ["resident_record", "seal_registration"])
def test_a_sample_says_that_it_is_one(run, tmp_path, kind):
    out = tmp_path / "sheet.pdf"
    result = run("render", kind, "--sample", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert all("見本" in page.text for page in read_pdf(out.read_bytes()))


def test_a_sample_of_ten_on_single_sheets(run, tmp_path):
    out = tmp_path / "sheet.pdf"
    result = run("render", "resident_record", "--sample", "--persons", "3", "--form", "individual", "--out", str(out))
    assert result.exit_code == 0
    assert len(read_pdf(out.read_bytes())) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("render", "resident_record"),
        ("render", "resident_record", "--sample", "--municipality", "901016", "--resident", "19"),
        ("render", "resident_record", "--municipality", "901016"),
        ("render", "nothing", "--sample"),
        ("render", "resident_record", "--sample", "--persons", "0"),
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
    result = run("render", "seal_registration", "--sample", "--out", str(out))
    assert result.exit_code == 2
    assert out.read_bytes() == b"mine"
