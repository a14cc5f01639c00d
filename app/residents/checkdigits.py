"""PURE. Check digits of the numbers in a register."""

from __future__ import annotations

MAX_REGISTER_NUMBER = 15  # digits of a 宛名番号 or 世帯番号, check digit included


def modulus_11(serial: str) -> str:
    """The check digit of a serial: modulus 11, weights 2 to 7 from the right (標準仕様書 1.1.13).

    Remainder 0 gives 0, says the standard; it is silent on remainder 1, which would give "10". Here that gives
    0 as well, as in the 個人番号 (番号法施行令 8条): no serial has to be skipped.
    """
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(serial)))
    remainder = total % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def is_digits(number: str) -> bool:
    """ASCII digits only: `str.isdigit` would also take 「１」 and 「²」."""
    return number.isascii() and number.isdigit()


def is_register_number(number: str) -> bool:
    """Whether a 宛名番号 or 世帯番号 has the form and the check digit of the standard."""
    return 1 < len(number) <= MAX_REGISTER_NUMBER and is_digits(number) and modulus_11(number[:-1]) == number[-1]


def is_individual_number(number: str) -> bool:
    """Whether the twelfth digit of a 個人番号 is its check digit: same weights, remainder 0 or 1 gives 0."""
    return len(number) == 12 and is_digits(number) and modulus_11(number[:-1]) == number[-1]
