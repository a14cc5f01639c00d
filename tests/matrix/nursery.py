"""`python -m tests.matrix.nursery SIDE`: a process that has everything imported, and gives birth to others on command.

A line of JSON on its input is one child: {"kind", "environ", "points"}. The answer is its number. So a part that was
killed is back within a moment, which a matrix of hundreds of deaths needs. `agents` never import the portal.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.matrix import points

TURN_SECONDS = 0.05


class Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nobody reads it."""


def serve(url: str, app: Any) -> None:
    address = urlsplit(url)
    make_server(address.hostname or "", address.port or 0, app, threaded=True, request_handler=Silent).serve_forever()


def agent(folder: Path) -> None:
    from app.terminal import create_agent, loop, press, settings

    points.install(folder, points.AGENT)
    loop.IDLE_SECONDS = 0.3
    press.NOT_TAKEN_AFTER = timedelta(seconds=float(os.environ["KOIKI_MATRIX_LEFT_SECONDS"]))
    own = settings.load()
    serve(own.agent_url, create_agent(own, start_loop=True))


def node(folder: Path) -> None:
    from app import config, create_app

    points.install(folder, points.NODE)
    own = config.load()
    app = create_app(own)
    for name, endpoint in points.DOORS.items():
        app.view_functions[endpoint] = points.mortal(folder, name, app.view_functions[endpoint])
    serve(os.environ["KOIKI_MATRIX_LISTEN"], app)


def worker(folder: Path) -> None:
    from app import config, create_app
    from app.issuance.worker import Worker
    from app.municipalities.partitions import partitions

    points.install(folder, points.WORKER)
    with create_app(config.load(), surfaces=()).app_context():
        made = Worker.__new__(Worker)  # warmed up before its birth
        made._renderer, made._names = _warm["renderer"], {}
        while True:
            made.turn(partitions.codes())
            time.sleep(TURN_SECONDS)


def relay(folder: Path) -> None:
    from app import config, create_app
    from app.issuance import relay as carrying
    from app.municipalities.partitions import partitions

    points.install(folder, points.RELAY)
    with create_app(config.load(), surfaces=()).app_context():
        while True:
            carrying.relay_all(partitions.codes())
            time.sleep(TURN_SECONDS * 4)


def reconcile(folder: Path) -> None:
    """For those visits alone whose time shall have passed; the other lanes have their own."""
    from app import config, create_app
    from tests.matrix import passing

    points.install(folder, points.RECONCILE)
    with create_app(config.load(), surfaces=()).app_context():
        while True:
            passing.obey(folder)
            time.sleep(TURN_SECONDS)


KINDS: dict[str, Callable[[Path], None]] = {
    "agent": agent, "node": node, "worker": worker, "relay": relay, "reconcile": reconcile
}  # fmt: skip
_warm: dict[str, Any] = {}


def warm_up(side: str) -> None:
    """Import what the children need; a child finds it there."""
    if side == "agents":
        import app.terminal.application

        return
    import app.portal  # noqa: F401
    from app.certificates import samples
    from app.certificates.rendering import Renderer

    _warm["renderer"] = Renderer()
    _warm["renderer"].warm_up([samples.sample("resident_record")])


def main() -> None:
    warm_up(sys.argv[1])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    born = []
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(order)
        born.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in born:  # nobody asks for more: the house is closed
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _live(order: dict[str, Any]) -> None:
    """The child's whole life."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.environ.update(order["environ"])
    try:
        KINDS[order["kind"]](Path(order["points"]))
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
