"""PURE. The order of the members of a household on a 世帯連記式 sheet (標準仕様書 5.2).

First the head, the spouse and the children; then each child's family; then parents, brothers and sisters,
grandparents; then other relatives, 縁故者 and 同居人. A town may store an order of its own, which then holds.

「子の妻」 does not say of which child. The family register does: a couple shares 本籍 and 筆頭者.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from app.residents.facts import PersonFacts

SPOUSES = frozenset({"夫", "妻", "夫（未届）", "妻（未届）"})
CHILDREN = frozenset({"子", "子（子の夫）", "子（子の妻）"})
MARRIED_IN = frozenset({"子（子の夫）", "子（子の妻）"})  # adopted by the head and married to a child of the head
PARENTS = frozenset({"父", "母"})
SIBLINGS = frozenset({"兄", "姉", "弟", "妹"})
Chain = tuple[str, ...]
Family = list[PersonFacts]


def in_order(members: Sequence[PersonFacts], stored: Mapping[str, int]) -> tuple[PersonFacts, ...]:
    """The members in printing order. `stored` maps 宛名番号 to the stored place; 0 or absent = none stored.

    A stored order holds when every member has a place; a newcomer without one would otherwise break into it.
    """
    if members and all(stored.get(m.atena_no, 0) > 0 for m in members):
        return tuple(sorted(members, key=lambda m: (stored[m.atena_no], m.atena_no)))
    return tuple(_by_relationship(members))


def chain(member: PersonFacts) -> Chain:
    """「子の子」 as ("子", "子"); 「子（子の夫）」 is one link."""
    parts = member.relationship.replace("（子の", "（子ノ").split("の")
    return tuple(part.replace("（子ノ", "（子の") for part in parts)


def _by_relationship(members: Iterable[PersonFacts]) -> list[PersonFacts]:
    rest = sorted(members, key=_age_key)
    ordered = _take(rest, lambda c: c == ("世帯主",)) + _take(rest, lambda c: len(c) == 1 and c[0] in SPOUSES)
    children = _take(rest, lambda c: c == ("子",))
    of_children = _take(rest, lambda c: c[0] in CHILDREN)
    families, strays = _families(children, of_children)
    ordered += [family[0] for family in families if len(family) == 1]
    ordered += [m for family in families if len(family) > 1 for m in family] + strays
    return ordered + _kin_of_head(rest) + _others(rest)


def _kin_of_head(rest: Family) -> list[PersonFacts]:
    """第3順位: parents, brothers and sisters without a family here, grandparents."""
    parents = _take(rest, lambda c: len(c) == 1 and c[0] in PARENTS)
    with_family = {chain(m)[0] for m in rest if chain(m)[0] in SIBLINGS and len(chain(m)) > 1}
    siblings = _take(rest, lambda c: len(c) == 1 and c[0] in SIBLINGS and c[0] not in with_family)
    grandparents = _take(rest, lambda c: len(c) == 2 and set(c) <= PARENTS)
    return _register_head_first(parents) + siblings + _register_head_first(grandparents)


def _others(rest: Family) -> list[PersonFacts]:
    """第4順位: other relatives, families together, then 縁故者, then 同居人, then those with nothing recorded."""
    acquaintances = _take(rest, lambda c: c == ("縁故者",))
    lodgers = _take(rest, lambda c: c == ("同居人",))
    unrecorded = _take(rest, lambda c: c == ("",))
    roots = [m for m in rest if not any(_is_below(chain(m), chain(other)) for other in rest)]
    families, strays = _families(sorted(roots, key=_kin_key), [m for m in rest if m not in roots])
    return [m for family in families for m in family] + strays + acquaintances + lodgers + unrecorded


def _families(roots: Sequence[PersonFacts], dependants: Sequence[PersonFacts]) -> tuple[list[Family], Family]:
    """Each root with spouse and descendants, in the order of the roots; and those whose root is not known."""
    families = {root.atena_no: [root] for root in roots}
    strays: Family = []
    for member in sorted(dependants, key=_family_key):
        root = _root_of(member, roots)
        (families[root.atena_no] if root else strays).append(member)
    return list(families.values()), strays


def _root_of(member: PersonFacts, roots: Sequence[PersonFacts]) -> PersonFacts | None:
    """The only root that it can be: by relationship, else by the family register."""
    possible = [root for root in roots if _is_below(chain(member), chain(root))]
    if len(possible) > 1:
        possible = [root for root in possible if member.register_head and _register(root) == _register(member)]
    return possible[0] if len(possible) == 1 else None


def _is_below(lower: Chain, upper: Chain) -> bool:
    """Whether `lower` is the family of `upper`: 「弟の子」 of 「弟」, 「子（子の夫）」 of 「子」."""
    if lower[0] in MARRIED_IN:
        return upper == ("子",)
    return len(lower) > len(upper) and lower[: len(upper)] == upper and lower[len(upper)] in SPOUSES | CHILDREN


def _take(rest: Family, wanted: Callable[[Chain], bool]) -> Family:
    """Remove from `rest`, and give, those whose chain is wanted."""
    taken = [m for m in rest if wanted(chain(m))]
    rest[:] = [m for m in rest if m not in taken]
    return taken


def _register(member: PersonFacts) -> tuple[str, str]:
    return member.registered_domicile, member.register_head


def _register_head_first(couple: Sequence[PersonFacts]) -> list[PersonFacts]:
    return sorted(couple, key=lambda m: (m.name != m.register_head, _age_key(m)))


def _age_key(member: PersonFacts) -> tuple[date, str]:
    """By birth, then 宛名番号; a birth that is not known by day comes last."""
    return member.birth_date.day or date.max, member.atena_no


def _family_key(member: PersonFacts) -> tuple[int, bool, date, str]:
    """In a family: the spouse, then the children by birth, then the next generation."""
    links = chain(member)
    is_spouse = links[-1] in SPOUSES or links[0] in MARRIED_IN
    return len(links) - is_spouse, not is_spouse, *_age_key(member)


def _kin_key(member: PersonFacts) -> tuple[int, date, str]:
    """第4順位 follows 第3順位: parents, brothers and sisters, grandparents, others."""
    last = chain(member)[-1]
    rank = 0 if last in PARENTS else 1 if last in SIBLINGS else 3
    if len(chain(member)) > 1 and set(chain(member)[-2:]) <= PARENTS:
        rank = 2
    return rank, *_age_key(member)
