import pytest

from app.residents.characters import describe, find_forbidden, is_katakana, is_selector


@pytest.mark.parametrize(
    "name",
    ["若草　太郎", "\u845b\U000e0103\u57ce", "\U00020bb7\u7530", "\ufa19\u8c37", "HILL ANNA", "\U0010de92\u7530", ""],
)
def test_rare_characters_of_names_are_allowed(name):
    assert find_forbidden(name) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("若草\t太郎", "U+0009"),
        ("若草\n太郎", "U+000A"),
        ("若草\ufffd太郎", "U+FFFD"),
        ("若草\u200b太郎", "U+200B"),
        ("若草\u202e太郎", "U+202E"),
        ("\U000e0103若草", "U+E0103"),
        ("若\ud83d", "U+D83D"),
        ("若\uffff", "U+FFFF"),
    ],
)
def test_what_no_register_may_hold_is_named_by_code_point(text, told):
    assert find_forbidden(text) == told


@pytest.mark.parametrize(
    ("text", "is_it"), [("ワカクサ　タロウ", True), ("ヴィ・ー", True), ("", True), ("わか", False), ("ﾜｶ", False)]
)
def test_katakana_is_full_width(text, is_it):
    assert is_katakana(text) is is_it


def test_selectors_are_those_of_both_blocks():
    assert all(map(is_selector, "\ufe00\ufe0f\U000e0100\U000e01ef"))
    assert not any(map(is_selector, "\ufe10\U000e01f0葛"))
    assert describe("\u845b\U000e0103") == "U+845B U+E0103"
