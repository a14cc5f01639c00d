"""An app behind an address, in this process, for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """Its address, while the block lasts."""
    server = make_server("127.0.0.1", 0, _in_one_piece(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _in_one_piece(app: WSGIApplication) -> WSGIApplication:
    """The same app, each answer read before it is sent: werkzeug leaves a file open when a browser hangs up."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as pieces:
            return [b"".join(pieces)]

    return answer
