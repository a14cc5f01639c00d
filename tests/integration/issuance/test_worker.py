"""Real sheets from the journal to the journal: rendered, read back, stored; or failed, and then nothing is charged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.cards import visits
from app.certificates.documents import numbered
from app.certificates.kinds.resident_record import ResidentRecordDocument
from app.certificates.reading import read_pdf
from app.certificates.rendering import RenderedSheet, Renderer
from app.config import Config
from app.issuance import vault
from app.issuance import worker as worker_module
from app.issuance.cases import Verdict, close_case
from app.issuance.errors import OrderNotFoundError, SheetLostError
from app.issuance.models import CaseKind, Outbox, Sheet
from app.issuance.queries import get_preview, list_cases
from app.issuance.refused import has_refused, read_refused
from app.issuance.refused_models import RefusedSheet
from app.issuance.rendered import list_waiting
from app.issuance.states import Payment, State
from app.issuance.worker import ALL_TOWNS_SECONDS, Rounds, Worker
from app.municipalities.partitions import partitions
from app.municipalities.queries import get_terminal
from app.protocol.messages import ReportEvent
from tests.integration.issuance.conftest import (
    FEE,
    HOME,
    KIOSK,
    OTHER,
    OTHER_KIOSK,
    FakeRoom,
    Stage,
    make_document,
    rows,
)


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The register of the town, as far as the guard asks."""
    register = ["若草　太郎"]
    monkeypatch.setattr(worker_module, "other_names", lambda _p, _exclude: iter(register))
    return register


@pytest.fixture
def worker(renderer: Renderer, names: list[str]) -> Worker:
    return Worker(renderer)


def waiting() -> list:
    with partitions.open(HOME) as p:
        return list_waiting(p, 10)


def swapped(renderer: Renderer, change: Callable) -> Callable[..., RenderedSheet]:
    """A renderer that draws something else: the bug of 2023."""
    return lambda document, **options: Renderer.render(renderer, change(document), **options)


def test_what_waits_becomes_ready(stage: Stage, worker: Worker) -> None:
    stage.place("resident_record", "resident_record")
    assert worker.turn([HOME, OTHER]) == 2
    order = stage.order
    assert order.is_ready
    assert [c.sheets for c in order.copies] == [1, 1]
    with partitions.open(HOME) as p:
        assert get_preview(p, stage.visit_id, order.copies[0].issuance_id).startswith(b"\x89PNG")
    assert worker.turn([HOME, OTHER]) == 0


def test_an_idle_worker_asks_the_union_and_not_every_town(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(worker_module.time, "monotonic", lambda: now[0])
    rounds = Rounds()
    assert rounds.towns() == [HOME, OTHER], "what lies there from before"
    assert rounds.towns() == [HOME], "somebody of this town stands at a terminal"
    visits.close_visit(stage.visit_id, "finished")
    assert rounds.towns() == []
    now[0] += ALL_TOWNS_SECONDS
    assert rounds.towns() == [HOME, OTHER], "a new attempt, and nobody stands there"


def test_the_granted_bytes_are_the_residents_own(stage: Stage, worker: Worker) -> None:
    stage.place()
    worker.turn([HOME])
    stage.ask()
    stage.report(ReportEvent.HELD, yen=FEE)
    manifest, pdf = stage.grant()
    (page,) = read_pdf(pdf)
    assert manifest.issue_number in page.text.replace("　", " ")
    assert "若草太郎" in page.plain
    assert manifest.sheets == 1


def test_nothing_readable_is_at_rest(stage: Stage, worker: Worker, config) -> None:
    stage.place()
    worker.turn([HOME])
    stored = (config.home / "partitions" / f"{HOME}.db").read_bytes()
    assert b"%PDF" not in stored
    assert "若草　太郎".encode() not in stored


@pytest.mark.parametrize(
    "change",
    [
        lambda document: replace(make_document("青葉　花子"), certification=document.certification),
        lambda document: numbered(document, "20261121 若草市 001 9999999"),
        lambda document: replace(document, persons=document.persons * 5),
    ],
    ids=["another person", "another number", "more sheets"],
)
def test_a_swapped_sheet_never_gets_to_a_printer(
    stage: Stage, worker: Worker, renderer: Renderer, monkeypatch: pytest.MonkeyPatch, change: Callable
) -> None:
    stage.place("resident_record", "resident_record")
    monkeypatch.setattr(worker, "_renderer", type("Swapped", (), {"render": staticmethod(swapped(renderer, change))})())
    worker.turn([HOME])
    order = stage.order
    assert [c.state for c in order.copies] == [State.FAILED, State.CANCELLED]
    assert (order.payment, order.is_open, order.has_failed) == (Payment.RELEASED, False, True)
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
    assert case.kind is CaseKind.GUARD_MISMATCH
    assert get_terminal(KIOSK).stopped_reason == "mismatch"
    assert rows(Sheet) == []
    assert len(rows(Outbox)) == 2  # two void numbers


def test_a_refused_sheet_is_kept_for_the_case_and_for_nothing_else(
    stage: Stage, worker: Worker, names: list[str], config: Config
) -> None:
    names.append("世帯主の氏名")
    stage.place()
    worker.turn([HOME])
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
        (page,) = read_pdf(read_refused(p, case.case_id))
    assert "若草太郎" in page.plain
    (kept,) = rows(RefusedSheet)
    stored = (config.home / "partitions" / f"{HOME}.db").read_bytes()
    assert b"%PDF" not in stored
    with partitions.open(HOME, write=True) as p:
        with pytest.raises(SheetLostError):
            vault.unlock(kept.pdf, vault.sheet_label(HOME, kept.attempt_id, vault.sha256(b""), "pdf"))
        close_case(p, "staff:test", case.case_id, Verdict.CHECKED)
        with pytest.raises(OrderNotFoundError):
            read_refused(p, case.case_id)
    assert rows(RefusedSheet) == []
    assert kept.pdf not in (config.home / "partitions" / f"{HOME}.db").read_bytes()


def test_what_was_never_drawn_is_a_case_without_a_sheet(stage: Stage, worker: Worker, names: list[str]) -> None:
    stage.place()
    (copy,) = waiting()
    worker.make(HOME, replace(copy, issue_number="20261121 若草市 001 9999999"))
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
        assert not has_refused(p, case.case_id)
    assert case.evidence[0]["findings"] == ["document_of_another_attempt"]


def test_a_document_that_is_not_what_was_ordered(stage: Stage, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet is the document, letter by letter; the order in the journal asks for something else."""
    stage.place()
    (copy,) = waiting()
    asked = replace(copy, wish=replace(copy.wish, options=frozenset({"head_relationship"})))
    with monkeypatch.context() as without:
        without.setattr(worker_module, "check_asked", lambda *_given: None)
        without.setattr(worker_module, "store_sheet", lambda *_given: True)
        assert worker.make(HOME, asked), "nothing else finds it"
    assert not worker.make(HOME, asked)
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
        assert has_refused(p, case.case_id)
    assert (case.kind, case.evidence[0]["findings"]) == (CaseKind.GUARD_MISMATCH, ["option:head_relationship"])


def test_one_worker_is_content_and_another_is_not(stage: Stage, worker: Worker, names: list[str]) -> None:
    """The register has changed between them: the sheet that was stored is not granted either."""
    stage.place()
    (copy,) = waiting()
    assert worker.make(HOME, copy)
    names.append("世帯主の氏名")
    worker._names.clear()
    assert not worker.make(HOME, copy)
    assert [c.state for c in stage.order.copies] == [State.FAILED]
    assert len(rows(RefusedSheet)) == 1


def test_a_stranger_of_the_town_on_the_sheet(stage: Stage, worker: Worker, names: list[str], room: FakeRoom) -> None:
    """Everything that the document says is there, and one name too many."""
    names.append("鶴　之助")
    stage.place()
    worker.turn([HOME])
    assert stage.order.is_ready  # wholly inside a string of the document
    names.append("世帯主の氏名")
    stage.cancel()
    stage.place(key="key-2")
    worker._names.clear()
    worker.turn([HOME])
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
    assert case.evidence[0]["findings"] == ["foreign_name:1"]


def test_a_character_that_the_font_lacks(stage: Stage, worker: Worker, room: FakeRoom, caplog) -> None:
    room.name = "若草　\U0002ffff"
    stage.place()
    with caplog.at_level(logging.DEBUG):
        worker.turn([HOME])
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
    assert case.kind is CaseKind.RENDER_FAILED
    assert stage.order.payment is Payment.RELEASED
    assert get_terminal(KIOSK).stopped_reason is None
    assert "若草　" not in caplog.text


def test_a_form_that_was_replaced_while_a_copy_waited(
    stage: Stage, worker: Worker, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update the kept text fits no installed form: that copy fails, the town's other sheets are made."""
    stage.place()
    other = Stage(OTHER_KIOSK, key="key-2").arrive()
    monkeypatch.setattr(ResidentRecordDocument, "form_version", 2)
    other.place()
    with partitions.open(HOME) as p:
        assert len(list_waiting(p, 10)) == 2
    assert worker.turn([HOME]) == 2
    assert ([c.state for c in stage.order.copies], stage.order.payment) == ([State.FAILED], Payment.RELEASED)
    assert other.order.is_ready
    with partitions.open(HOME) as p:
        (case,) = list_cases(p)
    assert (case.kind, case.evidence[0]["findings"]) == (CaseKind.RENDER_FAILED, ["UnreadableDocumentError"])


def test_two_workers_make_the_same_sheet(stage: Stage, worker: Worker, renderer: Renderer) -> None:
    stage.place()
    (copy,) = waiting()
    assert worker.make(HOME, copy)
    (before,) = rows(Sheet)
    assert not Worker(renderer).make(HOME, copy)  # the second one throws its own away
    (after,) = rows(Sheet)
    assert before.pdf == after.pdf


def test_an_order_that_was_cancelled_while_its_sheet_was_drawn(stage: Stage, worker: Worker) -> None:
    stage.place()
    (copy,) = waiting()
    stage.cancel()
    assert not worker.make(HOME, copy)
    assert rows(Sheet) == []


def test_a_town_that_is_down(stage: Stage, worker: Worker, config, caplog) -> None:
    stage.place()
    partitions.dispose()
    (config.home / "partitions" / f"{OTHER}.db").rename(config.home / "away.db")
    assert worker.turn([OTHER, HOME]) == 1
    assert "PartitionDownError" in caplog.text


def test_names_are_read_again_when_the_register_changes(stage: Stage, worker: Worker, monkeypatch) -> None:
    worker._names_of(HOME)
    first = worker._names[HOME]
    assert worker._names_of(HOME) is first[1]
    monkeypatch.setattr(worker_module, "get_register_serial", lambda _p: 7)
    assert worker._names_of(HOME) is not first[1]
