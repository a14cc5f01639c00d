"""Ways by which a sheet or a screen could reach the wrong person, each tried over the real registers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app import clock
from app.cards import service as cards
from app.cards.models import SignIn
from app.cards.queries import find_cardholder
from app.cards.visits import VisitFacts
from app.cards.vocabularies import CardState, VisitState
from app.issuance.errors import NoLongerAllowedError
from app.issuance.states import Payment
from app.municipalities.partitions import Partition, partitions
from app.protocol.messages import ReportEvent
from app.residents.models import Block, PersonVersion, Seal
from app.residents.vocabularies import BlockLevel, BlockReason, ResidentStatus, SealCancelCause, SealStatus
from tests.functional.kiosk.conftest import RECORD, SEAL, Stand, in_app

CARD = "01-wakakusa-citizen-card"
FAMILY = "01-wakakusa-family-head"
Change = Callable[[Partition, str], None]


# --- Between the order and the sheet (T4, T7) ------------------------------------------------------------------------


def block(p: Partition, atena_no: str) -> None:
    p.session.add(
        Block(
            block_id="late", atena_no=atena_no, reason=BlockReason.PROTECTION_MEASURE, level=BlockLevel.STOP, kinds="",
            starts_on=clock.today(), row_sha256="0" * 64,
        )
    )  # fmt: skip


def cancel_seal(p: Partition, atena_no: str) -> None:
    seal = p.session.query(Seal).filter_by(atena_no=atena_no, status=SealStatus.REGISTERED).one()
    seal.status, seal.cancelled_on = SealStatus.CANCELLED, clock.today()
    seal.cancel_cause = next(iter(SealCancelCause))


def current(p: Partition, atena_no: str) -> PersonVersion:
    return p.session.query(PersonVersion).filter_by(atena_no=atena_no, is_current=True).one()


def die(p: Partition, atena_no: str) -> None:
    current(p, atena_no).status = ResidentStatus.DECEASED


def rename(p: Partition, atena_no: str) -> None:
    current(p, atena_no).name = "青空　改"


def lose_somebody(p: Partition, atena_no: str) -> None:
    """Somebody of the household moves out: the whole household (世帯全員) is another one then."""
    household = p.session.query(PersonVersion).filter_by(setai_no=current(p, atena_no).setai_no, is_current=True)
    household.filter(PersonVersion.atena_no != atena_no).first().status = ResidentStatus.MOVED_OUT


def gain_somebody(p: Partition, atena_no: str) -> None:
    """The sheet of the whole household would be one person short."""
    own = current(p, atena_no)
    others = p.session.query(PersonVersion).filter_by(is_current=True, status=ResidentStatus.RESIDENT)
    newcomer = others.filter(PersonVersion.setai_no != own.setai_no).first()
    newcomer.setai_no, newcomer.address, newcomer.address_detail = own.setai_no, own.address, own.address_detail


@in_app
def change_register(stand: Stand, change: Change) -> None:
    with partitions.open(stand.town, write=True) as p:
        change(p, p.session.query(SignIn).filter_by(visit_id=stand.visit_id).one().atena_no)


def reach_printing(stand: Stand, kind: str, card: str) -> None:
    stand.sign_in(card)
    stand.submit("/kiosk/choose", button=kind)
    stand.render()
    stand.get(stand.page.request.url)
    stand.submit("/kiosk/pay")
    stand.pay(1000)


@pytest.mark.parametrize("kind", [RECORD, SEAL])
def test_a_register_that_did_not_change_lets_the_sheet_pass(stand: Stand, kind: str) -> None:
    reach_printing(stand, kind, FAMILY)
    assert stand.grant_next()


@pytest.mark.parametrize(
    ("kind", "change", "rule"),
    [
        (RECORD, block, "B01"),
        (SEAL, block, "B01"),
        (SEAL, cancel_seal, "B09"),
        (RECORD, die, "B02"),
        (RECORD, rename, "R04"),
        (RECORD, lose_somebody, "R04"),
        (RECORD, gain_somebody, "R04"),
    ],
)
def test_a_change_after_the_order_stops_the_sheet(stand: Stand, kind: str, change: Change, rule: str) -> None:
    reach_printing(stand, kind, FAMILY)
    change_register(stand, change)
    with pytest.raises(NoLongerAllowedError) as refused:
        stand.grant_next()
    assert refused.value.rule == rule


# --- Signed in, and gone before the way back -------------------------------------------------------------------------


@in_app
def is_signed_out(stand: Stand, visit: VisitFacts) -> bool:
    """In the town, where a visit is a person."""
    with partitions.open(visit.home) as p:
        return find_cardholder(p, visit.visit_id) is None


def test_a_sign_in_whose_browser_never_came_back_is_nobodys(stand: Stand) -> None:
    """The portal's answer was lost, the terminal has said that it failed: who stands there now may be a stranger."""
    stand.begin()
    stand.show_card(FAMILY)
    for path in ("/kiosk/", "/kiosk/now", "/kiosk/choose", "/kiosk/options?kind=resident_record"):
        assert (stand.get(path).request.path, "証明書をお取りいただけます" in stand.page.text) == ("/kiosk/", True), (
            path
        )
    first = stand.live_visit()
    stand.begin()
    second = stand.live_visit()
    assert second.visit_id != first.visit_id
    assert not second.is_signed_in
    assert is_signed_out(stand, first)


def test_a_cookie_copied_before_the_sign_in_shows_nothing_after_it(stand: Stand) -> None:
    stand.begin()
    thief = stand.app.test_client()
    for name in ("koiki_kiosk", "koiki_terminal"):
        thief.set_cookie(name, stand.client.get_cookie(name).value)
    stand.show_card(FAMILY)
    assert stand.come_back().request.path == "/kiosk/choose"
    assert thief.get("/kiosk/choose", follow_redirects=True).request.path == "/kiosk/"


# --- A card that is stopped while somebody stands there with it ------------------------------------------------------


@in_app
def stop_card(stand: Stand) -> None:
    with partitions.open(stand.town, write=True) as p:
        card = p.session.query(SignIn).filter_by(visit_id=stand.visit_id).one().card_user_id
        cards.change_state(p, "staff:x", card, CardState.LOST)


def reach_confirm(stand: Stand) -> None:
    stand.sign_in(FAMILY)
    stand.submit("/kiosk/choose", button=RECORD)
    stand.render()
    stand.get(stand.page.request.url)


def test_a_card_reported_lost_ends_the_visit_on_the_next_page(stand: Stand) -> None:
    reach_confirm(stand)
    preview = f"/kiosk/preview/{stand.order().copies[0].issuance_id}.png"
    assert stand.client.get(preview).status_code == 200
    stop_card(stand)
    assert stand.client.get(preview).status_code == 404
    stand.submit("/kiosk/pay")
    assert stand.path == "/kiosk/"
    assert (stand.visit().state, stand.order().payment) == (VisitState.ENDED, Payment.RELEASED)


def test_a_card_reported_lost_before_anything_was_chosen(stand: Stand) -> None:
    stand.sign_in(FAMILY)
    stop_card(stand)
    assert stand.get("/kiosk/choose").request.path == "/kiosk/"
    assert stand.visit().state is VisitState.ENDED


def test_money_in_the_machine_comes_back_when_the_card_is_stopped(stand: Stand) -> None:
    reach_confirm(stand)
    stand.submit("/kiosk/pay")
    stand.report(ReportEvent.INSERTED, 100)
    stop_card(stand)
    assert stand.get("/kiosk/pay").request.path == "/kiosk/outcome"
    assert stand.order().payment is Payment.RELEASING
    stand.report(ReportEvent.RELEASED, 100)
    assert stand.submit("/kiosk/finish").request.path == "/kiosk/"
    assert stand.visit().state is VisitState.ENDED
