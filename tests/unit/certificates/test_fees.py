"""Integer yen by kind, channel and number of copies, from the town's own ordinance."""

import pytest

from app.certificates.errors import NotOfferedError
from app.certificates.fees import price
from tests.unit.certificates.people import ordinance


@pytest.mark.parametrize(
    ("kind", "channel", "count", "yen"),
    [
        ("resident_record", "kiosk", 1, 200),
        ("resident_record", "kiosk", 3, 600),
        ("resident_record", "counter", 1, 300),
        ("seal_registration", "kiosk", 1, 250),
        ("seal_registration", "kiosk", 0, 0),
    ],
)
def test_price(kind, channel, count, yen):
    assert price(kind, channel, ordinance(), count) == yen


def test_no_fee_in_the_ordinance_is_no_offer():
    with pytest.raises(NotOfferedError):
        price("resident_record", "post", ordinance())
