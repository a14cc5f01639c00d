"""What the guard refused: seen by those who may see a person, as pictures, written down, and gone with the case."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from app.audit.models import AuditEntry
from app.certificates import samples
from app.certificates.documents import numbered
from app.certificates.pictures import to_image
from app.certificates.rendering import Renderer
from app.issuance.models import CaseKind
from app.issuance.queries import CaseView
from app.issuance.rendered import fail_copy
from app.municipalities.partitions import partitions
from tests.functional.counter.conftest import CLERK, OTHER_SENIOR, SENIOR, UNION, Journal, address
from tests.integration.issuance.conftest import HOME, Stage

PAGE, PICTURE = "/refused-sheet", "/refused-sheet/1.png"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    document = samples.sample("resident_record")
    return Renderer().render(numbered(document, "20261121 若草市 001 0000123")).pdf


def refuse(app: Flask, journal: Journal, pdf: bytes) -> CaseView:
    """As a worker does it after the guard has spoken."""
    with app.app_context():
        order = Stage(key="key-refused").arrive().place()
        evidence = {"event": "guard_mismatch", "findings": ["foreign_name:1"]}
        with partitions.open(HOME, write=True) as p:
            fail_copy(p, "worker", CaseKind.GUARD_MISMATCH, order.copies[0].issuance_id, evidence, pdf)
    return journal.newest(CaseKind.GUARD_MISMATCH)


def looks(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context(), partitions.open(HOME) as p:
        query = sa.select(AuditEntry).where(AuditEntry.action == "refused_sheet.seen").order_by(AuditEntry.sequence)
        return [(entry.actor, entry.subject, entry.details) for entry in p.session.scalars(query)]


@pytest.mark.parametrize("who", [CLERK, SENIOR])
def test_the_clerk_of_the_town_sees_it_with_a_mark_across_it(
    app: Flask, open_browser, journal: Journal, pdf: bytes, who: str
) -> None:
    case = refuse(app, journal, pdf)
    clerk = open_browser(who)
    assert 'id="refused-sheet"' in clerk.get(address(case)).text
    page = clerk.get(address(case, tail=PAGE))
    assert page.text.count('<img class="refused"') == 1
    assert looks(app) == []  # the page shows nothing by itself
    answer = clerk.client.get(address(case, tail=PICTURE))
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-store")
    seen = Image.open(io.BytesIO(answer.data)).convert("L")
    bare = to_image(pdf, dpi=900 / 595.28 * 72).convert("L")
    assert seen.size == bare.size
    assert seen.tobytes() != bare.tobytes()
    assert looks(app) == [(f"staff:{who}", f"case:{case.case_id}", '{"page":1}')]


@pytest.mark.parametrize(("who", "status"), [(UNION, 403), (OTHER_SENIOR, 404)])
def test_nobody_else_sees_it(app: Flask, open_browser, journal: Journal, pdf: bytes, who: str, status: int) -> None:
    case = refuse(app, journal, pdf)
    other = open_browser(who)
    assert 'id="refused-sheet"' not in other.get(address(case)).text
    for tail in (PAGE, PICTURE):
        assert other.get(address(case, tail=tail)).status_code == status
    assert looks(app) == []


def test_it_is_gone_when_the_case_is_closed(app: Flask, open_browser, journal: Journal, pdf: bytes) -> None:
    case = refuse(app, journal, pdf)
    clerk = open_browser(CLERK)
    clerk.get(address(case))
    clerk.press("/verdict", verdict="checked")
    assert 'id="refused-sheet"' not in clerk.page.text
    for tail in (PAGE, PICTURE):
        assert clerk.get(address(case, tail=tail)).status_code == 404
    assert looks(app) == []


def test_a_page_that_there_is_not(app: Flask, open_browser, journal: Journal, pdf: bytes) -> None:
    case = refuse(app, journal, pdf)
    clerk = open_browser(CLERK)
    for page in (0, 2):
        assert clerk.get(address(case, tail=f"/refused-sheet/{page}.png")).status_code == 404
    assert looks(app) == []


def test_what_nothing_can_open(app: Flask, open_browser, journal: Journal) -> None:
    case = refuse(app, journal, b"%PDF-1.7 and no more")
    clerk = open_browser(CLERK)
    assert "絵にすることができません" in clerk.get(address(case, tail=PAGE)).text
    assert clerk.get(address(case, tail=PICTURE)).status_code == 404


def test_a_case_without_one(app: Flask, open_browser, journal: Journal) -> None:
    case = refuse(app, journal, b"")
    clerk = open_browser(CLERK)
    assert 'id="refused-sheet"' not in clerk.get(address(case)).text
    assert clerk.get(address(case, tail=PAGE)).status_code == 404
