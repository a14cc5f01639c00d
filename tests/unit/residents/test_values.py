import pytest

from app.residents import values
from app.residents.family_items import UnreadableItemsError, read_items, write_items


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("令和8年度", 2026),
        ("令和８年度", 2026),
        ("令和元年度", 2019),
        ("平成31年度", 2019),
        ("昭和64", 1989),
        ("R8", 2026),
        ("H31年度", 2019),
        ("2026", 2026),
        ("2026年度", 2026),
    ],
)
def test_the_ways_that_a_fiscal_year_is_written(written, year):
    assert values.fiscal_year(written) == year


@pytest.mark.parametrize(
    "written", ["平成32年度", "昭和65年度", "令和0年度", "天保3年度", "8", "1949", "令和", "年度", "R8.4.1"]
)
def test_what_is_no_fiscal_year(written):
    with pytest.raises(values.CellError):
        values.fiscal_year(written)


@pytest.mark.parametrize(
    ("written", "amount"), [("0", 0), ("1,234,567", 1_234_567), ("１２３円", 123), (" 5 ", 5), ("9" * 13, 10**13 - 1)]
)
def test_amounts(written, amount):
    assert values.yen(written) == amount


@pytest.mark.parametrize("written", ["-1", "△500", "1.5", "円", "1e3", "9" * 14, "無", "+5"])
def test_what_is_no_amount(written):
    with pytest.raises(values.CellError):
        values.yen(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("123.45", "123.45"), ("１２３．４", "123.4"), ("1,234.00㎡", "1234.00"), ("9", "9"), ("0.01", "0.01")],
)
def test_areas_keep_the_digits_that_were_registered(written, kept):
    assert values.square_metres(written) == kept


@pytest.mark.parametrize("written", ["0", "0.00", "1.234", ".5", "1.", "-1", "12坪", "約12", "1234567890"])
def test_what_is_no_area(written):
    with pytest.raises(values.CellError):
        values.square_metres(written)


@pytest.mark.parametrize(
    "plate", ["若草 580 あ 12-34", "若草　５８０　あ　・・１２", "若草市 あ 1234", "みどり野町い12", "若草58Aう1-23"]
)
def test_plates_are_kept_as_written(plate):
    assert values.plate(plate) == plate


@pytest.mark.parametrize("plate", ["1234", "ABC 123", "若草", "若草 580 あ 12-34 56-78", "若草\u200b580あ1", "あ" * 40])
def test_what_is_no_plate(plate):
    with pytest.raises(values.CellError):
        values.plate(plate)


def test_a_word_of_a_closed_list_in_any_width():
    read = values.word_of({"長男", "A1"})
    assert [read("長男"), read("Ａ１ ")] == ["長男", "A1"]
    with pytest.raises(values.CellError, match="closed list"):
        read("次男")


def test_counting_begins_at_one_where_a_number_names_a_place():
    assert values.numbering("１") == 1
    for cell in ("0", "", "-1", "一"):
        with pytest.raises(values.CellError):
            values.numbering(cell)


def test_a_picture_that_is_not_even_ascii():
    with pytest.raises(values.CellError, match="not base64"):
        values.picture("画像")


# --- the items of an entry ---


def test_items_are_labels_and_wordings_in_order():
    text = "【出生日】平成20年7月21日\n　【出生地】 青嶺県　若草市 【届出人】父"
    items = (("出生日", "平成20年7月21日"), ("出生地", "青嶺県　若草市"), ("届出人", "父"))
    assert read_items(text) == items
    assert read_items(write_items(items)) == items
    assert values.entry(text) == "【出生日】平成20年7月21日【出生地】青嶺県　若草市【届出人】父"


def test_a_label_is_the_same_in_any_width_and_a_wording_is_kept_to_the_code_point():
    assert read_items("【平成１５年法律第１１１号３条による裁判発効日】\ufa19") == (
        ("平成15年法律第111号3条による裁判発効日", "\ufa19"),
    )


@pytest.mark.parametrize(
    "text", ["", "父", "父【届出人】父", "【届出人", "【届【出】人】父", "】届出人【", "【届出人】】父"]
)
def test_what_are_no_items(text):
    with pytest.raises(UnreadableItemsError):
        read_items(text)
    with pytest.raises(values.CellError):
        values.entry(text)


@pytest.mark.parametrize("text", ["【届出人】父\u200b", "【届\u200b出人】父", "【届出人】父\n母", "【特記事項】x" * 41])
def test_items_that_no_register_may_hold(text):
    with pytest.raises(values.CellError):
        values.entry(text)
