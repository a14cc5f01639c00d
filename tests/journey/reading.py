"""Every sheet is read as it comes, by a program that is none of ours, and thrown away; what it said is kept."""

from __future__ import annotations

import hashlib
import re
import subprocess
import threading
from dataclasses import dataclass, field

NUMBER = re.compile(r"\d{8} \S+ \d{3} \d{7}")
BLANK = re.compile(r"\s")


@dataclass(frozen=True)
class Reading:
    """One PDF. `visit_id` and `name`: who stood at the terminal and took it; both empty when staff found it."""

    terminal: str
    attempt_id: str
    visit_id: str
    name: str
    numbers: frozenset[str]  # 発行番号: one, or something is wrong
    pages: int
    sha256: str
    has_name: bool


@dataclass
class Readings:
    """Of a whole run: a few hundred bytes a sheet."""

    found: list[Reading] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, pdf: bytes, terminal: str, attempt_id: str, visit_id: str, name: str) -> Reading:
        """Read one PDF for who holds it now."""
        text = text_of(pdf)
        has_name = _names(text, name) or _names(text_of(pdf, "-raw"), name)
        reading = Reading(
            terminal, attempt_id, visit_id, name, frozenset(NUMBER.findall(text)), text.count("\f"),
            hashlib.sha256(pdf).hexdigest(), has_name,
        )  # fmt: skip
        with self._lock:
            self.found.append(reading)
        return reading


def _names(text: str, name: str) -> bool:
    words = BLANK.sub("", text)
    return all(part in words for part in name.split("　"))


def text_of(pdf: bytes, how: str = "-layout") -> str:
    """All words; a form feed ends each page. `-raw`: as the cells follow each other, so that none is torn apart."""
    run = subprocess.run(["pdftotext", how, "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode()
