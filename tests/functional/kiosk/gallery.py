"""Every screen of the kiosk with sample data and no database: for eyes, axe and the size tests.

Also a small server: `python -m tests.functional.kiosk.gallery 8890` and then /gallery/<screen>.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Flask, g, make_response

from app import web
from app.certificates.catalogue import KINDS
from app.certificates.samples import sample_case
from app.clock import JST
from app.config import Config
from app.issuance.states import Payment, State
from app.kiosk import arriving, choosing, offers, screens, tenders, words
from app.kiosk import bp as kiosk
from app.kiosk.basket import Item, Listed, Scope, Selection
from app.kiosk.choices import Home, list_persons
from app.kiosk.forms import read_options
from app.kiosk.journey import Step
from app.kiosk.lines import Line, lines_of
from app.kiosk.screens import show
from app.municipalities.ordinances import Fee
from app.municipalities.serviceability import Obstacle
from app.protocol.messages import CardFailure, Tender
from app.web import access, errors, frames, languages

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63f8ffff3f0005fe02fea7569d5d0000000049454e44ae426082"
)


@dataclass(frozen=True)
class Copy:
    kind: str
    state: State
    yen: int = 300
    sheets: int = 1
    issuance_id: str = "00000000-0000-4000-8000-000000000001"
    issue_number: str = "20261121-901017-003-000123"


@dataclass(frozen=True)
class Order:
    copies: tuple[Copy, ...]
    payment: Payment = Payment.NONE
    yen_inserted: int = 0
    is_open: bool = True
    yen_due: int | None = None
    order_id: str = "00000000-0000-4000-8000-000000000009"
    tender: Tender | None = Tender.CASH
    has_failed: bool = False

    @property
    def yen(self) -> int:
        return sum(copy.yen for copy in self.copies)

    @property
    def is_ready(self) -> bool:
        return all(copy.state is State.READY for copy in self.copies)


@dataclass
class Gallery:
    """The screens by name. Each is a function that needs a request."""

    screens: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def add(self, name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        def keep(function: Callable[[], Any]) -> Callable[[], Any]:
            self.screens[name] = function
            return function

        return keep


gallery = Gallery()
RECORD, SEAL = "resident_record", "seal_registration"
MARK = "0123456789abcdef"
ITEMS = (
    Item(RECORD, Scope.SOME, Selection((1, 2), MARK), options=frozenset({"domicile", "head_relationship"})),
    Item(SEAL),
)
FEES = {"property": Fee(300, 5), "tax_payment": Fee(300, 1), "vehicle_tax_payment": Fee(0)}
OPENS = datetime(2026, 11, 24, 8, 30, tzinfo=JST)


def _groups(*closed: str) -> list[offers.Group]:
    """Every kind of the catalogue."""
    when = screens.opening_words(OPENS)
    return offers.group(offers.describe(k, FEES.get(k, Fee(300)), when if k in closed else "") for k in KINDS)


@gallery.add("start")
def _start() -> Any:
    return show("start", Step.CARD, languages=languages.offered(), message="")


@gallery.add("closed")
def _closed() -> Any:
    message = screens.opening_words(datetime(2026, 11, 24, 7, 0, tzinfo=JST))
    return show("closed", live="/gallery/closed", message=message, phone="0265-00-0000")


@gallery.add("stopped")
def _stopped() -> Any:
    return show("stopped", live="/gallery/stopped", message=screens.OBSTACLES[Obstacle.NO_PAPER], phone="0265-00-0000")


@gallery.add("busy")
def _busy() -> Any:
    return show("busy", live="/gallery/busy", message=screens.BUSY, phone="")


@gallery.add("card_problem")
def _card_problem() -> Any:
    problem = screens.CARD_PROBLEMS[CardFailure.WRONG_PIN]
    return show("card_problem", Step.CARD, problem=problem, tries=screens.tries_words(2))


@gallery.add("choose")
def _choose() -> Any:
    return show("choose", Step.CHOOSE, groups=_groups(), items=(), chosen=[], key="k")


@gallery.add("choose_more")
def _choose_more() -> Any:
    return show(
        "choose", Step.CHOOSE, groups=_groups(SEAL, *list(KINDS)[4:6]), items=ITEMS, chosen=["住民票の写し"], key="k"
    )


def _home(kind: str) -> Home:
    case = sample_case(kind)
    return Home(case, Listed(list_persons(case), MARK), Listed(case.choices, MARK))


def _options_of(kind: str, problems: tuple[str, ...] = (), **chosen: Any) -> Any:
    form = read_options(None, _home(kind))
    for name, value in chosen.items():
        form[name].data = value
    return choosing._options_page(_home(kind), form, problems)


@gallery.add("options")
def _options() -> Any:
    return _options_of(RECORD, scope="some", person=[1, 2], option=["domicile"])


def _add_options(kind: str) -> None:
    gallery.add(f"options_{kind}")(lambda: _options_of(kind))


for _kind in KINDS:
    _add_options(_kind)


def _confirm(state: State, obstacle: Obstacle | None = None) -> Any:
    order = Order((Copy(RECORD, state), Copy(SEAL, state)))
    waits_at = "/gallery/confirm_held" if obstacle else "/gallery/confirm_wait"
    live = "" if order.is_ready and obstacle is None else waits_at
    counted = Line("資産証明書 1通", ("ご本人の分", "土地5筆、家屋2棟：300円×2"), 600)
    lines = [*lines_of(order, ITEMS), counted, Line("納税証明書 1通", ("ご本人の分",), 300, ("令和8年度 固定資産税",))]
    held = screens.OBSTACLES[obstacle] if obstacle else ""
    return show("confirm", Step.CONFIRM, live=live, order=order, lines=lines, items=ITEMS, may_add=True, obstacle=held)


@gallery.add("confirm")
def _confirm_ready() -> Any:
    return _confirm(State.READY)


@gallery.add("confirm_held")
def _confirm_held() -> Any:
    return _confirm(State.READY, Obstacle.NO_PAPER)


@gallery.add("confirm_wait")
def _confirm_wait() -> Any:
    return _confirm(State.FIXED)


@gallery.add("pay")
def _pay() -> Any:
    return _paying(Tender.CASH, inserted=100)


@gallery.add("pay_emoney")
def _pay_emoney() -> Any:
    return _paying(Tender.EMONEY)


@gallery.add("pay_qr")
def _pay_qr() -> Any:
    return _paying(Tender.QR)


@gallery.add("switching")
def _switching() -> Any:
    return _paying(Tender.QR, Payment.SWITCHING)


def _paying(tender: Tender, payment: Payment = Payment.ASKED, inserted: int = 0) -> Any:
    order = Order((Copy(RECORD, State.READY), Copy(SEAL, State.READY)), payment, inserted, tender=tender)
    words = tenders.WORDS[tender]
    name = "switching" if payment is Payment.SWITCHING else words.screen
    may_change = payment is Payment.ASKED and not inserted
    values = {"order": order, "missing": order.yen - inserted, "how": words.how, "may_change": may_change}
    return show(name, Step.PAY, live="/gallery/pay", **values)


@gallery.add("tender")
def _tender() -> Any:
    order = Order((Copy(RECORD, State.READY), Copy(SEAL, State.READY)))
    return show("tender", Step.TENDER, order=order, ways=[(way.value, words) for way, words in tenders.WORDS.items()])


@gallery.add("progress")
def _progress() -> Any:
    copies = (Copy(RECORD, State.PRINTED, sheets=2), Copy(SEAL, State.PRINTING), Copy(SEAL, State.READY))
    lines = screens.copy_lines(copies)
    return show("progress", Step.PROGRESS, live="/gallery/progress", lines=lines, done=1, reached=3)


@gallery.add("take")
def _take() -> Any:
    notes = screens.missing_notes((Copy(RECORD, State.NOT_PRINTED),))
    values = {"copies": 2, "sheets": 3, "change": 400, "owed": 0, "notes": notes, "receipt": "offered"}
    return show("take", Step.TAKE, live="/gallery/take", **values)


def _outcome(step: Step, words: list[str], is_moving: bool = False) -> Any:
    live = "/gallery/returned" if is_moving else ""
    values = {
        "is_done": step is Step.DONE,
        "needs_staff": step in {Step.OWED, Step.STAFF},
        "owed": 700 if step is Step.OWED else 0,
        "receipt": "offered" if step in {Step.DONE, Step.OWED} else "none",
        "words": words,
        "notes": [],
        "is_moving": is_moving,
    }
    return show(step.value, step, live=live, phone="0265-00-0000", reference="1234-5678", **values)


@gallery.add("done")
def _done() -> Any:
    return _outcome(Step.DONE, ["お忘れもののないよう、お気をつけてお帰りください。"])


@gallery.add("returned")
def _returned() -> Any:
    return _outcome(Step.RETURNED, ["入れたお金をお返しします。お取りください。"], is_moving=True)


@gallery.add("owed")
def _owed() -> Any:
    return _outcome(Step.OWED, ["この番号を、係員か窓口にお見せください。お返しするまで、記録に残っています。"])


@gallery.add("staff")
def _staff() -> Any:
    return _outcome(Step.STAFF, ["印刷かお金の確認が必要です。"])


@gallery.add("refused")
def _refused() -> Any:
    return show("refused", Step.CHOOSE, message=words.NEUTRAL, reference="N-4F2KQT", phone="0265-00-0001")


@gallery.add("refused_told")
def _refused_told() -> Any:
    message = words.reason_of("income_tax", "B16")
    return show("refused", Step.CHOOSE, message=message, reference="", phone="0265-00-0001")


@gallery.add("idle")
def _idle() -> Any:
    return show("idle", Step.CHOOSE)


@gallery.add("help")
def _help() -> Any:
    return show("help", Step.CHOOSE, phone="0265-00-0000", reference="3-A1B2", back="/kiosk/now")


@gallery.add("problem")
def _problem() -> Any:
    return errors._page(errors._BROKEN, "E-00FF12")


def create_gallery(size: str = "", **look: str) -> Flask:
    """The kiosk's own app, with the gallery's pages instead of a database behind it."""
    root = arriving.__file__.rsplit("/app/", 1)[0]
    app = Flask("app", template_folder=f"{root}/templates", static_folder=f"{root}/static")
    config = Config(home=None, union_url="sqlite://")  # type: ignore[arg-type]
    app.config.update(KOIKI=config, TESTING=True, SECRET_KEY="gallery")
    web.init_app(app)
    app.register_blueprint(kiosk)
    app.add_url_rule("/gallery/<name>", "gallery", access.public(_show))
    preview = access.public(lambda **_id: app.response_class(_sample_preview(), mimetype="image/png"))
    app.view_functions["kiosk.preview"] = preview
    return app


def _sample_preview() -> bytes:
    return PNG


def _show(name: str) -> Any:
    g.terminal = g.terminal_read = SimpleNamespace(
        terminal_id="kiosk-1", agent_url="http://127.0.0.1:8801", site_name="青嶺市役所 本庁舎", number=3
    )
    is_known = name not in {"start", "closed", "stopped", "busy", "card_problem", "problem"}
    g.visit = SimpleNamespace(language=_language(), home="901017" if is_known else None, visit_id="a1b2")
    home = "青嶺市" if is_known else ""
    g.gallery_names = frames.Names("みどりの広域連合", g.terminal.site_name, home)
    return make_response(gallery.screens[name]())


_real_names = frames.names
frames.names = lambda: g.get("gallery_names") or _real_names()  # other apps of this process keep their own


def _language() -> str:
    from app.web import session

    return session.current_look().language


if __name__ == "__main__":
    create_gallery().run("127.0.0.1", int(sys.argv[1]), threaded=True)
