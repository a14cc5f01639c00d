"""What stands around every page of the counter: who sits here, for which town, where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from app.counter import words
from app.errors import KoikiError
from app.municipalities import queries as municipalities
from app.staff.queries import StaffFacts
from app.staff.roles import Permission
from app.web import languages, staff
from app.web.htmx import page_or_block
from app.web.languages import current_language

EASY = "ja@easy"  # for residents: the words of an office are those of its staff


@dataclass(frozen=True)
class Place:
    """One way of the navigation."""

    label: str
    address: str
    is_here: bool


def show(template: str, title: str, status: int = 200, **values: Any) -> Response:
    """A page of the counter."""
    response = make_response(render_template(template, **_frame(title), **values))
    response.status_code = status
    return response


def show_live(template: str, title: str, **values: Any) -> Response:
    """A page whose block `live` renews itself. Only a page that a person asked for is a sign of life."""
    return page_or_block(template, "live", **_frame(title), **values)


def in_language(japanese: str, english: str) -> str:
    """A name as the reader of this page reads it: in Latin letters where there is one and it helps."""
    is_kanji = current_language().tag.split("-")[0] in {"ja", "zh"}
    return japanese if is_kanji or not english else english


def town_name(code: str) -> str:
    """A member's name in the reader's language."""
    member = municipalities.get_member(code)
    return in_language(member.name, member.name_en)


def town_names() -> dict[str, str]:
    """All members' names by code."""
    return {member.code: in_language(member.name, member.name_en) for member in municipalities.list_members()}


def _frame(title: str) -> dict[str, Any]:
    member: StaffFacts | None = g.get("staff")
    return {
        "title": title,
        "staff": member,
        "town": _town_of(member),
        "role": words.ROLES[member.role] if member else "",
        "places": _places(member),
        "languages": [language for language in languages.offered() if language.code != EASY],
        "here": request.full_path.rstrip("?") if request.method == "GET" else url_for("counter.home"),
    }


def _town_of(member: StaffFacts | None) -> str:
    if member is None:
        return ""
    if member.municipality is None:
        return _("広域連合（全市町村）")
    try:
        return town_name(member.municipality)
    except (KoikiError, SQLAlchemyError):  # a page that says so must not fail for the same reason
        return ""


def _places(member: StaffFacts | None) -> list[Place]:
    if member is None:
        return []
    found = (
        (_("案件"), "counter.list_cases", Permission.SEE_CASES),
        (_("端末"), "counter.list_terminals", Permission.SEE_TERMINALS),
    )
    here = request.path
    return [
        Place(label, url_for(endpoint), here.startswith(url_for(endpoint)))
        for label, endpoint, permission in found
        if member.may(permission)
    ]


def own_page(address: str) -> str:
    """`address` if it is a page of the counter, else its first one: never another site (open redirect)."""
    is_plain = address.isascii() and address.isprintable() and "\\" not in address and not address.startswith("//")
    return address if is_plain and staff.is_for_staff(address.split("?", maxsplit=1)[0]) else url_for("counter.home")
