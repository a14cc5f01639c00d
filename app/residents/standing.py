"""Who stands in a 戸籍 (現に戸籍に在る者): not removed from it, and the register in force.

The mark is set here, after an import of registers or of members, so that the schema can hold that nobody stands in two.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.residents.family_models import FamilyMember, FamilyRegister
from app.residents.family_vocabularies import FamilyState


def settle(session: Session) -> None:
    """Mark who stands. First those who no longer do: somebody may have gone from one register to another."""
    m = FamilyMember
    in_force = sa.select(FamilyRegister.family_no).where(FamilyRegister.state == FamilyState.IN_FORCE)
    stands = sa.and_(~m.is_removed, m.family_no.in_(in_force))
    for rows, is_standing in ((sa.and_(m.is_standing, ~stands), False), (sa.and_(~m.is_standing, stands), True)):
        change = sa.update(m).where(rows).values(is_standing=is_standing)
        session.execute(change, execution_options={"synchronize_session": False})
    session.expire_all()
