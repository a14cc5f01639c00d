"""Credential → home town, in the union. The key is a keyed hash: the table alone tells of no person and no card."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.cards.errors import CardTakenError
from app.cards.models import CredentialRoute
from app.municipalities.union import union_read, union_write

_route = CredentialRoute.__table__


def find_home(credential: str) -> str | None:
    """The municipality code of the town that registered this credential."""
    with union_read() as session:
        return session.scalar(sa.select(_route.c.municipality).where(_route.c.fingerprint == credential))


def claim(credential: str, municipality: str) -> None:
    """Let this credential lead to `municipality`; saying it twice is harmless.

    :raises CardTakenError: if it leads to another town: a card has one home.
    """
    home = find_home(credential) or _insert(credential, municipality)
    if home != municipality:
        raise CardTakenError(municipality)


def _insert(credential: str, municipality: str) -> str | None:
    try:
        with union_write() as session:
            session.execute(sa.insert(_route).values(fingerprint=credential, municipality=municipality))
    except IntegrityError:  # somebody was quicker: whoever it was, the table says
        return find_home(credential)
    return municipality
