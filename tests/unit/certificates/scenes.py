"""Invented requests that nothing refuses, of every kind and with every person in the place that a condition needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.certificates import samples
from app.certificates.eligibility import decide
from app.certificates.kind import FAMILY_SOURCES, Case, CertificateKind
from app.certificates.requests import COUNTER, KIOSK
from app.municipalities.ordinances import Fee
from app.residents.family_facts import AddressHistoryFacts, FamilyRegisterFacts

FamilyRecord = FamilyRegisterFacts | AddressHistoryFacts
REQUESTER, OUTSIDER, STRANGER = "1", "901", "999"
CHANNELS = (KIOSK, COUNTER)


class Whose(StrEnum):
    """On whom the condition is, seen from the sheet."""

    REQUESTER = "requester"  # on the sheet
    REQUESTER_UNSEEN = "requester, unseen"  # the sheet shows others alone
    MEMBER = "member"  # of the household, on the sheet
    MEMBER_UNSEEN = "member, unseen"
    HOUSEHOLD = "household"  # a block on all of it
    REGISTER = "戸籍"  # stands in it and lives elsewhere; on the sheet
    REGISTER_UNSEEN = "戸籍, unseen"
    STRANGER = "others"
    NOBODY = "nobody"  # it is on the town, the card, the request or the register


ON_A_PERSON = tuple(whose for whose in Whose if whose not in (Whose.HOUSEHOLD, Whose.NOBODY))


@dataclass(frozen=True)
class Scene:
    """A request that is granted, and the person (宛名番号) on whom a condition can be laid; None: the household."""

    case: Case
    affected: str | None


def ordinary(kind: CertificateKind, channel: str) -> Case:
    """The sample of the kind: a household of four; of a 戸籍 also somebody who lives elsewhere."""
    case = samples.sample_case(kind.code)
    fees = {(kind.code, channel): case.fee or Fee(0) for channel in CHANNELS}
    case = replace(case, request=replace(case.request, channel=channel), ordinance=replace(case.ordinance, fees=fees))
    if isinstance(case.record, FamilyRecord):
        outsider: Any = replace(case.record.members[-1], atena_no=OUTSIDER, member_no=90, is_removed=False)
        members: Any = (*case.record.members, outsider)
        case = replace(case, record=replace(case.record, members=members))
    return case


def find_scene(kind: CertificateKind, channel: str, whose: Whose) -> Scene | None:
    """The first request, from the usual one on, that is granted and in which `whose` stands as it says."""
    case = ordinary(kind, channel)
    others = [member.atena_no for member in case.members if member.atena_no != REQUESTER]
    people: dict[Whose, tuple[str | None, ...]] = {
        Whose.REQUESTER: (REQUESTER,),
        Whose.REQUESTER_UNSEEN: (REQUESTER,),
        Whose.MEMBER: tuple(others),
        Whose.MEMBER_UNSEEN: tuple(others),
        Whose.REGISTER: (OUTSIDER,) if kind.source in FAMILY_SOURCES else (),
        Whose.REGISTER_UNSEEN: (OUTSIDER,) if kind.source in FAMILY_SOURCES else (),
        Whose.STRANGER: (STRANGER,),
        Whose.HOUSEHOLD: (None,),
        Whose.NOBODY: (None,),
    }
    return next((scene for person in people[whose] for scene in _scenes(case, whose, person, others)), None)


def _scenes(case: Case, whose: Whose, person: str | None, others: list[str]) -> Iterator[Scene]:
    is_seen = whose in (Whose.REQUESTER, Whose.MEMBER, Whose.REGISTER)
    wishes: list[tuple[str, ...]] = [(), (REQUESTER,), *((other,) for other in (*others, OUTSIDER))]
    wishes += [(REQUESTER, person)] if person else []
    for persons in wishes:
        asked = replace(case, request=replace(case.request, persons=persons))
        if decide(asked) is None and (person is None or (person in asked.shown) is is_seen):
            yield Scene(asked, person)
