"""A certificate that no file of the house knows: written here, offered, priced, blocked, refused, printed, withdrawn.

It is one module's worth: a document, its rule, its entry; and one template in a folder of its own. Nothing else is
changed, and nothing is left when it is withdrawn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from app import clock
from app.cards.queries import find_cardholder
from app.certificates import catalogue, composing, samples
from app.certificates.documents import OMITTED, Certification, Document
from app.certificates.errors import MissingFactsError
from app.certificates.kind import Case, CertificateKind, Rule
from app.certificates.layouts import ROOMY, ROOMY_NAME, Cell, FieldText, fields_of
from app.certificates.reading import read_pdf, shows
from app.certificates.rendering import Renderer
from app.certificates.requests import MessageClass, Option, Relation
from app.demo.towns import TOWNS
from app.issuance import granting
from app.issuance.errors import NoLongerAllowedError
from app.issuance.models import Attempt, Issuance, Refusal
from app.issuance.queries import list_orders
from app.issuance.states import Payment, State
from app.municipalities import decisions, kinds, queries
from app.municipalities.errors import BadValueError
from app.municipalities.models import Channel
from app.municipalities.ordinances import Fee, missing_texts, text_keys
from app.municipalities.partitions import partitions
from app.protocol.messages import ReportEvent
from app.residents import importing
from app.residents.models import Block, PersonVersion
from app.residents.registers import REGISTERS
from tests.functional.kiosk.conftest import Stand

ROOT = Path(__file__).parents[3]
ME = "test"
TOWN = TOWNS[0].code  # 若草市, open day and night
CODE, TITLE = "long_residence", "永年居住証明書"
FAMILY, CITIZEN = "01-wakakusa-family-head", "01-wakakusa-citizen-card"
YEARS = Option("residence_years", "居住年数")
LEAST_YEARS = 10


# --- One module's worth -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LongResidenceDocument(Document):
    """永年居住証明書: since when somebody has lived at this address."""

    kind: ClassVar[str] = CODE
    name: str
    birth_date: str
    address: str
    since: str
    years: str


def years_of(case: Case) -> int | None:
    day = case.requester.address_since.day if case.requester else None
    if day is None:
        return None
    return case.today.year - day.year - ((case.today.month, case.today.day) < (day.month, day.day))


def build(case: Case, certification: Certification, _numbers: Mapping[str, str]) -> LongResidenceDocument:
    person = case.requester
    if person is None:
        raise MissingFactsError(CODE)
    return LongResidenceDocument(
        certification=certification,
        name=composing.name_of(person),
        birth_date=composing.birth_date_of(person),
        address=composing.address_of(person),
        since=composing.date_of(person.address_since),
        years=composing.if_asked(case.has_option(YEARS), f"{years_of(case)}年"),
    )


def fields(document: Document) -> Iterator[FieldText]:
    cells = dict.fromkeys(("birth_date", "address", "since", "years"), Cell(144, ROOMY))
    return fields_of(document, {"name": Cell(144, ROOMY_NAME), **cells})


def lives_here_too_short(case: Case) -> bool:
    years = years_of(case)
    return years is None or years < LEAST_YEARS


TEMPLATE = """
{% import "sheet.html" as sheet %}
{% call sheet.document(document.certification.title) %}
<section class="sheet{% if specimen %} shown{% endif %}">
{{ sheet.top(fitted, pages[0], specimen) }}
<table class="long-residence">
{% for label, name in (("氏名", "name"), ("生年月日", "birth_date"), ("住所", "address"), ("住所を定めた日", "since"),
   ("居住年数", "years")) %}
<tr><th>{{ label }}</th><td>{{ sheet.field(fitted, name) }}</td></tr>
{% endfor %}
</table>
<p class="rest">以下余白</p>
{{ sheet.certification(fitted, document.certification) }}
</section>
{% endcall %}
"""
STYLE = ".long-residence { margin-top: 8mm } .long-residence tr { height: 16mm } .long-residence th { width: 38mm }"


def make_kind(folder: Path) -> CertificateKind:
    """The entry; its template, and its style beside it, lie in a folder of the town's own."""
    template = folder / f"{CODE}.html"
    template.write_text(TEMPLATE, encoding="utf-8")
    template.with_suffix(".css").write_text(STYLE, encoding="utf-8")
    return CertificateKind(
        code=CODE,
        title=TITLE,
        heading=TITLE,
        who=Relation.SELF,
        template=str(template),
        attestations=(f"{CODE}.attestation",),
        document=LongResidenceDocument,
        build=build,
        fields=fields,
        options=(YEARS,),
        rules=(Rule("X01", MessageClass.NEUTRAL, lives_here_too_short, "若草市永年居住者表彰条例3条"),),
    )


# --- The house around it ----------------------------------------------------------------------------------------------


def fingerprint() -> str:
    """Of every file that a kind could have touched."""
    folders = (ROOT / name for name in ("app", "templates", "migrations"))
    files = sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return hashlib.sha256(b"".join(p.name.encode() + p.read_bytes() for p in files)).hexdigest()


def known() -> tuple[object, ...]:
    """What the house says of its kinds."""
    return tuple(catalogue.KINDS), kinds.list_names(), text_keys()


@pytest.fixture
def eleventh(tmp_path: Path) -> Iterator[CertificateKind]:
    before = known()
    kind = make_kind(tmp_path)
    catalogue.add(kind)
    yield kind
    if kind.code in catalogue.KINDS:
        catalogue.remove(kind)
    assert known() == before


def decide(stand: Stand, yen: int = 450) -> None:
    """The town prices it and words what it certifies, as for any other."""
    with stand.app.app_context():
        decisions.set_fee(ME, TOWN, CODE, Channel.KIOSK, Fee(yen), clock.today())
        assert missing_texts(queries.get_ordinance(TOWN, clock.today())) == [f"{CODE}.attestation"]
        decisions.set_text(ME, TOWN, f"{CODE}.attestation", "引き続き居住していることを証明する。", clock.today())
        decisions.set_text(ME, TOWN, f"{CODE}.note", "表彰の申請に用います。", clock.today())


def menu(stand: Stand) -> list[str]:
    """The certificates on the choosing screen."""
    return re.findall(r'class="offer[^>]*?(?:value="(\w+)")', stand.get("/kiosk/choose").text)


def holder(stand: Stand) -> str:
    with stand.app.app_context(), partitions.open(stand.town) as p:
        found = find_cardholder(p, stand.visit_id)
        assert found is not None
        return found.subject


def settle_in(stand: Stand, since: str) -> None:
    """Let the register say since when the cardholder lives at the address."""
    subject = holder(stand)
    with stand.app.app_context(), partitions.open(stand.town, write=True) as p:
        p.session.query(PersonVersion).filter_by(atena_no=subject, is_current=True).one().address_since = since


def order_it(stand: Stand) -> None:
    stand.submit("/kiosk/choose", button=CODE)


def test_it_goes_the_whole_way_and_leaves_no_trace(stand: Stand, tmp_path: Path) -> None:
    files, before = fingerprint(), known()
    stand.sign_in(FAMILY)
    usual = menu(stand)
    assert CODE not in usual
    stand.submit("/kiosk/stop")

    kind = make_kind(tmp_path)
    catalogue.add(kind)
    try:
        stand.sign_in(FAMILY)
        assert menu(stand) == usual  # no town has priced it yet
        stand.submit("/kiosk/stop")
        decide(stand)
        stand.sign_in(FAMILY)
        offered = menu(stand)
        assert CODE in offered
        assert [kind for kind in offered if kind != CODE] == usual
        assert TITLE in stand.page.text
        assert "450円" in stand.page.text
        walk_through(stand)
    finally:
        catalogue.remove(kind)

    assert known() == before
    assert fingerprint() == files
    stand.sign_in(FAMILY)
    assert menu(stand) == usual
    assert TITLE not in stand.page.text
    assert stand.client.post("/kiosk/choose", data={"kind": CODE}).status_code == 400
    with stand.app.app_context(), partitions.open(stand.town) as p:
        (kept,) = [copy for order in list_orders(p) for copy in order.copies]
    assert (kept.kind, kept.title, kept.state) == (CODE, CODE, State.SETTLED)  # the journal forgets nothing
    with stand.app.app_context(), pytest.raises(BadValueError):
        decisions.set_fee(ME, TOWN, CODE, Channel.COUNTER, Fee(1), clock.today())


def walk_through(stand: Stand) -> None:
    """With its one item, from the choice to the sheet in the tray."""
    settle_in(stand, "2001-04-01")
    stand.get(f"/kiosk/options?kind={CODE}")
    assert YEARS.japanese in stand.page.text
    form = stand.form("/kiosk/options")
    data = {**form.fields, "option": [YEARS.code]}
    stand.page = stand.client.post("/kiosk/options", data=data, follow_redirects=True)
    assert stand.path == "/kiosk/confirm"
    assert TITLE in stand.page.text
    stand.render()
    stand.get(stand.page.request.url)
    order = stand.order()
    assert [(copy.kind, copy.title, copy.state, copy.yen) for copy in order.copies] == [(CODE, TITLE, State.READY, 450)]
    stand.submit("/kiosk/pay")
    stand.pay(450)
    attempt = stand.grant_next()
    with stand.app.app_context(), partitions.open(stand.town) as p:
        pdf = granting._open_sheet(p, p.session.get_one(Attempt, attempt))
    (page,) = read_pdf(pdf)
    for text in (TITLE, "平成13年4月1日", "25年", "引き続き居住していることを証明する。", "表彰の申請に用います。"):
        assert shows(page, text), text
    for event in (ReportEvent.PRINTING, ReportEvent.PRINTED, ReportEvent.TAKEN):
        stand.report(event, attempt_id=attempt)
    stand.report(ReportEvent.COMMITTED, 450)
    order = stand.order()
    assert (order.copies[0].state, order.payment) == (State.SETTLED, Payment.COMMITTED)
    assert stand.get("/kiosk/now").request.path == "/kiosk/outcome"
    stand.submit("/kiosk/finish")


def test_its_own_rule_refuses_as_every_neutral_reason_does(stand: Stand, eleventh: CertificateKind) -> None:
    decide(stand)
    stand.sign_in(FAMILY)
    settle_in(stand, "2020-04-01")
    order_it(stand)
    assert stand.path == "/kiosk/refused"
    assert re.search(r"N-[0-9A-Z]{4,8}", stand.page.text)
    assert "X01" not in stand.page.text
    assert "X01" not in stand.page.request.url
    with stand.app.app_context(), partitions.open(stand.town) as p:
        assert [(r.kind, r.rule) for r in p.session.query(Refusal)] == [(CODE, "X01")]
        assert p.session.query(Issuance).count() == 0
    settle_in(stand, "2010-04-01")
    stand.get("/kiosk/choose")
    order_it(stand)
    assert stand.path == "/kiosk/confirm"


def test_its_own_rule_is_asked_again_before_paper(stand: Stand, eleventh: CertificateKind) -> None:
    decide(stand)
    stand.sign_in(FAMILY)
    settle_in(stand, "2001-04-01")
    order_it(stand)
    stand.render()
    stand.get("/kiosk/confirm")
    stand.submit("/kiosk/pay")
    stand.pay(450)
    settle_in(stand, "2026-11-01")
    with pytest.raises(NoLongerAllowedError) as refused:
        stand.grant_next()
    assert (refused.value.kind, refused.value.rule) == (CODE, "X01")


@pytest.mark.parametrize("word", [TITLE, CODE])
def test_a_block_may_name_it(stand: Stand, eleventh: CertificateKind, tmp_path: Path, word: str) -> None:
    """By code or by title; it stops this kind and no other."""
    decide(stand)
    stand.sign_in(FAMILY)
    settle_in(stand, "2001-04-01")
    row = {"抑止番号": "X1", "宛名番号": holder(stand), "抑止理由": "その他抑止", "開始日": "2026-11-20"}
    file = tmp_path / "blocks.csv"
    file.write_text(f"{','.join([*row, '対象証明書'])}\n{','.join([*row.values(), word])}\n", encoding="utf-8")
    key = stand.app.config["KOIKI"].secrets.register
    parsed = importing.read_file(file, REGISTERS["blocks"])
    with stand.app.app_context():
        with partitions.open(stand.town) as p:
            planned = importing.plan(p, parsed, key)
        assert planned.faults == []
        with partitions.open(stand.town, write=True) as p:
            importing.apply(p, ME, planned, key)
            assert p.session.query(Block).filter_by(block_id="X1").one().kinds == CODE
    order_it(stand)
    assert stand.path == "/kiosk/refused"
    with stand.app.app_context(), partitions.open(stand.town) as p:
        assert [(r.kind, r.rule) for r in p.session.query(Refusal)] == [(CODE, "B00")]
    stand.get("/kiosk/choose")
    stand.submit("/kiosk/choose", button="resident_record")
    assert stand.path == "/kiosk/confirm"


def test_a_block_that_names_it_is_refused_when_nobody_knows_it(tmp_path: Path) -> None:
    file = tmp_path / "blocks.csv"
    file.write_text(
        f"抑止番号,宛名番号,抑止理由,開始日,対象証明書\nX1,19,その他抑止,2026-11-20,{TITLE}\n", encoding="utf-8"
    )
    parsed = importing.read_file(file, REGISTERS["blocks"])
    assert [fault.column for fault in parsed.faults if fault.column == "対象証明書"] == ["対象証明書"]


def test_a_card_that_is_not_registered_for_it(stand: Stand, eleventh: CertificateKind) -> None:
    """B15: a citizen card is registered for each kind; nobody registered it for one that is new."""
    decide(stand)
    stand.sign_in(CITIZEN)
    settle_in(stand, "2001-04-01")
    order_it(stand)
    assert stand.path == "/kiosk/refused"
    assert "rule=B15" in stand.page.request.url


def test_it_has_its_own_hours(stand: Stand, eleventh: CertificateKind) -> None:
    decide(stand)
    with stand.app.app_context():
        number = decisions.add_closure(ME, clock.now(), None, kind=CODE)
    stand.sign_in(FAMILY)
    assert CODE not in menu(stand)  # not to be pressed …
    assert TITLE in stand.page.text  # … but still told
    with stand.app.app_context():
        decisions.lift_closure(ME, number)
    assert CODE in menu(stand)


def test_it_has_a_sample_that_passes_as_any_sheet(eleventh: CertificateKind) -> None:
    renderer = Renderer()
    document = samples.sample(CODE, options=[YEARS.code])
    assert isinstance(document, LongResidenceDocument)
    renderer.warm_up([samples.sample(code) for code in (CODE, "resident_record")])
    (page,) = read_pdf(renderer.render(document).pdf)
    assert shows(page, document.years)
    assert samples.sample(CODE).years == OMITTED


def test_a_code_that_is_taken_is_refused(eleventh: CertificateKind) -> None:
    with pytest.raises(ValueError, match=CODE):
        catalogue.add(replace(eleventh, title="別の証明書"))
