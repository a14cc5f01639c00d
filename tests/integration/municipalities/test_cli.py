"""The commands: what they print, and that bad input is one line, status 2, and no change."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import clock, create_app
from app.audit.models import AuditEntry, UnionAuditEntry
from app.certificates.samples import square_seal
from app.config import Config
from app.extensions import db
from app.municipalities import queries, service
from app.municipalities.errors import NoIssuerError
from app.municipalities.hours import is_open
from app.municipalities.models import MemberState
from app.municipalities.ordinances import Fee
from app.municipalities.partitions import partitions
from app.municipalities.union import union_write
from app.residents.checkdigits import modulus_11
from tests.integration.municipalities.conftest import A, B

Run = Callable[..., Result]
KEY = base64.b64encode(bytes(range(32))).decode()
PNG = b"\x89PNG\r\n\x1a\n rest"
ROW = {
    "宛名番号": "1" + modulus_11("1"),
    "世帯番号": "2" + modulus_11("2"),
    "履歴番号": "1",
    "住民状態": "住民",
    "住民種別": "日本人",
    "氏名": "若草　太郎",
    "生年月日": "昭和55年4月1日",
    "本籍": "なし",
    "筆頭者": "なし",
    "住所": "青嶺県若草市一番地",
    "住民となった年月日": "平成12年4月1日",
    "異動事由": "国内転入",
}
PERSON = f"{','.join(ROW)}\n{','.join(ROW.values())}\n"
TEXTS = ("resident_record.attestation_all", "resident_record.attestation_part", "seal_registration.attestation")


@pytest.fixture
def flask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The whole app on an empty folder."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    return create_app(Config(tmp_path / "koiki", f"sqlite:///{tmp_path}/koiki/union.db"))


@pytest.fixture
def run(flask: Flask) -> Run:
    """`flask …`, on an empty folder."""
    runner = flask.test_cli_runner()
    yield lambda *words: runner.invoke(args=list(words))
    partitions.dispose()
    with flask.app_context():
        db.engine.dispose()


@pytest.fixture
def begun(run: Run) -> Run:
    """The same with a union and the town A."""
    _fine(run("union", "init", "みどりの広域連合"))
    _fine(run("municipalities", "add", A, "若草市", "--prefecture", "青嶺県"))
    return run


def _fine(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def _lacks(run: Run) -> list[str]:
    """What the town A still lacks, as the doctor says."""
    doctor = run("union", "doctor", "--json")
    assert doctor.exit_code == 2
    says: str = next(f["says"] for f in json.loads(doctor.stdout) if f["about"] == f"{A} 若草市")
    assert says.startswith("lacks ")
    return says.removeprefix("lacks ").split("; ")


def _refused(result: Result) -> str:
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert "Traceback" not in result.stderr
    return lines[-1]


LISTINGS = (
    ["municipalities", "list"],
    ["db", "status"],
    ["terminals", "list"],
    ["audit", "verify"],
    ["cards", "list", A],
    ["issuance", "list"],
    ["issuance", "cases"],
    *(["issuance", process, "--once"] for process in ("worker", "relay", "reconcile")),
)


def test_before_there_is_a_union(run: Run) -> None:
    for words in LISTINGS:
        assert _refused(run(*words)) == "there is no union yet: run 'union init NAME'"
    findings = {f["about"]: f for f in json.loads(run("union", "doctor", "--json").stdout)}
    assert not findings["secrets"]["is_well"]
    assert not findings["union schema"]["is_well"]
    assert findings["sqlite"]["is_well"]


def test_a_union_from_nothing_until_it_can_issue(begun: Run, tmp_path: Path) -> None:
    """What docs/operators.md tells, command by command."""
    site = ["--municipality", A, "--name", "若草市役所", "--office-hours", "08:30-17:15"]
    _fine(begun("municipalities", "sites", "add", "hall", *site))
    _fine(
        begun("terminals", "enrol", "k1", "--site", "hall", "--public-key", KEY, "--agent-url", "http://127.0.0.1:8801")
    )
    assert _lacks(begun) == ["an officeholder with a seal", "a fee for any certificate", "opening hours"]

    (tmp_path / "seal.png").write_bytes(square_seal(("若草市", "長之印")))
    seal = ["--seal", str(tmp_path / "seal.png"), "--seal-mm", "18"]
    _fine(begun("municipalities", "officeholder", "add", A, "--title", "青嶺県若草市長", "--name", "青木　一", *seal))
    for kind in ("resident_record", "seal_registration"):
        _fine(begun("municipalities", "fee", "set", A, kind, "200"))
    assert _lacks(begun) == [*(f"the text '{key}'" for key in TEXTS), "opening hours"]
    for key in TEXTS:
        _fine(begun("municipalities", "text", "set", A, key, "相違ないことを証明する。"))
    _fine(begun("municipalities", "hours", "set", A, "06:30-23:00"))
    _fine(begun("municipalities", "closure", "add", "--kind", "seal_registration", "--from", "2026-01-01"))
    assert _lacks(begun) == ["opening hours for seal_registration"]
    _fine(begun("municipalities", "closure", "lift", "1"))
    assert "no residents yet" in begun("union", "doctor").stdout
    (tmp_path / "persons.csv").write_text(PERSON)
    _fine(begun("registers", "import", A, str(tmp_path / "persons.csv"), "--commit"))
    doctor = begun("union", "doctor")
    assert doctor.exit_code == 2
    assert f"switch set {A} register_hours 36', or 'none'" in doctor.stdout  # nobody has said how old they may be
    _fine(begun("municipalities", "switch", "set", A, "register_hours", "none", "--from", "2026-01-01"))
    doctor = begun("union", "doctor")
    assert "may be of any age, as the town has decided" in doctor.stdout
    assert f"{A} 若草市" in doctor.stdout
    assert "can issue" in doctor.stdout
    assert doctor.exit_code == 0, doctor.output
    assert "whole" in _fine(begun("audit", "verify"))


def test_a_second_union_is_refused(begun: Run, flask: Flask) -> None:
    keys = {p.name: p.read_bytes() for p in flask.config["KOIKI"].keys_folder.iterdir()}
    assert _refused(begun("union", "init", "x")) == "there is a union already"
    assert {p.name: p.read_bytes() for p in flask.config["KOIKI"].keys_folder.iterdir()} == keys


def test_a_home_that_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    (tmp_path / "file").touch()
    app = create_app(Config(tmp_path / "file", f"sqlite:///{tmp_path}/union.db"))
    assert _refused(app.test_cli_runner().invoke(args=["union", "init", "x"])).endswith("Not a directory")


def test_a_seal_that_cannot_be_printed_is_refused(begun: Run, tmp_path: Path, flask: Flask) -> None:
    (tmp_path / "seal.png").write_bytes(PNG)
    mayor = ["officeholder", "add", A, "--title", "青嶺県若草市長", "--name", "青木　一", "--seal-mm", "18"]
    refused = _refused(begun("municipalities", *mayor, "--seal", str(tmp_path / "seal.png")))
    assert refused == "the imprint is not a readable PNG"
    with flask.app_context(), pytest.raises(NoIssuerError):
        queries.get_issuer(A, clock.now())


def test_an_interrupted_beginning_is_finished(run: Run, flask: Flask) -> None:
    _fine(run("union", "init", "first"))
    with flask.app_context(), union_write() as session:
        for table in ("union_info", "union_head", "union_audit_entry"):
            session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 names of this test
    _fine(run("union", "init", "second"))


BAD = {
    "a bad code": ["municipalities", "add", "901017", "x", "--prefecture", "y"],
    "a member twice": ["municipalities", "add", A, "x", "--prefecture", "y"],
    "an unknown place": ["municipalities", "add", B, "x", "--prefecture", "y", "--place", "none"],
    "bad hours": ["municipalities", "hours", "set", A, "8-17"],
    "hours the wrong way": ["municipalities", "hours", "set", A, "17:00-08:00"],
    "a bad day": ["municipalities", "fee", "set", A, "resident_record", "200", "--from", "2026-02-30"],
    "a bad kind": ["municipalities", "fee", "set", A, "passport", "200"],
    "a fee for every nothing": ["municipalities", "fee", "set", A, "resident_record", "200", "--per", "0"],
    "hours of a bad kind": ["municipalities", "hours", "set", A, "09:00-17:00", "--kind", "passport"],
    "a closure of a bad kind": ["municipalities", "closure", "add", "--from", "2026-01-01", "--kind", "passport"],
    "a bad moment": ["municipalities", "closure", "add", "--from", "soon"],
    "a bad key": ["terminals", "enrol", "k", "--site", "s", "--public-key", "§", "--agent-url", "http://127.0.0.1:1"],
    "no such site": [
        "terminals",
        "enrol",
        "k",
        "--site",
        "s",
        "--public-key",
        KEY,
        "--agent-url",
        "http://127.0.0.1:1",
    ],
    "no such terminal": ["terminals", "stop", "none", "--reason", "x"],
    "no such closure": ["municipalities", "closure", "lift", "7"],
    "no such town": ["municipalities", "state", B, "down"],
}


@pytest.mark.parametrize("words", BAD.values(), ids=BAD)
def test_bad_input(begun: Run, flask: Flask, words: list[str]) -> None:
    def entries() -> list[object]:
        with flask.app_context(), union_write() as session:
            return list(session.scalars(sa.select(UnionAuditEntry.entry_hash)))

    before = entries()
    assert _refused(begun(*words))
    assert entries() == before


@pytest.mark.parametrize(
    "words",
    [
        ["municipalities", "list"],
        ["municipalities", "sites", "list"],
        ["municipalities", "closure", "list"],
        ["terminals", "list"],
        ["db", "status"],
        ["audit", "verify"],
    ],
)
def test_every_listing_speaks_json(begun: Run, words: list[str]) -> None:
    assert isinstance(json.loads(_fine(begun(*words, "--json"))), list)


def test_an_upgrade_goes_on_past_a_town_that_fails(begun: Run, flask: Flask) -> None:
    _fine(begun("municipalities", "add", B, "町", "--prefecture", "青嶺県"))
    (flask.config["KOIKI"].home / "partitions" / f"{A}.db").unlink()
    result = begun("db", "upgrade")
    assert result.exit_code == 1
    assert "partitions: 1 of 2 at 0001" in result.stdout
    assert f"{A}" in result.stdout
    with flask.app_context():
        assert queries.get_member(A).last_error == f"partition of {A}: its file is missing"
        assert queries.get_member(B).last_error is None


def test_drift_is_shown(begun: Run, flask: Flask) -> None:
    with flask.app_context(), partitions.open(A, write=True) as p:
        p.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    result = begun("db", "status", "--json")
    assert result.exit_code == 1
    rows = {row["database"]: row for row in json.loads(result.stdout)}
    assert (rows["union"]["is_newest"], rows[A]["is_newest"], rows[A]["revision"]) == (True, False, "0000")


def test_a_broken_chain_is_told(begun: Run, flask: Flask) -> None:
    _fine(begun("audit", "verify"))
    with flask.app_context(), union_write() as session:
        session.execute(sa.update(UnionAuditEntry).values(actor="somebody else"))
    result = begun("audit", "verify", "--json")
    assert result.exit_code == 1
    rows = {row["chain"]: row for row in json.loads(result.stdout)}
    assert (rows["union"]["is_whole"], rows["union"]["first_break"], rows[A]["is_whole"]) == (False, 1, True)


def test_a_town_that_cannot_be_read_is_told(begun: Run, flask: Flask) -> None:
    with flask.app_context():
        service.set_member_state("test", A, MemberState.DOWN)
    result = begun("audit", "verify", "--json")
    assert result.exit_code == 1
    assert [row["is_whole"] for row in json.loads(result.stdout)] == [True, False]


def test_no_partition_entry_is_made_by_the_union(begun: Run, flask: Flask) -> None:
    with flask.app_context(), partitions.open(A) as p:
        assert p.session.scalars(sa.select(AuditEntry)).all() == []


def test_sheets_that_are_nobodys_are_booked_by_somebody(begun: Run) -> None:
    _fine(begun("municipalities", "sites", "add", "hall", "--municipality", A, "--name", "若草市役所"))
    _fine(
        begun("terminals", "enrol", "k1", "--site", "hall", "--public-key", KEY, "--agent-url", "http://127.0.0.1:8801")
    )
    said = _fine(begun("terminals", "book-sheets", "k1", "2", "--why", "jam", "--actor", "staff:tester"))
    assert said == "2 sheets of k1 are booked as jam; its next count says whether something is left\n"
    _fine(begun("terminals", "book-sheets", "--why", "counter_changed", "--", "k1", "-3"))
    listed = json.loads(_fine(begun("terminals", "booked-sheets", "k1", "--json")))
    assert [(row["sheets"], row["why"]) for row in listed] == [(2, "jam"), (-3, "counter_changed")]
    assert listed[0]["actor"] == "staff:tester"
    assert _refused(begun("terminals", "book-sheets", "--why", "jam", "--", "k1", "-3")) == "-3 sheets for jam"
    assert "none" in _refused(begun("terminals", "booked-sheets", "none"))


def test_terminals_stop_and_resume(begun: Run, flask: Flask) -> None:
    _fine(begun("municipalities", "sites", "add", "hall", "--municipality", A, "--name", "若草市役所"))
    _fine(
        begun("terminals", "enrol", "k1", "--site", "hall", "--public-key", KEY, "--agent-url", "http://127.0.0.1:8801")
    )
    _fine(begun("terminals", "stop", "k1", "--reason", "maintenance"))
    listed = json.loads(_fine(begun("terminals", "list", "--json")))[0]
    assert (listed["stopped_reason"], listed["obstacle"]) == ("maintenance", "stopped")
    assert "stopped until a person resumes it (maintenance)" in begun("union", "doctor").stdout
    _fine(begun("terminals", "resume", "k1"))
    assert "has not called yet" in begun("union", "doctor").stdout
    with flask.app_context():
        assert not queries.get_terminal("k1").is_stopped


def test_the_list_of_terminals_tells_what_each_last_said(begun: Run, flask: Flask) -> None:
    _fine(begun("municipalities", "sites", "add", "hall", "--municipality", A, "--name", "若草市役所"))
    url = "http://127.0.0.1:8801"
    _fine(begun("terminals", "enrol", "k1", "--site", "hall", "--public-key", KEY, "--agent-url", url))
    assert json.loads(_fine(begun("terminals", "list", "--json")))[0]["obstacle"] == "silent"
    told = {"printer": "jam", "sheets_left": 12, "change_left": 900, "tenders": "cash qr"}
    with flask.app_context():
        service.note_seen("k1", json.dumps(told))
    listed = json.loads(_fine(begun("terminals", "list", "--json")))[0]
    assert {name: listed[name] for name in told} == told
    assert (listed["obstacle"], listed["says"]) == ("jam", "the printer has a paper jam")
    assert "the printer has a paper jam" in _fine(begun("terminals", "list"))
    assert "the printer has a paper jam" in begun("union", "doctor").stdout


def test_closures_holidays_switches_and_states(begun: Run, flask: Flask) -> None:
    new_year = ["--municipality", A, "--from", "2126-12-29", "--until", "2127-01-04", "--reason", "年末年始"]
    assert _fine(begun("municipalities", "closure", "add", *new_year)) == "closure 1\n"
    assert "年末年始" in _fine(begun("municipalities", "closure", "list"))
    _fine(begun("municipalities", "closure", "lift", "1"))
    assert _fine(begun("municipalities", "closure", "list")) == ""
    _fine(begun("municipalities", "holiday", "set", "2026-12-01", "--name", "記念の日"))
    _fine(begun("municipalities", "switch", "set", A, "individual_number_at_kiosk", "yes"))
    _fine(begun("municipalities", "hours", "close", A, "--day", "sun"))
    _fine(begun("municipalities", "state", A, "suspended"))
    with flask.app_context():
        assert queries.get_member(A).state is MemberState.SUSPENDED
    assert "the state active (it is suspended)" in begun("union", "doctor").stdout


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ((), {(A, "resident_record"), (A, "seal_registration"), (B, "resident_record"), (B, "seal_registration")}),
        (("--municipality", A), {(A, "resident_record"), (A, "seal_registration")}),
        (("--kind", "resident_record"), {(A, "resident_record"), (B, "resident_record")}),
        (("--municipality", A, "--kind", "resident_record"), {(A, "resident_record")}),
    ],
    ids=["the union", "a town", "a kind in every town", "a kind of a town"],
)
def test_a_kill_switch_closes_at_once(
    begun: Run, flask: Flask, words: tuple[str, ...], closed: set[tuple[str, str]]
) -> None:
    _fine(begun("municipalities", "add", B, "町", "--prefecture", "青嶺県"))
    for code in (A, B):
        _fine(begun("municipalities", "hours", "set", code, "00:00-23:59:59.999999"))
    everything = {(code, kind) for code in (A, B) for kind in ("resident_record", "seal_registration")}

    def shut() -> set[tuple[str, str]]:
        now = clock.now()
        with flask.app_context():
            return {(c, k) for c, k in everything if not is_open(queries.get_timetable(c, k, None, now), now)}

    assert shut() == set()
    assert (
        _fine(begun("municipalities", "closure", "add", *words, "--from", "now", "--reason", "緊急")) == "closure 1\n"
    )
    assert shut() == closed
    (row,) = json.loads(_fine(begun("municipalities", "closure", "list", "--json")))
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert (row["municipality"], row["kind"]) == (given.get("--municipality"), given.get("--kind"))
    assert (row["ends_at"], row["reason"]) == (None, "緊急")
    _fine(begun("municipalities", "closure", "lift", "1"))
    assert shut() == set()


def test_a_fee_for_every_five(begun: Run, flask: Flask) -> None:
    said = _fine(begun("municipalities", "fee", "set", A, "resident_record", "300", "--per", "5"))
    assert "300 yen for every 5" in said
    with flask.app_context():
        ordinance = queries.get_ordinance(A, clock.today())
    assert ordinance.fee("resident_record", "kiosk") == Fee(300, 5)
    assert ordinance.fee("resident_record", "counter") is None
    again = begun("municipalities", "fee", "set", A, "resident_record", "300")
    assert "something else is in force" in _refused(again)  # by the copy is not by the five
