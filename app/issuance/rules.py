"""What the journal's tables refuse by themselves, whoever writes: the arrows of `states`, and what never changes again.

Code refuses the same with better words; this is for the day on which code is wrong, or somebody has a console.
"""

from __future__ import annotations

from app.issuance.states import NEXT, NEXT_PAYMENT, Payment, State, is_terminal
from app.triggers import Trigger, append_only, fixed, moves, once, words

OVER = words(state for state in State if is_terminal(state))
_VOID = words({State.CANCELLED, State.FAILED, State.NOT_PRINTED, State.VOIDED})
_ORDER = "SELECT 1 FROM issue_order WHERE issue_order.order_id = NEW.order_id"
_NUMBER = "SELECT 1 FROM attempt WHERE attempt.issuance_id = NEW.issuance_id AND attempt.voided_at IS NULL"
_COPIES = "SELECT 1 FROM issuance WHERE issuance.order_id = NEW.order_id"
_COPY = "SELECT 1 FROM issuance WHERE issuance.issuance_id = NEW.issuance_id"
_HELD = f"{_ORDER} AND issue_order.payment = '{Payment.HELD}'"
_UNFINISHED = f"{_COPIES} AND issuance.state NOT IN {OVER}"
_PAPER = f"{_COPY} AND issuance.state NOT IN {_VOID}"
_REFUSED = "SELECT 1 FROM refused_sheet WHERE refused_sheet.attempt_id = NEW.attempt_id"
# a refused sheet is evidence of an open case, of a copy that has failed and of an attempt that was granted nothing
_REFUSABLE = (
    "SELECT 1 FROM attempt JOIN issuance ON issuance.issuance_id = attempt.issuance_id"
    " JOIN issue_case ON issue_case.issuance_id = issuance.issuance_id"
    " WHERE attempt.attempt_id = NEW.attempt_id AND attempt.grant_id IS NULL AND issuance.state = 'failed'"
    " AND issue_case.case_id = NEW.case_id AND issue_case.kind = 'guard_mismatch' AND issue_case.closed_at IS NULL"
)
_CASE_OPEN = "SELECT 1 FROM issue_case WHERE issue_case.case_id = OLD.case_id AND issue_case.closed_at IS NULL"
_IS_GRANTED = f"NEW.state = '{State.GRANTED}' AND OLD.state <> NEW.state"
_IS_SETTLED = f"NEW.state = '{State.SETTLED}' AND OLD.state <> NEW.state"
# all of an order but its receipt, which may be asked for when it is over
_CLOSED_COLUMNS = (
    "payment", "payment_key", "tender", "yen", "yen_inserted", "yen_due", "yen_owed", "is_open", "version",
)  # fmt: skip
_WHOSE_ORDER = (
    "visit_id", "idempotency_key", "request_sha256", "terminal_id", "site", "site_municipality", "channel",
    "priced_at", "placed_at",
)  # fmt: skip
_WHOSE_COPY = (
    "order_id", "position", "kind", "subject", "persons", "persons_asked", "picks", "options", "snapshot", "yen",
)  # fmt: skip

_TRY = ("payment_key", "order_id", "number_in_order", "tender", "asked_at", "lease_epoch")
TRIGGERS: dict[str, tuple[Trigger, ...]] = {
    "issue_order": (
        moves("order_money_moves", "payment", ((a, b) for a, found in NEXT_PAYMENT.items() for b in found)),
        fixed("order_is_whose_it_is", _WHOSE_ORDER),
        fixed("order_closed", _CLOSED_COLUMNS, "NOT OLD.is_open"),
        Trigger(
            "order_open_copies", "UPDATE OF is_open", f"OLD.is_open AND NOT NEW.is_open AND EXISTS ({_UNFINISHED})"
        ),
        once("order_receipt_once", ("receipt_number", "receipt", "receipt_asked_at", "receipt_printed_at")),
        Trigger("order_kept", "DELETE"),
    ),
    "payment_try": (
        once("payment_try_ends_once", ("ended_at", "ended_as", "device_ended_at")),
        fixed("payment_try_is_what_it_is", _TRY),
        Trigger("payment_try_anew", "INSERT", f"NOT EXISTS ({_ORDER} AND issue_order.payment = '{Payment.NONE}')"),
        Trigger("payment_try_kept", "DELETE"),
    ),
    "issuance": (
        moves("copy_moves", "state", ((a, b) for a, found in NEXT.items() for b in found)),
        fixed("copy_is_whose_it_is", _WHOSE_COPY),
        Trigger("copy_says_what_it_said", "UPDATE OF document", "NEW.document <> OLD.document AND NEW.document <> ''"),
        Trigger("copy_granted_on_money", "UPDATE OF state", f"{_IS_GRANTED} AND NOT EXISTS ({_HELD})"),
        Trigger("copy_settled_with_number", "UPDATE OF state", f"{_IS_SETTLED} AND NOT EXISTS ({_NUMBER})"),
        Trigger("copy_kept", "DELETE"),
    ),
    "attempt": (
        once(
            "attempt_once", ("sheets", "pdf_sha256", "grant_id", "granted_at", "grant_epoch", "voided_at", "disposal")
        ),
        fixed("attempt_is_what_it_is", ("issuance_id", "number_in_copy", "issue_number")),
        Trigger(
            "attempt_void_without_paper", "UPDATE OF voided_at", f"NEW.voided_at IS NOT NULL AND EXISTS ({_PAPER})"
        ),
        Trigger("attempt_not_refused", "UPDATE OF grant_id", f"NEW.grant_id IS NOT NULL AND EXISTS ({_REFUSED})"),
        Trigger("attempt_kept", "DELETE"),
    ),
    "sheet": (
        Trigger("sheet_not_refused", "INSERT", f"EXISTS ({_REFUSED})"),
        fixed("sheet_is_what_it_is", ("pdf_sha256", "attempt_id")),
    ),
    "refused_sheet": (
        Trigger("refused_sheet_of_failed_copy", "INSERT", f"NOT EXISTS ({_REFUSABLE})"),
        Trigger("refused_sheet_unchanged", "UPDATE"),
        Trigger("refused_sheet_kept", "DELETE", f"EXISTS ({_CASE_OPEN})"),
    ),
    "attempt_report": append_only("attempt_report"),
    "issuance_event": append_only("issuance_event"),
    "payment_event": append_only("payment_event"),
    "issue_case": (
        Trigger("case_closed", "UPDATE", "OLD.closed_at IS NOT NULL"),
        Trigger("case_kept", "DELETE"),
    ),
}
