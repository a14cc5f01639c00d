"""The sheet that the guard refused, as pictures with 無効 across them: no file of it leaves, none could be printed."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import service as audit
from app.audit.actions import Action
from app.certificates.errors import UnreadableSheetError
from app.certificates.pictures import VOID, count_pages, preview
from app.counter import bp, pages
from app.counter.cases import CASE
from app.counter.deciding import check_town
from app.counter.errors import NotInYourTownError
from app.issuance.errors import OrderNotFoundError
from app.issuance.refused import read_refused
from app.municipalities.partitions import Partition, partitions
from app.staff.roles import Permission
from app.web import staff
from app.web.access import staff_required

PNG = "image/png"


@bp.get(f"{CASE}/refused-sheet")
@staff_required(Permission.SEE_PERSON)
def show_refused_sheet(municipality: str, case_id: int) -> ResponseReturnValue:
    """A page with the pictures; each of them is a look that is audited."""
    staff.note_sign_of_life()
    check_town(g.staff, municipality)
    with partitions.open(municipality) as p:
        count = _count(_read(p, case_id))
    where: dict[str, Any] = {"municipality": municipality, "case_id": case_id}
    pictures = [url_for("counter.show_refused_page", **where, page=page) for page in range(1, count + 1)]
    return pages.show("counter/refused_sheet.html", _("止めた紙面"), pictures=pictures, **where)


@bp.get(f"{CASE}/refused-sheet/<int:page>.png")
@staff_required(Permission.SEE_PERSON)
def show_refused_page(municipality: str, case_id: int, page: int) -> ResponseReturnValue:
    check_town(g.staff, municipality)
    with partitions.open(municipality, write=True) as p:
        pdf = _read(p, case_id)
        if not 1 <= page <= _count(pdf):
            raise NotInYourTownError(page)
        audit.record(p, g.staff.actor, Action.REFUSED_SHEET_SEEN, f"case:{case_id}", page=page)
    return Response(preview(pdf, page - 1, VOID), mimetype=PNG)


def _read(p: Partition, case_id: int) -> bytes:
    try:
        return read_refused(p, case_id)
    except OrderNotFoundError:
        raise NotInYourTownError(case_id) from None


def _count(pdf: bytes) -> int:
    """Of a file that nothing can open: none."""
    try:
        return count_pages(pdf)
    except UnreadableSheetError:
        return 0
