"""PURE. How an agent becomes the one that speaks for its terminal: a number that only grows goes with all it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.protocol.messages import Message


@dataclass(frozen=True)
class LeaseRequest(Message):
    """Agent → portal, once at each start and before anything else: from now on I alone speak for this terminal.

    `lease_id` is in its journal already: asked again, it is the same lease. `epoch_before` is the last one of its
    folder (0: none), and `is_same_folder` says that this is the very folder, so that who held it is dead.
    """

    KIND: ClassVar[str] = "lease_request"
    terminal_id: str
    lease_id: str
    epoch_before: int
    is_same_folder: bool
    at: int


@dataclass(frozen=True)
class LeaseResult(Message):
    """Portal → agent: the epoch that everything it says must carry.

    Not `is_successor`: another folder held the lease in between, or holds it still; what this one was at is unknown.
    """

    KIND: ClassVar[str] = "lease_result"
    lease_id: str
    epoch: int
    is_successor: bool
