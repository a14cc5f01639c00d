"""One bad byte in 40 MB: told with its place, in seconds, in bounded memory; nothing applied."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.residents import importing, queries
from app.residents.checkdigits import modulus_11
from app.residents.errors import BadRowsError, UnreadableFileError
from app.residents.reading import read_file
from app.residents.registers import PERSONS, TAX_PAYMENTS
from tests.integration.residents.conftest import KEY, PERSON

ROOT = Path(__file__).parents[3]
ROWS = 175_000
SECONDS = 20  # of one core; measured: 7
MEGABYTES = 1000  # measured: 310 more than before
SCRIPT = """
import sys
from pathlib import Path
from app.residents.reading import read_file
from app.residents.registers import PERSONS
import resource
import time

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
parsed = read_file(Path(sys.argv[1]), PERSONS)
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(*parsed.faults, len(parsed.rows), used // 1024, time.process_time(), sep="|")
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A town of 175,000 people who each live alone."""
    path = tmp_path_factory.mktemp("large") / "persons.csv"
    cells = list(PERSON | {"個人番号": ""})
    row = ",".join((PERSON | {"個人番号": ""}).values()).replace("19,", "{no},", 1).replace(",19,", ",{no},", 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(cells) + "\r\n")
        for serial in range(10_000_000, 10_000_000 + ROWS):
            file.write(row.format(no=f"{serial}{modulus_11(str(serial))}") + "\r\n")
    assert path.stat().st_size > 39_000_000
    return path


def with_bytes(path, tmp_path, put, at):
    """A copy with bytes put in before the place where `at` occurs last."""
    data = path.read_bytes()
    place = data.rindex(at.encode())
    (tmp_path / "bad.csv").write_bytes(data[:place] + put + data[place:])
    return tmp_path / "bad.csv"


def test_a_byte_that_is_no_character(large, tmp_path):
    bad = with_bytes(large, tmp_path, b"\xff", "若草市一番地")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(bad)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    fault, rows, megabytes, seconds = done.stdout.strip().split("|")
    assert fault == f"line {ROWS + 1}, column 住所: not utf-8"
    assert int(rows) == ROWS - 1
    assert float(seconds) < SECONDS
    assert int(megabytes) < MEGABYTES


def test_a_quote_that_never_ends_is_told_where_it_begins(large, tmp_path):
    data = large.read_bytes()
    place = data.index(b"\r\n") + 2
    (tmp_path / "bad.csv").write_bytes(data[:place] + b'"' + data[place:])
    began = time.process_time()
    with pytest.raises(UnreadableFileError, match="line 2: not CSV"):
        read_file(tmp_path / "bad.csv", PERSONS)
    assert time.process_time() - began < SECONDS


def test_a_file_that_is_another_register(large):
    with pytest.raises(UnreadableFileError, match="line 1: column missing: 税目"):
        read_file(large, TAX_PAYMENTS)


def small(files, put, at):
    path = files.persons({}, {"宛名番号": "27", "個人番号": ""}, {"宛名番号": "35", "世帯番号": "35", "個人番号": ""})
    data = path.read_bytes()
    place = data.rindex(at.encode())
    path.write_bytes(data[:place] + put + data[place:])
    return path


def test_nothing_is_applied(files, p):
    planned = files.plan(small(files, b"\xe8", "出生"))
    assert [str(fault) for fault in planned.faults][-1] == "line 4, column 異動事由: not utf-8"
    with pytest.raises(BadRowsError):
        importing.apply(p, "test", planned, KEY)
    assert queries.count_residents(p) == 0


def test_the_household_of_an_unreadable_row_is_not_judged_as_a_whole(files):
    path = files.persons({}, {"宛名番号": "27", "世帯主との続柄": "妻", "個人番号": ""})
    data = path.read_bytes()
    path.write_bytes(data.replace("若草　太郎".encode(), b"\xff", 1))
    assert files.faults(path) == ["line 2, column 氏名: not utf-8"]


def test_a_bad_byte_in_a_column_that_nobody_knows_is_told_too(files):
    path = files.write([PERSON | {"備考欄": "x"}])
    path.write_bytes(path.read_bytes().replace(b",x\r\n", b",\xff\r\n"))
    assert files.faults(path) == ["line 2, column 備考欄: not utf-8"]


def test_a_bad_byte_in_the_header(files):
    path = files.write([PERSON])
    path.write_bytes(b"\xff" + path.read_bytes())
    with pytest.raises(UnreadableFileError, match="line 1: not utf-8"):
        files.plan(path)


def test_cp932_has_bad_bytes_too(files):
    path = files.write([PERSON], "cp932")
    data = path.read_bytes()
    place = data.rindex("出生".encode("cp932"))
    path.write_bytes(data[:place] + b"\x81 " + data[place:])
    assert files.faults(path, encoding="cp932") == ["line 2, column 異動事由: not cp932"]


@pytest.mark.parametrize("byte", [b"\xa0", b"\xfd", b"\xfe", b"\xff"])
def test_a_byte_that_is_a_character_to_python_alone(files, byte):
    path = files.write([PERSON], "cp932")
    data = path.read_bytes()
    place = data.rindex("出生".encode("cp932"))
    path.write_bytes(data[:place] + byte + data[place:])
    assert files.faults(path, encoding="cp932") == ["line 2, column 異動事由: not cp932"]
