"""Nothing that may happen at a counter is without words, and evidence is told without losing any of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace

import pytest
from flask import Flask, g
from flask_babel import Babel

from app.counter import evidence, verdicts, words
from app.issuance import recovery
from app.issuance.cases import Verdict
from app.issuance.models import CaseKind, Disposal
from app.issuance.states import Payment, State
from app.municipalities.serviceability import Obstacle
from app.protocol.messages import ReportEvent, Tender
from app.staff.limits import EndReason, PasswordFault
from app.staff.roles import Permission, Role
from app.web.languages import FOLDER
from app.web.obstacles import FOR_STAFF


@pytest.fixture(params=["ja", "en", "zh_Hans"])
def speaking(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask("words")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=lambda: request.param)
    with app.test_request_context():
        g.language = request.param
        yield request.param


@pytest.mark.parametrize(
    ("vocabulary", "table"),
    [
        (CaseKind, words.KINDS),
        (Verdict, words.VERDICTS),
        (Role, words.ROLES),
        (EndReason, words.LAPSES),
        (PasswordFault, words.PASSWORD_FAULTS),
        (Tender, words.TENDERS),
        (Obstacle, FOR_STAFF),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_everything_has_words(vocabulary, table) -> None:
    assert set(table) == set(vocabulary)


def test_every_state_is_told_in_words_of_its_own(speaking: str) -> None:
    assert len({words.state(state) for state in State}) == len(State)
    assert len({words.payment(payment) for payment in Payment}) == len(Payment)
    assert not {words.state(s) for s in State} & {s.value for s in State}
    assert all(words.verdict(v.value) not in ("", v.value) for v in Verdict)
    assert {str(words.KINDS[kind].name) for kind in CaseKind}.isdisjoint(kind.value for kind in CaseKind)
    assert all(words.KINDS[kind].steps for kind in CaseKind)
    assert len(Disposal) == 3


def test_whatever_a_terminal_says_is_told_in_words(speaking: str) -> None:
    money_or_paper = set(ReportEvent) - {ReportEvent.RECEIPT_PRINTED}
    told = evidence.lines({"event": event.value} for event in sorted(money_or_paper))
    assert {line for line, _ in told}.isdisjoint(event.value for event in ReportEvent)


def test_evidence_is_told_with_all_its_particulars(speaking: str) -> None:
    details = json.dumps({"why": "job lost", "sheets": 2, "printer": ["jam"]})
    ((_, told),) = evidence.lines([{"event": "outcome_unknown", "yen": 300, "details": details}])
    values = [value for _, value in told]
    assert "job lost" in values
    assert "2" in values
    assert "jam" in values
    assert any("300" in value for value in values)


def test_evidence_that_nobody_foresaw_is_shown_as_it_is(speaking: str) -> None:
    ((event, told),) = evidence.lines([{"event": "something_new", "answer": 42, "details": "no json"}])
    assert event == "something_new"
    assert told == [("answer", "42"), ("details", "no json")]


def test_differences_and_silence_are_told_in_words(speaking: str) -> None:
    said = [
        {"event": "count", "sheets_more": 2, "yen_cash_more": -300},
        {"event": "accounts", "yen_missing": 500, "lines_missing": 1},
        {"event": "relay_late", "waiting_since": "2026-11-24 01:02:03+00:00"},
        {"event": "terminal_silent", "last_seen_at": "2026-11-24 01:02:03+00:00"},
        {"event": "committed", "yen_owed": 100, "tender": "emoney"},
    ]
    told = evidence.lines(said)
    assert {event for event, _ in told}.isdisjoint(item["event"] for item in said)
    labels = {label for _, particulars in told for label, _ in particulars}
    assert labels.isdisjoint(name for item in said for name in item)
    values = " ".join(value for _, particulars in told for _, value in particulars)
    assert "-300" in values
    assert values.count("10:02:03") == 2  # in Japan's time
    assert "emoney" not in values


UNDECIDED: dict[CaseKind, tuple[State | None, Payment]] = {
    CaseKind.OUTCOME_UNKNOWN: (State.UNKNOWN, Payment.COMMITTING),
    CaseKind.NOT_TAKEN: (State.UNKNOWN, Payment.COMMITTED),
    CaseKind.MANIFEST_MISMATCH: (State.UNKNOWN, Payment.COMMITTED),
    CaseKind.PAYMENT_UNKNOWN: (None, Payment.UNKNOWN),
    CaseKind.CHANGE_OWED: (None, Payment.COMMITTED),
}


@pytest.mark.parametrize("kind", CaseKind)
def test_what_is_offered_stands_in_the_runbook(kind: CaseKind) -> None:
    state, payment = UNDECIDED.get(kind, (None, Payment.RELEASED))
    order = SimpleNamespace(payment=payment, copies=[SimpleNamespace(state=State.SETTLED, yen=300)])
    case = SimpleNamespace(kind=kind, state=state, payment=payment, closed_at=None)
    offered = {verdict.value for verdict in verdicts.allowed(SimpleNamespace(case=case, order=order))}  # type: ignore[arg-type]
    told = {verdict for step in recovery.STEPS if kind.value in step.cases for verdict in step.verdicts}
    assert offered
    assert offered <= told


def test_every_verdict_asks_for_a_right() -> None:
    light = {v for v in Verdict if verdicts.permission_for(v) is Permission.DECIDE}
    assert light == {Verdict.CAME_OUT, Verdict.CHECKED}
    assert {v for v in Verdict if v in verdicts.WEIGHTY} == set(Verdict) - light
    assert not {r for r, v in product(Role, verdicts.WEIGHTY) if r is Role.CLERK and v in light}
