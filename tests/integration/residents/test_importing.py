import hashlib
from datetime import datetime

import pytest
import sqlalchemy as sa

from app import clock
from app.audit.actions import Action
from app.audit.models import AuditEntry
from app.clock import JST
from app.residents import checking, encryption, exporting, importing, queries
from app.residents.errors import BadRowsError, StalePlanError, UnreadableFileError
from app.residents.models import PersonVersion, RegisterImport
from app.residents.registers import PERSONS
from app.residents.vocabularies import MovementReason, ResidentStatus

KEY = bytes(range(32))
WIFE = {
    "宛名番号": "27",
    "氏名": "若草　花子",
    "氏名のフリガナ": "ワカクサ　ハナコ",
    "世帯主との続柄": "妻",
    "個人番号": "",
}


def stored(p):
    return p.session.scalar(sa.select(sa.func.count()).select_from(PersonVersion))


def counts(planned):
    return tuple(planned.counts().values())


def test_a_plan_writes_nothing_and_applying_it_writes_all(files, p):
    path = files.persons({}, WIFE)
    planned = files.plan(path)
    assert counts(planned) == (2, 0, 0, 0)
    assert stored(p) == 0
    assert importing.apply(p, "test", planned, KEY) == 1
    assert [m.name for m in queries.find_household_of(p, "27").members] == ["若草　太郎", "若草　花子"]
    assert queries.find_household_of(p, "27").register_serial == 1
    assert queries.get_individual_number(p, "19", KEY) == "123456789018"


def test_importing_the_same_file_again_changes_nothing(files, p):
    path = files.persons({}, WIFE)
    files.apply(path)
    again = files.apply(path)
    assert counts(again) == (0, 0, 2, 0)
    assert queries.get_register_serial(p) == 1


def test_a_file_that_changes_nothing_has_arrived(files, p):
    morning, evening = datetime(2026, 11, 24, 6, 0, tzinfo=JST), datetime(2026, 11, 24, 18, 0, tzinfo=JST)
    path = files.persons({}, WIFE)
    with clock.frozen(morning):
        files.apply(path)
    assert queries.find_arrival(p, ("persons",)) == morning
    assert queries.find_arrival(p, ("persons", "seals")) is None
    with clock.frozen(evening):
        files.apply(path)
    assert queries.find_arrival(p, ("persons",)) == evening
    assert queries.get_register_serial(p) == 1


def test_one_bad_row_among_many_stops_the_whole_file(files, p):
    planned = files.plan(files.persons({}, WIFE | {"生年月日": "平成31年5月1日"}))
    with pytest.raises(BadRowsError):
        importing.apply(p, "test", planned, KEY)
    assert stored(p) == 0


def test_a_new_version_becomes_the_current_one(files, p):
    files.apply(files.persons({}))
    planned = files.apply(files.persons({"履歴番号": "2", "方書": "若草荘１０１", "異動事由": "軽微な修正"}))
    assert counts(planned) == (1, 0, 0, 0)
    assert queries.find_person(p, "19").history_no == 2
    assert stored(p) == 2


def test_an_older_version_does_not_become_current(files, p):
    files.apply(files.persons({"履歴番号": "2"}))
    files.apply(files.persons({"履歴番号": "1", "方書": "むかし"}))
    assert queries.find_person(p, "19").history_no == 2
    assert checking.check(p, KEY) == []


def test_who_moves_out_is_counted_as_ended_and_leaves_the_household(files, p):
    files.apply(files.persons({}, WIFE))
    gone = WIFE | {"履歴番号": "2", "住民状態": "転出", "異動事由": "国内転出"}
    assert counts(files.apply(files.persons(gone))) == (1, 0, 0, 1)
    assert queries.find_household_of(p, "27") is None
    assert len(queries.find_household_of(p, "19").members) == 1


def test_a_provisional_version_is_stored_but_never_current(files, p):
    files.apply(files.persons({}))
    files.apply(files.persons({"履歴番号": "2", "氏名": "若草　次郎", "仮登録": "1"}))
    person = queries.find_person(p, "19")
    assert (person.history_no, person.has_provisional_change) == (1, True)
    done = files.apply(files.persons({"履歴番号": "2", "氏名": "若草　次郎", "世帯主の氏名": "若草　次郎"}))
    assert counts(done) == (0, 1, 0, 0)
    person = queries.find_person(p, "19")
    assert (person.history_no, person.name, person.has_provisional_change) == (2, "若草　次郎", False)


def test_a_person_cannot_consist_of_a_provisional_version_alone(files):
    assert files.faults(files.persons({"仮登録": "1"})) == [
        "line 2, column 仮登録: the person would have no version that is not provisional"
    ]


def test_a_plan_is_void_when_another_import_came_between(files, p):
    planned = files.plan(files.persons({}))
    files.apply(files.persons(WIFE | {"世帯主との続柄": "世帯主", "世帯主の氏名": "若草　花子"}))
    with pytest.raises(StalePlanError):
        importing.apply(p, "test", planned, KEY)


def test_a_full_export_comes_back_as_unchanged(files, p, tmp_path):
    odd = {
        "氏名": "葛󠄃城　𠮷之助",
        "世帯主の氏名": "葛󠄃城　𠮷之助",
        "生年月日": "昭和30年2月29日",
        "住民となった年月日": "年月日不詳",
    }
    files.apply(files.persons(odd, WIFE | odd | {"氏名": "神　花"}))
    assert exporting.export(p, "test", PERSONS, tmp_path / "out.csv", KEY) == 2
    assert counts(files.plan(tmp_path / "out.csv")) == (0, 0, 2, 0)
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        exporting.export(p, "test", PERSONS, tmp_path / "out.csv", KEY)


def test_names_are_kept_to_the_code_point(files, p):
    # a variation selector, a character beyond the BMP, a compatibility ideograph that NFC would replace
    name = "\u845b\U000e0103\u57ce　\U00020bb7\ufa19之助"
    files.apply(files.persons({"氏名": name, "世帯主の氏名": name}))
    kept = queries.find_person(p, "19").name
    assert [hex(ord(c)) for c in kept] == [hex(ord(c)) for c in name]
    assert "\ufa19" in kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_with_and_without_byte_order_mark(files, p, encoding):
    assert not files.faults(files.write([{"宛名番号": "19"} | dict(PERSON_ROW)], encoding))


PERSON_ROW = {
    "宛名番号": "19",
    "履歴番号": "1",
    "世帯番号": "19",
    "住民状態": "住民",
    "住民種別": "日本人",
    "氏名": "髙﨑　①郎",
    "生年月日": "S55.4.1",
    "性別": "",
    "世帯主の氏名": "",
    "世帯主との続柄": "",
    "本籍": "青嶺県若草市一番地",
    "筆頭者": "髙﨑　①郎",
    "住所": "青嶺県若草市一番地",
    "住民となった年月日": "1980/4/1",
    "異動事由": "出生",
}


def test_cp932_by_choice_and_never_by_guess(files, p):
    path = files.write([PERSON_ROW], "cp932")
    with pytest.raises(UnreadableFileError, match="line 1: not utf-8; is the file in --encoding cp932"):
        files.plan(path)
    files.apply(path, encoding="cp932")
    assert queries.find_person(p, "19").name == "髙﨑　①郎"


def test_english_keys_and_japanese_names_are_the_same_columns(files, p):
    japanese = files.plan(files.write([PERSON_ROW], name="a.csv"))
    keys = {field.title: field.key for field in PERSONS.fields}
    english = files.plan(files.write([{keys[name]: cell for name, cell in PERSON_ROW.items()}], name="b.csv"))
    assert [row.values for row in japanese.added] == [row.values for row in english.added]


def test_an_unknown_column_is_reported_and_a_missing_or_double_one_refused(files):
    planned = files.plan(files.write([PERSON_ROW | {"国保番号": "1"}]))
    assert [str(w) for w in planned.warnings] == ["line 1, column 国保番号: unknown column, ignored"]
    with pytest.raises(UnreadableFileError, match="column missing: 氏名, 住所"):
        files.plan(files.write([{k: v for k, v in PERSON_ROW.items() if k not in {"氏名", "住所"}}]))
    with pytest.raises(UnreadableFileError, match="column given twice: 氏名"):
        files.plan(files.write([PERSON_ROW | {"name": "二度"}]))


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"宛名番号": "18"}, ["line 2, column 宛名番号: wrong check digit"]),
        (
            {"宛名番号": "18", "住民状態": "どこか"},
            [
                "line 2, column 住民状態: not one of 住民、転出、死亡、消除",
                "line 2, column 宛名番号: wrong check digit",
            ],
        ),
        ({"宛名番号": ""}, ["line 2, column 宛名番号: must not be empty"]),
        ({"個人番号": "123456789012"}, ["line 2, column 個人番号: not 12 digits with the right check digit"]),
        (
            {"生年月日": "令和99年1月1日", "住民となった年月日": "年月日不詳"},
            ["line 2, column 生年月日: in the future"],
        ),
        ({"生年月日": "きのう"}, ["line 2, column 生年月日: not a date that a register may hold: not a date"]),
        ({"届出の年月日": "令和8年頃"}, ["line 2, column 届出の年月日: must be a full day of the calendar"]),
        ({"住民となった年月日": "昭和54年4月1日"}, ["line 2, column 住民となった年月日: before 生年月日"]),
        ({"世帯主との続柄": "孫"}, ["line 2, column 世帯主との続柄: not a 続柄 of the standard"]),
        ({"住民状態": "在住"}, ["line 2, column 住民状態: not one of 住民、転出、死亡、消除"]),
        ({"氏名": "若草\u200b太郎"}, ["line 2, column 氏名: contains the character U+200B"]),
        ({"氏名": "若草�太郎"}, ["line 2, column 氏名: contains the character U+FFFD"]),
        ({"氏名のフリガナ": "わかくさ"}, ["line 2, column 氏名のフリガナ: not full-width katakana"]),
        ({"本籍": ""}, ["line 2, column 本籍: must not be empty for 日本人"]),
        ({"在留資格": "永住者"}, ["line 2, column 在留資格: must be empty for 日本人"]),
        ({"異動事由": "死亡"}, ["line 2, column 異動事由: contradicts 住民状態"]),
        ({"履歴番号": "0"}, ["line 2, column 履歴番号: must be at least 1"]),
        ({"世帯主との続柄": "妻"}, ["line 2, column 世帯主の氏名: names a 世帯主, but nobody in the household is one"]),
        ({"世帯主の氏名": "別　人"}, ["line 2, column 世帯主の氏名: is not the name of the 世帯主"]),
    ],
)
def test_a_bad_cell_is_told_by_line_column_and_reason(files, change, faults):
    assert files.faults(files.persons(change)) == faults


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"世帯主との続柄": "世帯主", "世帯主の氏名": "若草　太郎"},
            "世帯主との続柄: the household has another 世帯主",
        ),
        ({"住所": "青嶺県若草市二番地"}, "住所: differs from the address of the household"),
        ({"個人番号": "123456789018"}, "個人番号: another person has the same number"),
        ({"世帯主との続柄": "子"}, "世帯主との続柄: contradicts 生年月日"),
        ({"宛名番号": "19"}, "履歴番号: the same row stands in line 2"),
    ],
)
def test_rows_that_contradict_each_other(files, change, reason):
    assert files.faults(files.persons({}, WIFE | change)) == [f"line 3, column {reason}"]


def test_a_row_that_contradicts_a_stored_one_is_refused_too(files):
    files.apply(files.persons({}))
    second_head = WIFE | {"世帯主との続柄": "世帯主"}
    assert len(files.faults(files.persons(second_head))) == 1
    same_number = WIFE | {"個人番号": "123456789018"}
    assert len(files.faults(files.persons(same_number))) == 1


def test_a_contradiction_in_a_stored_row_is_told_at_the_file_that_brings_it(files):
    files.apply(files.persons({}, WIFE))
    renamed = {"履歴番号": "2", "氏名": "若草　次郎", "世帯主の氏名": "若草　次郎"}
    reason = "is not the name of the 世帯主 (in a stored row of the same household, 戸籍 or person)"
    assert files.faults(files.persons(renamed)) == [f"line 2, column 世帯主の氏名: {reason}"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"氏名": "あ" * 301}, "氏名: longer than 300 characters"),
        ({"方書": "　"}, "方書: only blanks"),
        ({"住民票コード": "123"}, "住民票コード: not 11 digits"),
        ({"住所の郵便番号": "〒123-456"}, "住所の郵便番号: not 7 digits"),
        ({"在留カードの番号": "ZZ 01"}, "在留カードの番号: not at most 40 letters and digits"),
        ({"届出の年月日": "いつか"}, "届出の年月日: not a date that a register may hold: not a date"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds(files, change, fault):
    assert files.faults(files.persons(change)) == [f"line 2, column {fault}"]


def test_a_file_may_have_blank_lines_and_tells_how_far_it_is(files, p):
    path = files.persons({})
    path.write_text(path.read_text() + "\r\n" * 600)
    told = []
    files.apply(path, advance=told.append)
    assert (queries.count_residents(p), told) == (1, [500])


def test_check_finds_who_has_no_current_version(files, p):
    files.apply(files.persons({}))
    p.session.execute(sa.update(PersonVersion).values(is_current=False))
    assert [str(f) for f in checking.check(p, KEY)] == ["persons 19: no current version"]


def test_no_reason_repeats_what_a_cell_says(files):
    secret = {"氏名": "若草\t太郎", "生年月日": "平成31年5月1日", "個人番号": "999999999999", "住所": "秘密の住所\n"}
    told = "\n".join(files.faults(files.persons(secret)))
    assert told.count("line ") == 4
    assert not any(word in told for word in ("太郎", "平成31", "9999", "秘密"))
    assert "太郎" not in repr(files.plan(files.persons({})).added)


def test_every_bad_row_is_listed_with_its_own_line(files):
    rows = [{"宛名番号": "1"}, WIFE, {"宛名番号": "2", "氏名": "二行\nの名"}, {"宛名番号": "3"}]
    lines = [line.split(",")[0] for line in files.faults(files.persons(*rows))]
    assert lines == ["line 2", "line 4", "line 4", "line 6"]  # a line end in the name, and no check digit


def test_numbers_from_before_the_standard_need_no_check_digit_by_choice(files):
    assert not files.faults(files.persons({"宛名番号": "18"}), check_digits=False)


def test_a_ragged_row_and_broken_csv_are_refused(files, tmp_path):
    header = ",".join(PERSON_ROW)
    (tmp_path / "bad.csv").write_text(f"{header}\n1,2,3\n")
    assert files.faults(tmp_path / "bad.csv") == ["line 2: 3 cells instead of 15"]
    (tmp_path / "bad.csv").write_text(f'{header}\n"1"x,2\n')
    with pytest.raises(UnreadableFileError, match="line 2: not CSV"):
        files.plan(tmp_path / "bad.csv")
    (tmp_path / "bad.csv").write_bytes(b"")
    with pytest.raises(UnreadableFileError, match="column missing"):
        files.plan(tmp_path / "bad.csv")


FOREIGN = {
    "住民種別": "外国人",
    "氏名": "",
    "氏名（アルファベット）": "HILL ANNA",
    "氏名のフリガナ": "",
    "通称": "若草　杏奈",
    "世帯主の氏名": "HILL ANNA",
    "本籍": "",
    "筆頭者": "",
    "住民となった年月日": "",
    "生年月日": "1990-05-03",
    "国籍・地域": "架空国",
    "30条45区分": "中長期在留者",
    "外国人住民となった年月日": "2020-05-06",
    "在留資格": "永住者",
    "在留期間": "無期限",
    "在留カードの番号": "ZZ00000001ZZ",
    "異動事由": "国外転入等",
}


def test_a_foreign_resident_may_have_a_latin_name_alone(files, p):
    files.apply(files.persons(FOREIGN))
    person = queries.find_person(p, "19")
    assert (person.name, person.name_latin, person.alias) == ("HILL ANNA", "HILL ANNA", "若草　杏奈")
    assert person.foreign.nationality == "架空国"


def test_what_the_class_of_a_foreign_resident_requires(files):
    lacking = FOREIGN | {"在留カードの番号": "", "国籍・地域": "", "筆頭者": "だれか"}
    assert files.faults(files.persons(lacking)) == [
        "line 2, column 国籍・地域: must not be empty for 外国人",
        "line 2, column 在留カードの番号: must not be empty for 外国人",
        "line 2, column 筆頭者: must be empty for 外国人",
    ]


def test_characters_that_the_font_lacks_are_kept_and_reported(files, p):
    def find_missing(text):
        return [part for part in ("\u845b\U000e0101", "\U00020bb7") if part in text]

    name = "\u845b\U000e0101\U00020bb7"
    planned = files.apply(files.persons({"氏名": name, "世帯主の氏名": name}), find_missing=find_missing)
    assert [str(w) for w in planned.warnings] == [
        f"line 2, column {column}: the font lacks U+845B U+E0101, U+20BB7" for column in ("氏名", "世帯主の氏名")
    ]
    assert queries.find_person(p, "19").name == name


def test_the_import_is_recorded_with_its_file_and_counts(files, p):
    path = files.persons({}, WIFE)
    files.apply(path)
    made = p.session.scalars(sa.select(RegisterImport)).one()
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (made.serial, made.register, made.file_sha256, made.added) == (1, "persons", sha, 2)
    entry = p.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == ("test", Action.REGISTER_IMPORTED, "import:1")
    assert sha in entry.details
    assert "若草" not in entry.details


def test_check_finds_what_was_altered_behind_the_importers_back(files, p):
    files.apply(files.persons({}, WIFE))
    assert checking.check(p, KEY) == []
    p.session.execute(sa.update(PersonVersion).where(PersonVersion.atena_no == "27").values(setai_no="99"))
    assert [str(f) for f in checking.check(p, KEY)] == [
        "persons 27 1: differs from what was imported",
        "persons 27 1, column 世帯主の氏名: names a 世帯主, but nobody in the household is one",
    ]


def test_a_number_moved_to_another_row_does_not_pass_the_check(files, p):
    files.apply(files.persons({}, WIFE))
    sealed = p.session.scalar(sa.select(PersonVersion.individual_number).where(PersonVersion.atena_no == "19"))
    p.session.execute(sa.update(PersonVersion).where(PersonVersion.atena_no == "27").values(individual_number=sealed))
    with pytest.raises(encryption.SealedElsewhereError):
        checking.check(p, KEY)


def test_moving_out_notice_and_death(files, p):
    notice = {"転出予定年月日": "令和8年12月1日", "異動事由": "国内転出"}
    files.apply(files.persons(notice))
    person = queries.find_person(p, "19")
    assert person.status is ResidentStatus.RESIDENT
    assert person.moving_out_on is not None
    row = p.session.scalars(sa.select(PersonVersion)).one()
    assert row.movement_reason is MovementReason.MOVED_OUT
