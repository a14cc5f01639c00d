"""Several terminal agents in one process: each a whole one, with its folder, journal, devices, loop and address.

`python -m tests.journey.agents FOLDER…`. What differs from real terminals is only that one kill takes them all at once,
and that forty of them fit into the memory of one machine.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.terminal import create_agent, loop, settings

BUSY_SECONDS = 2.0  # a portal on a machine of its own would hear forty terminals more often


class Silent(WSGIRequestHandler):
    """Thousands of requests, and nobody reads their log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


def serve(folder: Path) -> BaseWSGIServer:
    """The agent of `folder`, listening; its loop runs."""
    own = settings.load(os.environ | _own_words(folder) | {"KOIKI_AGENT_HOME": str(folder)})
    address = urlsplit(own.agent_url)
    app = create_agent(own, start_loop=True)
    return make_server(address.hostname or "", address.port or 0, app, threaded=True, request_handler=Silent)


def _own_words(folder: Path) -> dict[str, str]:
    """`environ` beside the terminal's files: NAME=value lines, for the printer that only this terminal has."""
    file = folder / "environ"
    return dict(line.split("=", 1) for line in file.read_text().splitlines()) if file.exists() else {}


def main() -> None:
    loop.BUSY_SECONDS = BUSY_SECONDS
    servers = [serve(Path(folder)) for folder in sys.argv[1:]]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
