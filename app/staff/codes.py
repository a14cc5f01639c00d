"""The second factor: six digits that change every 30 seconds (TOTP, RFC 6238), and the picture that sets it up.

The one module that knows pyotp and the maker of QR pictures. Nothing here asks a network.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

import pyotp
import zxingcpp

from app import clock

STEP_SECONDS = 30
_DRIFT = 1  # steps that a clock may be off (RFC 6238 §5.2)
_PARTS = re.compile(r'<svg width="(\d+)".*?<path d="([^"]+)"', re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """A QR picture: modules on a side, its quiet zone among them, and the path of the dark ones."""

    size: int
    path: str


def invent_secret() -> str:
    """160 random bits in base32, as authenticator programs read them."""
    return pyotp.random_base32()


def current_code(secret: str) -> str:
    """What a code generator with this secret shows now."""
    return pyotp.TOTP(secret).generate_otp(_step_now())


def matching_step(secret: str, code: str, last_step: int) -> int | None:
    """The step of a right code that is newer than the last one accepted; None for any other."""
    generator, now = pyotp.TOTP(secret), _step_now()
    steps = [
        step
        for step in range(now - _DRIFT, now + _DRIFT + 1)
        if hmac.compare_digest(generator.generate_otp(step).encode(), code.encode())
    ]
    return next((step for step in steps if step > last_step), None)


def setup_address(secret: str, staff_id: str, issuer: str) -> str:
    """The otpauth:// address that a code generator takes over."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff_id, issuer_name=issuer)


def draw(text: str) -> Picture:
    """`text` as a QR picture, made here: the secret leaves the portal for this page alone."""
    svg: str = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(add_quiet_zones=True)
    parts = _PARTS.search(svg)
    assert parts  # noqa: S101 what the locked version writes; a test reads the picture back
    return Picture(int(parts[1]), parts[2])


def _step_now() -> int:
    return int(clock.now().timestamp()) // STEP_SECONDS
