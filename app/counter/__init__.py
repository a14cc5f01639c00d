"""Surface of the staff at a town's counter: what waits for a person, and the terminals. Thin: rules are below."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, session
from flask.blueprints import BlueprintSetupState

from app.web import staff
from app.web.errors import tell_apart

bp = Blueprint("counter", __name__, url_prefix=staff.PREFIX)


@bp.url_value_preprocessor
def _speak(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """The language of this browser, before anything is said."""
    g.language = session.get(staff.LANGUAGE, "")


from app.counter import cases, doors, problems, sheets, terminals  # noqa: E402, F401 the views hang themselves on `bp`


@bp.record
def _answer_for_itself(state: BlueprintSetupState) -> None:
    tell_apart(state.app, staff.is_for_staff, problems.tell)  # type: ignore[arg-type]
