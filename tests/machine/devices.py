"""What a terminal's machines truly did, and an agent that says it as a real one: late, twice, or not yet.

The records here are the ground truth. The journal may be behind them, but never beside them.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field

from app import clock
from app.protocol.messages import Report, ReportEvent


@dataclass
class Session:
    """The money of one payment key in one machine. `kept` counts once it is over."""

    yen: int
    inserted: int = 0
    kept: int = 0
    owed: int = 0  # of what is kept: should have been given back
    state: str = "collecting"  # collecting, held, committed, released

    @property
    def is_over(self) -> bool:
        return self.state in {"committed", "released"}

    def close(self, state: str, kept: int, owed: int = 0) -> None:
        """For good: asked again, the machine answers the same."""
        if not self.is_over:
            self.state, self.kept, self.owed = state, kept, owed


@dataclass
class Job:
    """One attempt at one terminal. `out`: sheets that left the printer; `late`: will leave when a jam is cleared."""

    attempt_id: str
    grant_id: str
    visit_id: str
    granted_to: str = ""  # the visit for which bytes arrived
    sheets: int = 0
    out: int = 0
    late: int = 0
    taken: bool = False
    phase: str = "asking"  # asking, printing, over


@dataclass
class Machine:
    """One terminal: cash, printer, tray, and the agent's memory of what it has to say."""

    terminal_id: str
    money: dict[str, Session] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    unsent: list[Report] = field(default_factory=list)
    sent: list[Report] = field(default_factory=list)
    is_stopped: bool = False  # by the agent itself, until a person has looked

    def job_in(self, *phases: str) -> Job | None:
        return next((job for job in self.jobs.values() if job.phase in phases), None)

    def lying(self) -> list[Job]:
        """In the output tray."""
        return [job for job in self.jobs.values() if job.out and not job.taken]

    def say_money(self, key: str, visit_id: str, event: ReportEvent, yen: int, owed: int = 0) -> None:
        self._say(event, visit_id, payment_key=key, yen=yen, yen_owed=owed)

    def say_paper(self, job: Job, event: ReportEvent) -> None:
        if event in {ReportEvent.OUTCOME_UNKNOWN, ReportEvent.MISMATCH}:
            self.is_stopped = True
        self._say(event, job.visit_id, attempt_id=job.attempt_id, details=json.dumps({"out": job.out}))

    def _say(self, event: ReportEvent, visit_id: str, **facts: object) -> None:
        empty = {"payment_key": "", "attempt_id": "", "yen": 0, "details": "{}", "yen_owed": 0}
        self.unsent.append(
            Report(
                terminal_id=self.terminal_id,
                report_id=str(uuid.uuid4()),
                event=event,
                visit_id=visit_id,
                at=int(clock.now().timestamp()),
                **empty | facts,
            )  # fmt: skip
        )
