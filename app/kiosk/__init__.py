"""What residents see: from a language to a sheet in the hand. Thin: rules are in `journey` and in the rooms below."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")

from app.kiosk import arriving, choosing, printing, staying  # noqa: E402, F401 the views hang themselves on `bp`
