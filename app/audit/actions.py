"""PURE. The closed list of what is audited, and exactly which details each entry carries.

A detail is a code, a count or an identifier; never a name, an address, a PIN or a number of a person.
"""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """subject.action, in the past tense."""

    UNION_INITIALISED = "union.initialised"
    MEMBER_ADDED = "member.added"
    MEMBER_STATE_CHANGED = "member.state_changed"
    SITE_ADDED = "site.added"
    TERMINAL_ENROLLED = "terminal.enrolled"
    TERMINAL_STOPPED = "terminal.stopped"
    TERMINAL_RESUMED = "terminal.resumed"
    ORDINANCE_CHANGED = "ordinance.changed"
    REGISTER_IMPORTED = "register.imported"
    REGISTER_EXPORTED = "register.exported"
    CARD_REGISTERED = "card.registered"
    CARD_STATE_CHANGED = "card.state_changed"
    CARD_UNLOCKED = "card.unlocked"
    PIN_SET = "pin.set"
    PIN_FAILED = "pin.failed"
    PIN_LOCKED = "pin.locked"
    SIGNED_IN = "resident.signed_in"
    SIGN_IN_REFUSED = "resident.sign_in_refused"
    ISSUE_REFUSED = "issue.refused"
    SPECIMEN_DRAWN = "specimen.drawn"
    ORDER_PLACED = "order.placed"
    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"


DETAILS: dict[Action, frozenset[str]] = {
    Action.UNION_INITIALISED: frozenset({"name"}),
    Action.MEMBER_ADDED: frozenset({"place_key"}),
    Action.MEMBER_STATE_CHANGED: frozenset({"from", "to"}),
    Action.SITE_ADDED: frozenset({"municipality"}),
    Action.TERMINAL_ENROLLED: frozenset({"site", "number"}),
    Action.TERMINAL_STOPPED: frozenset({"reason"}),
    Action.TERMINAL_RESUMED: frozenset({"reason"}),
    Action.ORDINANCE_CHANGED: frozenset({"table", "key", "valid_from"}),
    Action.REGISTER_IMPORTED: frozenset({"register", "added", "changed", "unchanged", "file_sha256"}),
    Action.REGISTER_EXPORTED: frozenset({"register", "rows"}),
    Action.CARD_REGISTERED: frozenset({"card_kind"}),
    Action.CARD_STATE_CHANGED: frozenset({"from", "to"}),
    Action.CARD_UNLOCKED: frozenset(),
    Action.PIN_SET: frozenset(),
    Action.PIN_FAILED: frozenset({"tries_left", "terminal"}),
    Action.PIN_LOCKED: frozenset({"terminal"}),
    Action.SIGNED_IN: frozenset({"method", "terminal"}),
    Action.SIGN_IN_REFUSED: frozenset({"reason", "terminal"}),
    Action.ISSUE_REFUSED: frozenset({"kind", "rule", "reference", "terminal"}),
    Action.SPECIMEN_DRAWN: frozenset({"kind"}),
    Action.ORDER_PLACED: frozenset({"terminal", "copies", "yen"}),
    Action.CASE_OPENED: frozenset({"case_kind", "terminal"}),
    Action.CASE_CLOSED: frozenset({"case_kind", "verdict"}),
}
