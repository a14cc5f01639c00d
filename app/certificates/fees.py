"""PURE. What a certificate costs: the ordinance of the town that issues it, not of the town of the site.

No exemption at a machine: the exempting laws are applied by a clerk at the counter, who sees the papers.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.certificates.errors import NotOfferedError
from app.certificates.requests import COUNTER, Exemption
from app.municipalities.ordinances import Fee


def price(kind: str, fee: Fee | None, counted: Iterable[int], channel: str, exemption: Exemption | None = None) -> int:
    """Yen for one copy (通) with so many things on it: `counted` by groups, such as land and houses.

    :raises NotOfferedError: when the ordinance states no fee, which is not the same as a fee of nothing.
    """
    if fee is None:
        raise NotOfferedError(kind)
    if exemption is not None and channel == COUNTER:
        return 0
    if fee.per is None:
        return fee.yen
    per, groups = fee.per, tuple(counted)
    return fee.yen * max(1, sum(-(-things // per) for things in ((sum(groups),) if fee.is_together else groups)))
