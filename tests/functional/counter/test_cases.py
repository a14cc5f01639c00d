"""The list, a case, and a verdict: once, by one, with a right to it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.issuance.cases import Verdict
from app.issuance.models import Outbox
from app.issuance.states import Payment, State
from app.municipalities.partitions import partitions
from tests.functional.counter.conftest import (
    CLERK,
    OTHER_SENIOR,
    RESIDENT,
    SENIOR,
    UNION,
    Browser,
    Journal,
    address,
    at,
)
from tests.integration.issuance.conftest import HOME, OTHER, SUBJECT


def audited(app, action: str, town: str = HOME) -> list[tuple[str, str]]:
    with app.app_context(), partitions.open(town) as p:
        query = sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.sequence)
        return [(entry.actor, entry.subject) for entry in p.session.scalars(query)]


def posted(app) -> int:
    with app.app_context(), partitions.open(HOME) as p:
        return p.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) or 0


# --- The list ------------------------------------------------------------------------------------------------------


def test_the_list_shows_open_cases_newest_first(open_browser, journal: Journal) -> None:
    first = journal.unknown_outcome()
    with at(minutes=5):
        second = journal.unknown_money()
        clerk = open_browser(CLERK)
    places = [clerk.page.text.find(f'id="case-{HOME}-{case.case_id}"') for case in (second, first)]
    assert -1 not in places
    assert places == sorted(places)
    assert "開いている案件 2件" in clerk.text
    assert first.issue_number in clerk.text


def test_the_list_can_be_narrowed_to_one_kind(open_browser, journal: Journal) -> None:
    paper, money = journal.unknown_outcome(), journal.unknown_money()
    clerk = open_browser(CLERK)
    clerk.get("/counter/cases?kind=payment_unknown")
    assert f'id="case-{HOME}-{money.case_id}"' in clerk.page.text
    assert f'id="case-{HOME}-{paper.case_id}"' not in clerk.page.text
    assert clerk.get("/counter/cases?kind=no-such-kind").status_code == 200


def test_the_list_renews_itself_in_part_and_keeps_nobody_signed_in(open_browser, journal: Journal) -> None:
    clerk = open_browser(CLERK)
    with at(minutes=10):
        case = journal.unknown_outcome()
        part = clerk.live("/counter/cases?live=1")
    assert part.status_code == 200
    assert "<html" not in part.text
    assert f'id="case-{HOME}-{case.case_id}"' in part.text
    with at(minutes=16):
        gone = clerk.live("/counter/cases?live=1")
    assert (gone.status_code, gone.headers["HX-Redirect"]) == (204, "/counter/sign-in?why=idle")


def test_closed_cases_have_a_list_of_their_own(open_browser, journal: Journal) -> None:
    case = journal.mismatch()
    clerk = open_browser(CLERK)
    clerk.get(address(case))
    clerk.press("/verdict", verdict="checked")
    clerk.get("/counter/cases")
    assert "開いている案件はありません" in clerk.text
    clerk.get("/counter/cases?closed=1")
    assert f'id="case-{HOME}-{case.case_id}"' in clerk.page.text


def test_a_resident_is_found_by_the_number_on_the_screen(open_browser, journal: Journal) -> None:
    case, other = journal.unknown_outcome(), journal.unknown_outcome()
    clerk = open_browser(CLERK)
    wide = case.claim.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    for typed in (case.claim, case.claim.replace("-", ""), wide):
        clerk.get(f"/counter/cases?claim={typed}")
        assert f'id="case-{HOME}-{case.case_id}"' in clerk.page.text
        assert f'id="case-{HOME}-{other.case_id}"' not in clerk.page.text
    clerk.get(address(case))
    clerk.press("/verdict")
    clerk.get(f"/counter/cases?claim={case.claim}")  # closed by now: whoever comes with the number is told so
    assert f'id="case-{HOME}-{case.case_id}"' in clerk.page.text
    stranger = open_browser(OTHER_SENIOR)
    stranger.get(f"/counter/cases?claim={case.claim}")
    assert "この番号の案件はありません" in stranger.text


# --- A case --------------------------------------------------------------------------------------------------------


def test_a_case_tells_what_happened_and_what_to_do(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    clerk = open_browser(CLERK)
    clerk.get(address(case))
    for words in (
        "印刷の結果が分からない",
        "紙が出たか分からないと報告",
        "出口のトレイ",
        case.issue_number,
        RESIDENT,
        SUBJECT,
        "プリンターに送った",
        "端末 kiosk-a1",
    ):
        assert words in clerk.text, words
    assert "緑町" not in clerk.text  # an address may be what must not be known


def test_every_look_is_written_down_with_who_looked(app, open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    for who in (CLERK, UNION):
        with at(minutes=1 if who == UNION else 0):
            open_browser(who).get(address(case))
    subject = f"case:{case.case_id}"
    assert audited(app, "case.seen") == [(f"staff:{CLERK}", subject), (f"staff:{UNION}", subject)]


def test_the_union_sees_cases_of_all_towns_and_no_person(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    union = open_browser(UNION)
    assert f'id="case-{HOME}-{case.case_id}"' in union.page.text
    union.get(address(case))
    assert union.page.status_code == 200
    assert case.issue_number in union.text
    for word in (RESIDENT, "ワカクサ", "1980", "昭和55", f">{SUBJECT}<"):
        assert word not in union.page.text
    assert address(case, tail="/verdict") not in union.page.text
    assert "決めるのは、この市町村の職員です" in union.text


# --- Another town --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["", "/decision?verdict=not_printed"])
def test_another_towns_case_is_not_there(app, open_browser, journal: Journal, tail: str) -> None:
    case = journal.unknown_outcome()
    stranger = open_browser(OTHER_SENIOR)
    assert "開いている案件はありません" in stranger.text
    stranger.get(address(case, tail=tail))
    assert stranger.page.status_code == 404
    assert "あなたの市町村にはありません" in stranger.text
    assert case.issue_number not in stranger.text
    assert audited(app, "case.seen") == []


def test_another_towns_case_is_decided_by_nobody_from_here(app, open_browser, journal: Journal) -> None:
    """Neither under its own address nor under one's own town's."""
    case = journal.unknown_outcome()
    stranger = open_browser(OTHER_SENIOR)
    token = stranger.form("/sign-out").fields["csrf_token"][0]
    for town in (HOME, OTHER, "000000"):
        data = {"csrf_token": token, "verdict": "not_printed", "confirmed": "yes", "version": "x"}
        answer = stranger.client.post(address(case, town, "/verdict"), data=data)
        assert answer.status_code == 404
    assert journal.case(case.case_id).closed_at is None


# --- The verdict ---------------------------------------------------------------------------------------------------


def test_a_weighty_verdict_asks_twice_and_is_written_down(app, open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    senior = open_browser(SENIOR)
    senior.get(address(case))
    assert "/decision?verdict=not_printed" in senior.page.text
    senior.get(address(case, tail="/decision?verdict=not_printed"))
    assert "この内容で決めますか" in senior.title
    assert "番号を無効にし、手数料を返します" in senior.text
    assert journal.case(case.case_id).closed_at is None
    senior.press("/verdict")
    assert senior.path == address(case)
    assert "この案件は閉じています" in senior.text
    closed = journal.case(case.case_id)
    assert (closed.closed_by, closed.verdict, closed.state) == (f"staff:{SENIOR}", "not_printed", State.VOIDED)
    assert audited(app, "case.closed") == [(f"staff:{SENIOR}", f"case:{case.case_id}")]


def test_a_weighty_verdict_without_the_second_look_changes_nothing(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    senior = open_browser(SENIOR)
    senior.get(address(case))
    senior.press("/verdict", verdict="destroyed")
    assert senior.path == address(case, tail="/decision")
    assert journal.case(case.case_id).closed_at is None


def test_a_light_verdict_is_one_press(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    clerk = open_browser(CLERK)
    clerk.get(address(case))
    clerk.press("/verdict")
    closed = journal.case(case.case_id)
    assert (closed.closed_by, closed.verdict) == (f"staff:{CLERK}", "came_out")


@pytest.mark.parametrize("verdict", ["not_printed", "kept", "paid_back"])
def test_without_the_right_money_does_not_move(open_browser, journal: Journal, verdict: str) -> None:
    case = journal.unknown_outcome()
    clerk = open_browser(CLERK)
    clerk.get(address(case))
    assert "係長の権限" in clerk.text
    assert "/decision?verdict" not in clerk.page.text
    token = clerk.form("/verdict")
    for answer in (
        clerk.client.get(address(case, tail=f"/decision?verdict={verdict}")),
        clerk.client.post(token.action, data=token.data(None, verdict=verdict, confirmed="yes")),
    ):
        assert answer.status_code == 403
        assert "権限がありません" in answer.text
    assert journal.case(case.case_id).closed_at is None


def test_the_union_decides_nothing(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    union = open_browser(UNION)
    token = union.form("/sign-out").fields["csrf_token"][0]
    data = {"csrf_token": token, "verdict": "came_out", "version": "x"}
    assert union.client.post(address(case, tail="/verdict"), data=data).status_code == 403
    assert journal.case(case.case_id).closed_at is None


def test_two_clerks_on_one_case_the_second_is_told(app, open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    first, second = open_browser(CLERK), open_browser(SENIOR)
    first.get(address(case))
    second.get(address(case, tail="/decision?verdict=missing"))
    first.press("/verdict")
    lines = posted(app)
    second.press("/verdict", follow=False)
    assert second.page.status_code == 409
    assert f"職員 {CLERK}" in second.text
    assert "本人が受け取った" in second.text
    assert (journal.case(case.case_id).verdict, posted(app)) == ("came_out", lines)
    assert len(audited(app, "case.closed")) == 1


def test_the_same_press_twice_is_once(app, open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    senior = open_browser(SENIOR)
    senior.get(address(case, tail="/decision?verdict=not_printed"))
    form = senior.form("/verdict")
    answers = [senior.client.post(form.action, data=form.data()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.location for answer in answers} == {address(case)}
    assert len(audited(app, "case.closed")) == 1


def test_what_changed_while_one_looked_is_looked_at_again(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    senior = open_browser(SENIOR)
    senior.get(address(case, tail="/decision?verdict=not_printed"))
    add_evidence(journal, case.case_id)
    senior.press("/verdict", follow=False)
    assert senior.page.status_code == 409
    assert "内容が変わりました" in senior.text
    assert address(case) in senior.page.text  # the way back
    assert journal.case(case.case_id).closed_at is None


def add_evidence(journal: Journal, case_id: int) -> None:
    """As a late report does."""
    from app.issuance.journal import add_evidence as add
    from app.issuance.models import Case

    with journal.app.app_context(), partitions.open(HOME, write=True) as p:
        add(p.session.get_one(Case, case_id), {"event": "printed", "yen": 0, "details": "{}"})


def test_money_that_nobody_knows_of_is_decided_by_who_counts(open_browser, journal: Journal) -> None:
    case = journal.unknown_money()
    senior = open_browser(SENIOR)
    senior.get(address(case, tail="/decision?verdict=kept"))
    senior.press("/verdict")
    closed = journal.case(case.case_id)
    assert (closed.verdict, closed.payment) == ("kept", Payment.COMMITTED)


def test_a_verdict_about_something_else_is_refused_in_plain_words(open_browser, journal: Journal) -> None:
    case = journal.unknown_outcome()
    senior = open_browser(SENIOR)
    senior.get(address(case))
    form = senior.form("/verdict")
    answer = senior.client.post(form.action, data=form.data(None, verdict="refunded", confirmed="yes"))
    assert answer.status_code == 409
    assert "この案件には合わない" in answer.text
    assert senior.client.post(form.action, data=form.data(None, verdict="perhaps")).status_code == 400
    assert senior.get(address(case, tail="/decision?verdict=refunded")).request.path == address(case)
    assert journal.case(case.case_id).closed_at is None


@pytest.mark.parametrize("make", ["unknown_outcome", "unknown_money", "mismatch"])
def test_what_is_offered_is_what_the_journal_takes(app, open_browser, journal: Journal, make: str) -> None:
    """Each verdict on a fresh case: taken if and only if its button was there."""
    senior = open_browser(SENIOR)
    taken, offered = set(), set()
    for verdict in Verdict:
        with at(seconds=len(taken) + 1):
            case = getattr(journal, make)()
            senior.get(address(case))
            if f'id="verdict-{verdict.value}"' in senior.page.text:
                offered.add(verdict)
            version = senior.page.text.split('name="version" value="')
            data = {
                "csrf_token": senior.form("/sign-out").fields["csrf_token"][0],
                "verdict": verdict.value,
                "confirmed": "yes",
                "version": version[1][:32] if len(version) > 1 else version_of(journal, case.case_id),
            }
            senior.client.post(address(case, tail="/verdict"), data=data)
            if journal.case(case.case_id).closed_at is not None:
                taken.add(verdict)
    assert offered
    assert taken == offered


def version_of(journal: Journal, case_id: int) -> str:
    from app.issuance.history import read_case

    with journal.app.app_context(), partitions.open(HOME) as p:
        return read_case(p, case_id).version


def test_a_page_without_its_token_changes_nothing(open_browser, journal: Journal) -> None:
    case = journal.mismatch()
    clerk: Browser = open_browser(CLERK)
    answer = clerk.client.post(address(case, tail="/verdict"), data={"verdict": "checked"})
    assert answer.status_code == 400
    assert "画面が古くなりました" in answer.text
    assert journal.case(case.case_id).closed_at is None
