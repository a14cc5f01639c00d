"""Whose name is on the page: near misses in both directions."""

from __future__ import annotations

import random
import time

import pytest

from app.issuance.names import count_foreign, index

PAGE = "氏名 山田　花子 性別 女\n住所 青嶺県若草市東町一番地 山田ハイツ\n世帯主 山田　太郎\n筆頭者 MIHON SARAH ANNE 子"
SAID = ["山田　花子", "女", "青嶺県若草市東町一番地　山田ハイツ", "山田　太郎", "MIHON SARAH ANNE", "子"]


@pytest.mark.parametrize(
    ("register", "found"),
    [
        (["山田　花子", "山田　太郎", "MIHON SARAH ANNE"], 0),  # those who are shown
        (["山田　花"], 0),  # wholly inside a shown name
        (["SARAH ANNE"], 0),
        (["東"], 0),  # half of an address is no word
        (["東町一"], 0),
        (["花子"], 0),  # a word of the page, but of a string that the document says
        (["林　一"], 0),
        (["ANNE 子"], 1),  # across two strings: nobody's string, somebody's name
    ],
)
def test_register_names_on_the_page(register: list[str], found: int) -> None:
    assert count_foreign(PAGE, index(register), SAID) == found


@pytest.mark.parametrize(
    ("extra", "register"),
    [
        ("山田　花子美", ["山田　花子美"]),  # a shown name is a part of it
        ("青葉　一郎", ["青葉　一郎"]),
        ("青葉 一郎", ["青葉　一郎"]),  # with another space
        ("青葉一郎", ["青葉　一郎"]),  # without one, as a word
        ("東", ["東"]),
        ("氏名：青葉　一郎様", ["青葉　一郎"]),  # glued to other text
    ],
)
def test_a_foreign_name_is_found(extra: str, register: list[str]) -> None:
    assert count_foreign(f"{PAGE}\n備考 {extra}", index(register), SAID) == 1
    assert count_foreign(PAGE, index(register), SAID) == 0


def test_a_document_string_that_is_broken_over_lines_excuses_what_is_inside() -> None:
    page = "氏名 MIHON SARAH\nANNE 性別"
    assert count_foreign(page, index(["MIHON SARAH"]), ["MIHON SARAH ANNE"]) == 0


def test_a_large_town_costs_little() -> None:
    rng = random.Random(1)
    signs = "一二三四五六七八九十山川田中村林森木本高大小上下東西南北若青葉花太郎子美"
    register = index(
        "".join(rng.choices(signs, k=rng.randint(1, 3))) + "　" + "".join(rng.choices(signs, k=rng.randint(1, 3)))
        for _ in range(62_000)
    )
    text = "\n".join(f"項目{n} 値{n}の内容がここに入る" for n in range(80))
    begin = time.perf_counter()
    count_foreign(text, register, SAID)
    assert time.perf_counter() - begin < 0.5
