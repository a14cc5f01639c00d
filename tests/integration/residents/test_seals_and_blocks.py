import base64
import csv

import pytest
import sqlalchemy as sa

from app.demo.drawing import draw_imprint
from app.residents import checking, exporting, queries
from app.residents.models import Seal
from app.residents.registers import BLOCKS, PERSONS, SEALS
from app.residents.vocabularies import SealStatus

KEY = bytes(range(32))
SEAL = {
    "印鑑登録番号": "000001",
    "宛名番号": "19",
    "登録年月日": "平成12年4月1日",
    "登録方法": "即日",
    "登録状態": "登録",
}
BLOCK = {"抑止番号": "B1", "宛名番号": "19", "抑止理由": "支援措置", "開始年月日": "令和7年4月1日"}


def drawn(variety=0):
    return base64.b64encode(draw_imprint("若草", variety)).decode()


@pytest.fixture
def town(files):
    files.apply(files.persons({}))
    return files


def seal_faults(files, *rows):
    return files.faults(files.write(list(rows)), SEALS)


def test_a_seal_with_its_imprint_in_the_row(town, p):
    town.apply(town.write([SEAL | {"印影": drawn()}]), SEALS)
    seal = queries.find_seal(p, "19")
    assert seal.imprint_png == draw_imprint("若草", 0)
    assert seal.width_mm == pytest.approx(12, abs=0.05)


def test_a_seal_with_its_imprint_in_a_file_beside(town, p, tmp_path):
    (tmp_path / "seals").mkdir()
    (tmp_path / "seals" / "1.png").write_bytes(draw_imprint("若草", 3))
    town.apply(town.write([SEAL | {"印影ファイル": "seals/1.png"}]), SEALS)
    assert queries.find_seal(p, "19").imprint_png == draw_imprint("若草", 3)


@pytest.mark.parametrize("name", ["../outside.png", "/etc/hostname", "missing.png", "seals"])
def test_an_imprint_file_is_never_read_from_elsewhere(town, tmp_path, name):
    (tmp_path.parent / "outside.png").write_bytes(draw_imprint("若草", 3))
    (tmp_path / "seals").mkdir()
    assert seal_faults(town, SEAL | {"印影ファイル": name}) == ["line 2, column 印影: no such file beside the CSV"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"印影": ""}, "column 印影: give the imprint either in the row or as a file beside it"),
        ({"印影": "@@@"}, "column 印影: not base64"),
        ({"印影": "AAAA"}, "column 印影: the imprint is not a readable PNG"),
        ({"宛名番号": "27"}, "column 宛名番号: nobody in the register has this number"),
        ({"登録状態": "抹消"}, "column 抹消事由: a cancelled registration has a cause, and no other"),
        ({"抹消事由": "亡失"}, "column 抹消事由: a cancelled registration has a cause, and no other"),
        ({"登録年月日": "昭和60年4月1日"}, "column 登録年月日: the person was not yet 15 years old"),
        ({"登録状態": "有効"}, "column 登録状態: not one of 登録、照会中、一時停止、抹消"),
    ],
)
def test_a_bad_seal_row(town, change, fault):
    assert seal_faults(town, SEAL | {"印影": drawn()} | change) == [f"line 2, {fault}"]


def test_one_live_seal_a_person_and_one_person_an_imprint(town):
    second = SEAL | {"印鑑登録番号": "000002", "印影": drawn(1)}
    assert seal_faults(town, SEAL | {"印影": drawn()}, second) == [
        "line 3, column 宛名番号: the person has another registration that is not cancelled"
    ]
    town.apply(town.persons({"宛名番号": "27", "世帯番号": "27", "個人番号": ""}))
    stolen = SEAL | {"印鑑登録番号": "000002", "宛名番号": "27", "印影": drawn()}
    assert seal_faults(town, SEAL | {"印影": drawn()}, stolen) == [
        "line 3, column 印影: another registration has the same imprint"
    ]


def test_a_seal_change_cancels_the_old_one_and_only_the_new_is_found(town, p):
    town.apply(town.write([SEAL | {"印影": drawn()}]), SEALS)
    old = SEAL | {"印影": drawn(), "登録状態": "抹消", "抹消事由": "改印", "抹消年月日": "令和8年4月1日"}
    new = SEAL | {"印鑑登録番号": "000002", "印影": drawn(1), "登録年月日": "令和8年4月1日"}
    planned = town.apply(town.write([new, old]), SEALS)
    assert planned.counts() == {"added": 1, "changed": 1, "unchanged": 0, "ended": 1}
    assert queries.find_seal(p, "19").seal_no == "000002"


def test_the_seal_of_who_moved_out_must_be_cancelled(town, p):
    town.apply(town.write([SEAL | {"印影": drawn()}]), SEALS)
    town.apply(town.persons({"履歴番号": "2", "住民状態": "転出", "異動事由": "国内転出"}))
    reason = "the person is no longer a resident: the registration must be cancelled"
    assert [str(f) for f in checking.check(p, KEY)] == [f"seals 000001, column 登録状態: {reason}"]
    assert seal_faults(town, SEAL | {"印影": drawn()}) == [f"line 2, column 登録状態: {reason}"]


def test_check_finds_an_imprint_that_was_exchanged(town, p):
    town.apply(town.write([SEAL | {"印影": drawn()}]), SEALS)
    p.session.execute(sa.update(Seal).values(imprint_png=draw_imprint("若草", 1)))
    assert [str(f) for f in checking.check(p, KEY)] == [
        "seals 000001: differs from what was imported",
        "seals 000001, column 印影: is not the imprint that was registered",
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [({"印影の幅": "広い"}, "column 印影の幅: not a length in mm"), ({"印影": "印影"}, "column 印影: not base64")],
)
def test_a_cell_of_a_seal_that_cannot_be_read(town, change, fault):
    assert seal_faults(town, SEAL | {"印影": drawn()} | change) == [f"line 2, {fault}"]


def test_a_seal_under_enquiry_is_told_as_such(town, p):
    town.apply(town.write([SEAL | {"印影": drawn(), "登録状態": "照会中"}]), SEALS)
    assert queries.find_seal(p, "19").status is SealStatus.ENQUIRY


def block_faults(files, *rows):
    return files.faults(files.write(list(rows)), BLOCKS)


def test_a_block_holds_until_it_is_lifted(town, p):
    town.apply(town.write([BLOCK | {"終了年月日": "令和7年5月1日"}]), BLOCKS)
    assert len(queries.find_household_of(p, "19").blocks) == 1
    lifted = town.apply(
        town.write([BLOCK | {"終了年月日": "令和7年5月1日", "解除日時": "2026-01-02T09:30:00"}]), BLOCKS
    )
    assert lifted.counts()["ended"] == 1
    assert queries.find_household_of(p, "19").blocks == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"世帯番号": "19"}, "column 宛名番号: a block names either a person or a household"),
        ({"宛名番号": "27"}, "column 宛名番号: nobody in the register has this number"),
        ({"宛名番号": "", "世帯番号": "27"}, "column 世帯番号: no household in the register has this number"),
        ({"終了年月日": "令和7年3月1日"}, "column 終了年月日: before 開始年月日"),
        ({"解除日時": "いつか"}, "column 解除日時: not a date that a register may hold: not a date"),
    ],
)
def test_a_bad_block_row(town, change, fault):
    assert block_faults(town, BLOCK | change) == [f"line 2, {fault}"]


def test_a_block_on_a_household_that_everybody_left_stops_nothing_and_is_told(town, p):
    household = BLOCK | {"宛名番号": "", "世帯番号": "19"}
    town.apply(town.write([household]), BLOCKS)
    assert checking.check(p, KEY) == []
    town.apply(town.persons({"履歴番号": "2", "住民状態": "転出", "異動事由": "国内転出"}))
    (fault,) = checking.check(p, KEY)
    assert str(fault) == "blocks B1, column 世帯番号: nobody lives in this household any more: the block stops nothing"
    assert fault.is_warning
    town.apply(town.write([household | {"解除日時": "2026-01-02T09:30:00"}]), BLOCKS)
    assert checking.check(p, KEY) == []


def test_a_block_on_a_certificate_that_nobody_knows_would_block_nothing(town, p):
    (fault,) = block_faults(town, BLOCK | {"対象証明書": "印鑑証明"})
    assert fault.startswith("line 2, column 対象証明書: not one of")
    town.apply(town.write([BLOCK | {"対象証明書": "印鑑登録証明書、resident_record"}]), BLOCKS)
    assert queries.find_household_of(p, "19").blocks[0].kinds == {"seal_registration", "resident_record"}


def test_every_register_comes_back_as_unchanged(town, p, tmp_path):
    town.apply(town.write([SEAL | {"印影": drawn()}]), SEALS)
    town.apply(
        town.write(
            [
                BLOCK | {"一時解除の期限": "2026-01-05T10:00:00"},
                BLOCK | {"抑止番号": "B2", "解除日時": "2026-01-02T09:30:00", "対象証明書": "住民票の写し"},
            ]
        ),
        BLOCKS,
    )
    for register, rows in ((PERSONS, 1), (SEALS, 1), (BLOCKS, 2)):
        out = tmp_path / f"out-{register.name}.csv"
        assert exporting.export(p, "test", register, out, KEY) == rows
        planned = town.plan(out, register)
        assert (planned.faults, planned.warnings) == ([], [])
        assert planned.counts() == {"added": 0, "changed": 0, "unchanged": rows, "ended": 0}
        with out.open(newline="") as file:
            assert len(list(csv.reader(file))) == rows + 1
    assert checking.check(p, KEY) == []
