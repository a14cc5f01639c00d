"""`flask registers …` from the outside: what it prints, where, and with which status."""

import json

import pytest
from flask import current_app

from app import create_app
from app.cli.registers import group
from app.config import create_keys, load
from app.municipalities import service, union
from app.municipalities.partitions import partitions
from app.residents import queries
from tests.integration.residents.conftest import (
    BORN,
    CHILD,
    COMPILED,
    FIRST_HOME,
    HEAD,
    PERSON,
    REGISTER,
    SECOND_HOME,
    SPOUSE,
    WIFE,
)
from tests.integration.residents.test_taxes import INCOME

CODE = "902012"
FAMILY = {
    "persons": [PERSON, PERSON | WIFE],
    "family_registers": [REGISTER],
    "family_members": [HEAD, SPOUSE, CHILD],
    "family_events": [COMPILED, BORN],
    "family_addresses": [FIRST_HOME, SECOND_HOME],
}


@pytest.fixture
def run(tmp_path):
    create_keys(tmp_path / "home" / "keys")
    app = create_app(load({"KOIKI_HOME": str(tmp_path / "home")}), surfaces=())
    with app.app_context():
        union.upgrade()
        service.init_union("test", "みどりの広域連合")
        service.add_member("test", CODE, "若草市", "青嶺県")
        runner = app.test_cli_runner()
        yield lambda *words: runner.invoke(group, [str(word) for word in words])
    partitions.dispose()


def residents():
    with partitions.open(CODE) as p:
        return queries.count_residents(p)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(run, files):
    result = run("import", CODE, files.persons({}))
    assert result.exit_code == 0
    assert "1 added, 0 changed, 0 unchanged, 0 ended" in result.output
    assert "dry run" in result.output
    assert residents() == 0


def test_commit_applies_and_again_there_is_nothing_to_change(run, files):
    assert "applied" in run("import", CODE, files.persons({}), "--commit").output
    assert residents() == 1
    again = run("import", CODE, files.persons({}), "--commit")
    assert (again.exit_code, "nothing to change" in again.output) == (0, True)


def test_bad_rows_end_with_status_2_and_change_nothing(run, files):
    result = run("import", CODE, files.persons({"生年月日": "平成31年5月1日"}, {"宛名番号": "1"}), "--commit")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].startswith("error: line 2, column 生年月日:")
    assert lines[1] == "error: line 3, column 宛名番号: wrong check digit"
    assert lines[2] == "2 error(s): nothing was changed"
    assert residents() == 0
    assert "平成31" not in result.output


@pytest.mark.parametrize("words", [("import", "902013"), ("import", "131016"), ("check", "131016")])
def test_a_town_that_is_no_member_gets_one_line(run, files, words):
    more = [files.persons({})] if words[0] == "import" else []
    result = run(*words, *more)
    assert (result.exit_code, result.stdout.count("added")) == (2, 0)
    assert "not a member" in result.stderr.splitlines()[-1]


def test_a_file_in_another_encoding_is_told_by_line(run, files):
    path = files.write([{"宛名番号": "19"}], "cp932")
    result = run("import", CODE, path)
    assert (result.exit_code, "line 1: not utf-8" in result.stderr) == (2, True)


def test_json_for_programs(run, files):
    result = run("import", CODE, files.persons({}, {"宛名番号": "1"}), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 2
    assert told["errors"] == [{"line": 3, "column": "宛名番号", "reason": "wrong check digit"}]
    assert (told["register"], told["added"]) == ("persons", 1)


def test_export_and_import_again(run, files, tmp_path):
    run("import", CODE, files.persons({}), "--commit")
    out = tmp_path / "out.csv"
    assert run("export", CODE, "--out", out).exit_code == 0
    assert "0 added, 0 changed, 1 unchanged" in run("import", CODE, out).output
    twice = run("export", CODE, "--out", out)
    assert (twice.exit_code, twice.stderr.strip()) == (2, f"{out}: File exists")


def test_check_is_quiet_when_all_is_well_and_ends_with_2_when_not(run, files):
    run("import", CODE, files.persons({}), "--commit")
    assert run("check", CODE).exit_code == 0
    assert run("check", CODE, "--json").output.strip() == "[]"
    with partitions.open(CODE, write=True) as p:
        p.session.execute(queries.sa.text("UPDATE person_version SET household_head = 'だれか'"))
    result = run("check", CODE, "--json")
    assert result.exit_code == 2
    assert {row["reason"] for row in json.loads(result.stdout)} == {
        "differs from what was imported",
        "is not the name of the 世帯主",
    }
    assert "だれか" not in result.output


def test_check_tells_a_warning_and_stays_at_0(run, files):
    for name, rows in FAMILY.items():
        assert run("import", CODE, files.write(rows, name=f"{name}.csv"), "--register", name, "--commit").exit_code == 0
    moved = [PERSON | {"履歴番号": "2", "本籍": "青嶺県若草市八番地"}]
    assert run("import", CODE, files.write(moved), "--commit").exit_code == 0
    result = run("check", CODE, "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == [
        {
            "kind": "warning",
            "row": "family_members K-1 1",
            "column": "戸籍番号",
            "reason": "the resident has another 本籍",
        }
    ]
    assert "nothing contradicts itself" in run("check", CODE).output


def test_a_tax_year_by_the_command(run, files, tmp_path):
    path = files.write([INCOME], name="taxes.csv")
    assert "applied" in run("import", CODE, path, "--register", "income_taxes", "--commit").output
    assert run("export", CODE, "--register", "income_taxes", "--out", tmp_path / "out.csv").exit_code == 0
    again = run("import", CODE, tmp_path / "out.csv", "--register", "income_taxes")
    assert "0 added, 0 changed, 1 unchanged" in again.output


@pytest.mark.parametrize("command", ["import", "export", "check"])
def test_a_lost_key_is_one_line(run, files, tmp_path, command):
    more = {"import": [files.persons({})], "export": ["--out", tmp_path / "out.csv"], "check": []}[command]
    home = load({"KOIKI_HOME": str(tmp_path / "home")})
    (home.keys_folder / "register.key").unlink()
    current_app.config["KOIKI"] = home
    result = run(command, CODE, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "secret 'register' is missing" in result.stderr
