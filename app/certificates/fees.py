"""PURE. What a certificate costs: the ordinance of the town that issues it, not of the town of the site.

No exemption at a machine: the exempting laws are applied by a clerk at the counter.
"""

from __future__ import annotations

from app.certificates.errors import NotOfferedError
from app.municipalities.ordinances import Ordinance


def price(kind: str, channel: str, ordinance: Ordinance) -> int:
    """Yen for one copy (通) of a kind.

    :raises NotOfferedError: when the ordinance states no fee, which is not the same as a fee of nothing.
    """
    yen = ordinance.fee(kind, channel)
    if yen is None:
        raise NotOfferedError(kind)
    return yen
