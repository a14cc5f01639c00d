"""Which browser stands in front of the terminal, and whether it has served somebody already.

A kiosk's browser begins at `/start` with a name of its own and comes back there, without it, when a resident has left:
what it then keeps (cookies, pages, history) is that resident's, so another one takes its place (`browser.py`).
"""

from __future__ import annotations

from pathlib import Path


class Screen:
    """Kept in a file: an agent that starts again must not take a used browser for a new one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.browser = path.read_text() if path.exists() else ""  # empty: nobody replaces browsers here
        self.is_used = False

    def arrive(self, browser: str) -> bool:
        """Whether the browser that came to `/start` may go on to the portal."""
        if browser and browser != self.browser:
            self._path.write_text(browser)
            self.browser, self.is_used = browser, False
        elif self.browser and not browser:
            self.is_used = True
        return not self.is_used
