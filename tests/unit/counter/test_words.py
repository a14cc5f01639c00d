"""Nothing that may happen at a counter is without words, and evidence is told without losing any of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from flask import Flask, g
from flask_babel import Babel

from app.certificates.errors import RenderingError, UnprintableError, UnreadableDocumentError
from app.clock import JST
from app.counter import evidence, phrases, verdicts, words
from app.issuance import recovery
from app.issuance.cases import Verdict
from app.issuance.history import About, HistoryLine
from app.issuance.models import CaseKind, Disposal
from app.issuance.states import TAKEN_UNSEEN, Payment, State
from app.municipalities.serviceability import Limits, Obstacle
from app.nodes.build import ROOT
from app.protocol.messages import ReportEvent, Tender
from app.protocol.money import Step
from app.staff.limits import EndReason, PasswordFault
from app.staff.roles import Permission, Role
from app.terminal.printer import JobState
from app.web.languages import FOLDER
from app.web.obstacles import FOR_STAFF

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=JST)


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
    assert not {words.payment(p) for p in Payment} & {p.value for p in Payment}
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
    assert "job lost" not in values
    assert str(phrases.WHY["job lost"]) in values
    assert "2" in values
    assert str(FOR_STAFF[Obstacle.JAM][0]) in values
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


# --- what others write down, read where they write it


def phrases_of(module: str, names: dict[str, int]) -> set[str]:
    """The texts that a module hands to the functions of these names as the argument of that place; `{}` for a value."""
    tree = ast.parse((ROOT / module).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = set()
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in names and len(call.args) > names[name]:
            found |= _texts(call.args[names[name]])
    return found


def _texts(node: ast.AST) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            return {"".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)}
        case ast.Call(func=ast.Attribute(value=inner)):  # .strip()
            return _texts(inner)
    return set()


def filled(texts: set[str]) -> set[str]:
    """As they are written in the end."""
    jobs = {text.replace("{}", state.value, 1) for text in texts if text == "job {}" for state in JobState}
    return {text.replace("{}", "409") for text in texts - {"job {}"}} | jobs


def test_every_reason_of_the_press_has_words(speaking: str) -> None:
    said = filled(phrases_of("app/terminal/press.py", {"_move": 2, "_tell": 2, "_doubt": 2}) - {"", "{}, {} of {}"})
    assert {"no exit sensor", "grant refused 409", "job lost"} <= said
    assert [why for why in said if phrases.why(why) == why] == []
    assert [why for why in said if phrases.why(f"{why}, 1 of 3") == f"{why}, 1 of 3"] == []
    mismatches = {text for text in phrases_of_returns("app/terminal/manifest.py") if text != "not"}
    assert mismatches <= set(phrases.WHY)


def phrases_of_returns(module: str) -> set[str]:
    """Every word that stands in a `return`, or in the tuple of a loop."""
    tree = ast.parse((ROOT / module).read_text())
    loops = {text for node in ast.walk(tree) if isinstance(node, ast.For) for one in ast.walk(node.iter)
             for text in _texts(one)}  # fmt: skip
    returns = {text for node in ast.walk(tree) if isinstance(node, ast.Return) for text in _texts(node.value)}
    return loops | returns


def test_every_doubt_about_money_has_words(speaking: str) -> None:
    modules = ("terminal/till.py", "terminal/cash_line.py", "protocol/money.py", "devices/line.py", "devices/cash.py")
    said = {text for m in modules for text in phrases_of(f"app/{m}", {"PaymentContradictionError": 0})}
    assert {"taken away", "{} while {}"} <= said
    said |= {f"{step.value} while {state}" for step in Step for state in ("collecting", "held")}
    told = {reason for reason in said if reason in phrases.REASONS or phrases.reason(reason) != reason}
    assert said - told == {"{} while {}"}
    assert {step.value for step in Step} == set(phrases.DEVICE)


def test_every_finding_has_words(speaking: str) -> None:
    """Of the guard, and of whatever keeps a sheet from being made."""
    guard = "".join((ROOT / file).read_text() for file in ("app/issuance/guard.py", "app/certificates/wishes.py"))
    codes = set(re.findall(r"""(?:yield|return) \(?f?"([a-z_]+)[.:"]""", guard))
    codes |= set(re.findall(r"""SheetMismatchError\(\("([a-z_]+)",""", guard))
    assert {"pages", "content", "foreign_name", "unreadable", "kind", "option", "persons", "picks"} <= codes
    failures = {UnprintableError, RenderingError, UnreadableDocumentError, *UnprintableError.__subclasses__()}
    codes |= {failure.__name__ for failure in failures} | {"document_of_another_attempt"}
    assert codes == set(phrases.FINDINGS)
    assert all(phrases.finding(code) != code for code in codes)
    told = phrases.finding("content.12:3")
    assert "3" in told
    assert "12" not in told
    assert phrases.finding("option:domicile").endswith("（本籍・筆頭者）")
    assert phrases.finding("persons:1/2").endswith("（1/2）")


def test_what_nobody_saw_is_not_told_as_taken(speaking: str) -> None:
    """Neither in the evidence nor in the history: without a sensor all that is known is that the sheet is out."""
    said = [{"event": "taken", "details": json.dumps({"taken": how})} for how in ("unknown", "seen")]
    unseen, seen = (event for event, _ in evidence.lines(said))
    assert unseen != seen
    lines = [HistoryLine(NOW, About.COPY, 1, State.TAKEN.value, "terminal:k1", note) for note in (TAKEN_UNSEEN, "")]
    assert [words.history(line)[1] == words.state(State.TAKEN) for line in lines] == [False, True]


@pytest.mark.parametrize(("seconds", "number"), [(300, "5"), (90, "90")])
def test_how_long_a_terminal_was_silent_is_this_installations_own_limit(speaking, monkeypatch, seconds, number) -> None:
    limits = Limits(silent_case=timedelta(seconds=seconds))
    monkeypatch.setattr(words, "get_limits", lambda: limits)
    assert number in words.happened(CaseKind.TERMINAL_SILENT)
    assert "%(" not in " ".join(words.happened(kind) for kind in CaseKind)


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
