"""PURE. What is on the disk before each effect, what a restart does about it, and what is left for a person.

One row for each step of an order. `script/recovery-table` writes it into docs/issuance.md, `flask issuance cases` names
the instruction of each open case, and a test holds every row to the code: its states, functions, cases and verdicts
must exist, and every state in which an order can be stuck must have its row.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.issuance.states import Payment, State


@dataclass(frozen=True)
class Step:
    """`states`: in which a crash leaves the order. `by`: the function that recovers, as `module:name` under `app`.

    `cases` and `verdicts` are values of `CaseKind` and `Verdict`: what a person finds and may say.
    """

    name: str
    durable_first: str
    effect: str
    states: tuple[State | Payment, ...]
    recovery: str
    by: tuple[str, ...]
    cases: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    person: str = ""


STEPS: tuple[Step, ...] = (
    Step(
        "request",
        "order, copies, frozen documents and numbers, under the kiosk's key, in one transaction",
        "none",
        (Payment.NONE,),
        "the same key gives the same order; a visit that nobody uses is called off",
        ("issuance.service:place_order", "issuance.reconcile:reconcile_order"),
    ),
    Step(
        "authenticate",
        "the ticket's nonce, at the terminal and in the union, before the card is asked; then the statement's mark with"
        " the sign-in",
        "the chip or the town counts a PIN",
        (),
        "the same statement again is answered from what was written; a ticket that was used is refused, and the"
        " resident lays the card anew: nothing was ordered, nothing is charged",
        ("terminal.trips:Trips.open", "cards.service:sign_in", "issuance.reconcile:reconcile_visit"),
    ),
    Step(
        "render",
        "the number; the PDF under its SHA-256, encrypted",
        "none",
        (State.FIXED,),
        "any worker makes it again; whoever comes second throws its own away; not made within 300 s it is called off",
        ("issuance.worker:Worker", "issuance.rendered:store_sheet", "issuance.reconcile:reconcile_order"),
        ("render_failed", "unprintable"),
        ("checked",),
        "A copy that stayed `fixed` (`silent` in the evidence): start `issuance worker`. Else the case names the code"
        " of the error or the place on the form; it is the register's matter.",
    ),
    Step(
        "guard",
        "the finding, in the transaction that fails the copy",
        "none",
        (State.FAILED,),
        "nothing: the order is called off, nothing is charged, the terminal is stopped",
        ("issuance.guard:check_sheet", "issuance.rendered:fail_copy", "issuance.aftermath:terminals_to_stop"),
        ("guard_mismatch",),
        ("checked",),
        "Find the cause first: PDF and document are kept until you close the case. Then 再開 at the counter.",
    ),
    Step(
        "lease",
        "the wish for a lease, at the terminal; the new epoch in the union, then at the terminal, before anything else",
        "whoever held it before is fenced",
        (),
        "asked again it is the same lease; the next start takes the next epoch; of a fenced agent only reports about"
        " what it was given under its own epoch still count",
        ("terminal.lease:Lease.ask", "municipalities.service:take_lease", "issuance.leases:may_report"),
    ),
    Step(
        "take money",
        "`asked` with the tender, and the try with its key; the agent's journal before the device is asked",
        "the device opens; coins, a touch, an authorisation",
        (Payment.ASKED, Payment.SWITCHING, Payment.HELD),
        "the agent asks the device about the same key and goes on; a visit that is over gets its money back; a change"
        " of tender waits for `released` before a new key is made",
        ("terminal.till:Till.follow", "issuance.paying:switch_tender", "issuance.reconcile:reconcile_order"),
        ("payment_unknown",),
        ("kept", "refunded", "checked"),
        "Is the terminal switched on and connected? It finishes by itself when it comes back.",
    ),
    Step(
        "grant",
        "the grant's id, at the terminal and in the town, before a byte leaves",
        "the bytes go to the terminal",
        (State.READY, State.GRANTED),
        "the same grant may be asked for again; another grant for the same copy never",
        ("issuance.granting:grant", "terminal.press:Press.recover"),
        ("outcome_unknown", "manifest_mismatch"),
        ("came_out", "not_printed", "destroyed", "missing", "checked"),
        "Look in the tray: the terminal has lost its memory, refused bytes that were not of its own session, or knows"
        " of a sheet that the journal never granted (a town that was restored). It is stopped; once the case is"
        " closed, 再開 at the counter.",
    ),
    Step(
        "print",
        "`creating`, then the job's number and uuid, then `sending`, at the terminal",
        "sheets come out",
        (State.PRINTING, State.UNKNOWN),
        "never sent again; what printer and sensor prove, else `unknown`; silence of 300 s is `unknown`; the terminal"
        " is stopped as long as the case is open",
        ("terminal.press:Press.follow", "issuance.reporting:record_report", "issuance.reconcile:reconcile_order"),
        ("outcome_unknown",),
        ("came_out", "not_printed", "destroyed", "missing"),
        "Empty the paper path. `agent show` at the terminal tells what journal, printer and sensor recorded. Decide:"
        " `came_out` if the resident has the sheet, `not_printed` if none exists, `destroyed` if you destroyed it,"
        " `missing` if you found none. After the last three, give the fee back in cash if the machine kept it."
        " Then 再開 at the counter.",
    ),
    Step(
        "present and take",
        "`printed`",
        "the sheets lie in the tray",
        (State.PRINTED, State.TAKEN),
        "the sensor says `taken`; after 60 s, or without a word for 300 s, it is a case",
        ("terminal.press:Press.follow", "issuance.reconcile:reconcile_order"),
        ("not_taken",),
        ("came_out", "destroyed", "missing", "not_printed"),
        "Somebody else must not find the sheet: hand it over and `came_out`, or destroy it and `destroyed`.",
    ),
    Step(
        "count out",
        "`committing` with what to keep, or `releasing`; the agent's journal before the device is told",
        "money is kept, change comes out",
        (Payment.COMMITTING, Payment.RELEASING, Payment.UNKNOWN),
        "told again under the same key: the device answers what it did; never a new key; what a person has ended is"
        " told, too, and nobody else is served there before the terminal has said that it is over",
        (
            "terminal.till:Till.follow",
            "issuance.progress:advance",
            "issuance.tries:find_untold",
            "issuance.money_reports:record_money",
        ),
        ("payment_unknown",),
        ("kept", "refunded", "checked"),
        "Open the device and count: `kept` if the fees of what came out are in it, `refunded` if everything was given"
        " back. A terminal that comes back finishes by itself; then `checked`. What it says otherwise after your"
        " verdict, or still holds, is a new case: look whose money it is, then `checked`. A device that will never"
        " answer is taken out of the agent's settings: then the agent says so.",
    ),
    Step(
        "owe",
        "the final state with `yen_owed`, and the case, in one transaction",
        "none: the device has ended",
        (Payment.COMMITTED, Payment.RELEASED),
        "nothing: the same report again opens no second case; one that comes after a person's verdict on the money"
        " opens the first",
        ("issuance.money_reports:record_money",),
        ("change_owed",),
        ("paid_back",),
        "The resident shows a claim of eight digits, which the case has, too. Hand over the amount in the evidence,"
        " then `paid_back`. If you said `refunded` of this order before, it may have been handed over then.",
    ),
    Step(
        "refund",
        "the verdict, the void number, and the lines of charge and refund, in one transaction",
        "a person hands the fee over, or the device gives it back (count out)",
        (),
        "the same verdict again is once; a refund of more than was charged, or twice, is refused by the schema",
        ("issuance.cases:close_case", "issuance.relay:relay_all"),
    ),
    Step(
        "settle",
        "the state, and the line for the ledger in the same transaction",
        "none",
        (State.SETTLED, State.VOIDED, State.CANCELLED, State.NOT_PRINTED),
        "the relay carries each line once: the union's cursor moves with it",
        ("issuance.progress:advance", "issuance.relay:relay_all", "issuance.accounts:raise_difference"),
        ("accounts_differ",),
        ("checked",),
        "Does `issuance relay` run, and what does it log? Never delete lines; compare journal and ledger by number.",
    ),
    Step(
        "relay",
        "the line in the town's outbox",
        "the union's ledger grows",
        (),
        "relayed again: read at least once, in effect exactly once; a town whose lines wait takes no new orders",
        ("issuance.relay:relay_all", "issuance.watching:raise_late"),
        ("relay_late",),
        ("checked",),
        "Does `issuance relay` run, and what does it log? `waiting_since` in the evidence is the oldest line's time."
        " `checked`, once the lines move.",
    ),
    Step(
        "receipt",
        "number and lines of the receipt; at the terminal, that it is begun",
        "a receipt comes off the roll",
        (Payment.COMMITTED,),
        "printed again only if the printer proves that nothing came out",
        ("issuance.receipts:ask_receipt", "terminal.receipts:Receipts.start"),
    ),
    Step(
        "erase",
        "the final state, and the loss of sheet, preview and document in the same transaction",
        "the printer is told to forget its job",
        (),
        "both or neither; what an open case is about stays, and goes with the verdict; a printer that cannot be told"
        " to forget is waited for, and the agent looks until it has",
        ("issuance.progress:erase", "issuance.progress:advance", "terminal.ipp_memory:PrinterMemory.clear"),
    ),
    Step(
        "count",
        "the devices' own records; the count with its differences",
        "none",
        (),
        "counted again at the next rest; a difference that two counts tell is a case",
        ("terminal.counting:Counter.follow", "issuance.counting:take_count", "issuance.counting:judge_counts"),
        ("count_differs",),
        ("checked",),
        "Count the cash box and the paper, and look for what explains the evidence: test sheets, a case decided"
        " otherwise than the machine did, money taken out. Positive: the devices have more than the journals say.",
    ),
    Step(
        "listen",
        "when the terminal last called",
        "none",
        (),
        "it is closed to residents while it is silent, and open again when it calls",
        ("issuance.watching:raise_silent",),
        ("terminal_silent",),
        ("checked",),
        "Power, cable, the agent's process at the terminal that the case names; `last_seen_at` says since when. It"
        " serves again by itself as soon as it calls; `checked`, once you know why.",
    ),
)


def steps_for(case_kind: str) -> list[str]:
    """Names of the steps at which a case of this kind is raised."""
    return [step.name for step in STEPS if case_kind in step.cases]


def instructions_for(case_kind: str) -> str:
    """What a person does about a case of this kind, one paragraph for each step that may raise it."""
    return "\n".join(step.person for step in STEPS if case_kind in step.cases and step.person)


def as_table() -> list[str]:
    """The rows in Markdown."""
    head = [
        "| step | on the disk first | effect | a crash leaves it | what recovery does | case | a person |",
        "|" + "---|" * 7,
    ]
    return [*head, *(_row(step) for step in STEPS)]


def _row(step: Step) -> str:
    words = [_codes(values) for values in (step.states, step.cases)]
    person = step.person + (f" Verdict: {_codes(step.verdicts)}" if step.verdicts else "")
    cells = (step.name, step.durable_first, step.effect, words[0], step.recovery, words[1], person)
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"


def _codes(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values)
