"""PURE. 全国地方公共団体コード: two digits prefecture, three digits municipality, one check digit."""

from __future__ import annotations

_WEIGHTS = (6, 5, 4, 3, 2)
_DIGITS = "0123456789"


def check_digit(five: str) -> str:
    """The sixth digit: 11 less the weighted sum modulo 11, its last digit.

    :raises ValueError: unless `five` is five ASCII digits.
    """
    if len(five) != len(_WEIGHTS) or not all(c in _DIGITS for c in five):
        raise ValueError("five digits are needed")
    total = sum(int(digit) * weight for digit, weight in zip(five, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def is_municipality_code(code: str) -> bool:
    """Whether `code` is six ASCII digits whose last one is right. Says nothing of whether there is such a town."""
    return len(code) == 6 and all(c in _DIGITS for c in code) and check_digit(code[:5]) == code[5]
