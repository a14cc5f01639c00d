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
    TERMINAL_LEASED = "terminal.leased"
    SHEETS_BOOKED = "terminal.sheets_booked"
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
    CASE_SEEN = "case.seen"
    REFUSED_SHEET_SEEN = "refused_sheet.seen"
    STAFF_ADDED = "staff.added"
    STAFF_RESET = "staff.reset"
    STAFF_DISABLED = "staff.disabled"
    STAFF_ENABLED = "staff.enabled"
    STAFF_SET_UP = "staff.set_up"
    STAFF_SIGNED_IN = "staff.signed_in"
    STAFF_SIGN_IN_REFUSED = "staff.sign_in_refused"
    STAFF_SIGNED_OUT = "staff.signed_out"


DETAILS: dict[Action, frozenset[str]] = {
    Action.UNION_INITIALISED: frozenset({"name"}),
    Action.MEMBER_ADDED: frozenset({"place_key"}),
    Action.MEMBER_STATE_CHANGED: frozenset({"from", "to"}),
    Action.SITE_ADDED: frozenset({"municipality"}),
    Action.TERMINAL_ENROLLED: frozenset({"site", "number"}),
    Action.TERMINAL_STOPPED: frozenset({"reason"}),
    Action.TERMINAL_RESUMED: frozenset({"reason"}),
    Action.TERMINAL_LEASED: frozenset({"epoch", "is_successor"}),
    Action.SHEETS_BOOKED: frozenset({"sheets", "why"}),
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
    Action.CASE_SEEN: frozenset({"case_kind"}),
    Action.REFUSED_SHEET_SEEN: frozenset({"page"}),
    Action.STAFF_ADDED: frozenset({"role", "municipality"}),
    Action.STAFF_RESET: frozenset(),
    Action.STAFF_DISABLED: frozenset(),
    Action.STAFF_ENABLED: frozenset(),
    Action.STAFF_SET_UP: frozenset(),
    Action.STAFF_SIGNED_IN: frozenset(),
    Action.STAFF_SIGN_IN_REFUSED: frozenset({"reason"}),
    Action.STAFF_SIGNED_OUT: frozenset({"scope"}),
}
