"""Codes of real towns of 上伊那 (全国地方公共団体コード) and what only looks like one."""

import pytest

from app.municipalities.codes import check_digit, is_municipality_code

REAL = ["202096", "202100", "203823", "203831", "203840", "203858", "203866", "203882", "011002", "131016"]


@pytest.mark.parametrize("code", REAL)
def test_real_codes_are_right(code: str) -> None:
    assert is_municipality_code(code)
    assert check_digit(code[:5]) == code[5]


@pytest.mark.parametrize("code", REAL)
def test_every_single_wrong_digit_is_found(code: str) -> None:
    others = [code[:i] + d + code[i + 1 :] for i in range(6) for d in "0123456789" if d != code[i]]
    # 11 - r is 10 or 11 for two remainders, which the last digit writes as 0 and 1: what that lets through is known
    missed = [other for other in others if is_municipality_code(other)]
    assert all((11 - _remainder(code)) % 10 == (11 - _remainder(other)) % 10 for other in missed)
    assert len(missed) <= 5


def _remainder(code: str) -> int:
    return sum(int(d) * w for d, w in zip(code, (6, 5, 4, 3, 2), strict=False)) % 11


@pytest.mark.parametrize("code", ["", "20209", "2020960", "20209a", "２０２０９６", " 202096", "202096\n", "²02096"])
def test_what_is_no_code(code: str) -> None:
    assert not is_municipality_code(code)


@pytest.mark.parametrize("five", ["", "2020", "202096", "2020x", "２０２０９"])
def test_a_check_digit_needs_five_digits(five: str) -> None:
    with pytest.raises(ValueError, match="five digits"):
        check_digit(five)
