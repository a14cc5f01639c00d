"""Integer yen by kind and channel, from the town's own ordinance."""

import pytest

from app.certificates.errors import NotOfferedError
from app.certificates.fees import price
from tests.unit.certificates.people import ordinance


@pytest.mark.parametrize(
    ("kind", "channel", "yen"),
    [
        ("resident_record", "kiosk", 200),
        ("resident_record", "counter", 300),
        ("seal_registration", "kiosk", 250),
    ],
)
def test_price(kind, channel, yen):
    assert price(kind, channel, ordinance()) == yen


def test_no_fee_in_the_ordinance_is_no_offer():
    with pytest.raises(NotOfferedError):
        price("resident_record", "post", ordinance())
