"""The table of roles, and the picture that sets up a code generator."""

from __future__ import annotations

import pytest
import zxingcpp
from PIL import Image

from app.staff import codes, passwords
from app.staff.roles import GRANTS, Permission, Role, is_of_union, may, sees


def test_the_table_names_every_role_and_leaves_no_permission_unused() -> None:
    assert set(GRANTS) == set(Role)
    assert frozenset().union(*GRANTS.values()) == set(Permission)


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.CLERK, {"see_cases", "see_person", "decide", "see_terminals"}),
        (
            Role.SENIOR_CLERK,
            {"see_cases", "see_person", "decide", "see_terminals", "decide_money", "resume_terminal"},
        ),
        (Role.UNION_ADMINISTRATOR, {"see_cases", "see_terminals", "resume_terminal"}),
    ],
)
def test_who_may_what(role: Role, permissions: set[str]) -> None:
    assert {p.value for p in Permission if may(role, p)} == permissions


def test_who_sees_every_town_sees_no_person() -> None:
    assert all(not may(role, Permission.SEE_PERSON) for role in Role if is_of_union(role))


def test_a_town_sees_itself_alone() -> None:
    assert sees("901016", "901016")
    assert not sees("901016", "901024")
    assert sees(None, "901024")


def test_the_picture_says_what_the_generator_must_know() -> None:
    """Drawn from its path alone, as the browser does, and read by a reader that has not seen it."""
    address = codes.setup_address("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "wakakusa-clerk", "みどりの広域連合")
    picture, scale = codes.draw(address), 6
    image = Image.new("L", (picture.size * scale,) * 2, 255)
    for shape in picture.path.strip().rstrip("Z").split("Z"):
        left, top, width, height = (int(n) for n in shape.strip("M").replace("h", " ").replace("v", " ").split()[:4])
        box = [left * scale, top * scale, (left + width) * scale, (top + height) * scale]
        image.paste(0, tuple(box))
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [address]
    assert "secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" in address


def test_invented_passwords_are_long_and_never_the_same() -> None:
    invented = {passwords.invent() for _ in range(50)}
    assert len(invented) == 50
    assert all(len(password) == 23 and not set("01ilo") & set(password) for password in invented)
