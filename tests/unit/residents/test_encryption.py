from dataclasses import replace

import pytest

from app.residents.encryption import Cell, SealedElsewhereError, decrypt, encrypt, fingerprint

KEY = bytes(range(32))
CELL = Cell("901016", "individual_number", "12345678", 3)


def test_a_number_opens_in_its_own_cell():
    kept = encrypt(KEY, CELL, "123456789018")
    assert decrypt(KEY, CELL, kept) == "123456789018"
    assert b"123456789018" not in kept
    assert encrypt(KEY, CELL, "123456789018") != kept


@pytest.mark.parametrize(
    "other",
    [
        replace(CELL, municipality="901024"),
        replace(CELL, column="resident_code"),
        replace(CELL, atena_no="12345679"),
        replace(CELL, history_no=4),
    ],
)
def test_a_number_copied_to_another_cell_does_not_open(other):
    kept = encrypt(KEY, CELL, "123456789018")
    with pytest.raises(SealedElsewhereError):
        decrypt(KEY, other, kept)


def test_altered_bytes_and_another_key_do_not_open():
    kept = bytearray(encrypt(KEY, CELL, "123456789018"))
    with pytest.raises(SealedElsewhereError):
        decrypt(bytes(32), CELL, bytes(kept))
    kept[-1] ^= 1
    with pytest.raises(SealedElsewhereError):
        decrypt(KEY, CELL, bytes(kept))


def test_a_row_fingerprint_depends_on_key_town_and_every_value():
    prints = {
        fingerprint(KEY, "901016", ("a", "b")),
        fingerprint(KEY, "901016", ("ab", "")),
        fingerprint(KEY, "901024", ("a", "b")),
        fingerprint(bytes(32), "901016", ("a", "b")),
    }
    assert len(prints) == 4
