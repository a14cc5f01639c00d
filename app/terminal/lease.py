"""One agent speaks for a terminal: a lock on its folder here, a lease with a number that only grows at the portal.

The lock keeps a second agent out of this folder, the lease one with a copy of it: whoever starts last is the terminal,
and all others are fenced (fencing token: the number goes with everything that is said). A folder that is not the one
that held the last lease cannot know what became of the work that its journal speaks of.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

from app import clock
from app.protocol.lease import LeaseRequest, LeaseResult
from app.terminal.errors import FolderTakenError, LeaseLostError
from app.terminal.journal import Journal
from app.terminal.portal import Portal

LOCK_FILE = "agent.lock"
LOCK_SECONDS = 5.0  # a predecessor may still be ending
MACHINE = Path("/etc/machine-id")


class FolderLock:
    """Held until `close` or the end of the process, however it ends."""

    def __init__(self, home: Path, patience: float = LOCK_SECONDS) -> None:
        """:raises FolderTakenError: another agent works in `home`."""
        self._handle = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while not self._is_ours():
            if time.monotonic() >= deadline:
                os.close(self._handle)
                raise FolderTakenError(f"another agent works in {home}: a folder is for one agent; stop that one first")
            time.sleep(0.05)

    def mark(self) -> str:
        """This very folder on this very machine: a copy or a restored backup has another file, made at another time."""
        file, machine = os.fstat(self._handle), ""
        with suppress(OSError):
            machine = MACHINE.read_text().strip()
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{machine} {file.st_ino} {file.st_ctime_ns}"))

    def close(self) -> None:
        """Let the next one in. Twice is once."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _is_ours(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lease:
    """Asked for once in the life of a process; thread-safe, for its number only changes when it is noted."""

    def __init__(self, terminal_id: str, journal: Journal, portal: Portal, mark: str) -> None:
        self._terminal_id = terminal_id
        self._journal = journal
        self._portal = portal
        self._mark = mark
        self._epoch = 0
        self.is_fenced = False

    @property
    def is_held(self) -> bool:
        """Whether this process has ever had one; it may be fenced since."""
        return self._epoch > 0

    @property
    def epoch(self) -> int:
        """Of the work that this process was given: it goes with every report, also when it is fenced; 0 before."""
        return self._epoch

    def need(self) -> int:
        """The epoch, for what only the one agent may do. :raises LeaseLostError: this is not the one, or not yet."""
        if self.is_fenced or not self.is_held:
            raise LeaseLostError
        return self._epoch

    def ask(self) -> LeaseResult:
        """The portal's answer, not yet noted. Killed before that, the next start asks for the very same lease.

        :raises PortalDownError: without an answer.
        """
        known = self._journal.find_lease()
        is_same_folder = known is not None and known.mark == self._mark
        lease_id = known.wish if known and known.wish and known.wish_mark == self._mark else str(uuid.uuid4())
        self._journal.note_lease_wish(lease_id, self._mark)
        now = int(clock.now().timestamp())
        return self._portal.ask_lease(
            LeaseRequest(self._terminal_id, lease_id, known.epoch if known else 0, is_same_folder, now)
        )

    def note(self, result: LeaseResult) -> None:
        """From here on this process speaks for the terminal."""
        self._journal.note_lease(result.epoch, self._mark)
        self._epoch = result.epoch

    def fence(self) -> bool:
        """Another agent speaks for the terminal now. True when that is news."""
        is_news, self.is_fenced = not self.is_fenced, True
        return is_news
