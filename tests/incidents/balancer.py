"""A balancer in front of two nodes: every new connection goes to the next one, so that one visit meets both."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence


class Balancer:
    """Plain TCP, loopback. A node that does not answer is passed over, as any balancer does."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._turns = itertools.cycle(ports)
        self._ports = len(ports)
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who accepts
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), self._connect() as node:
            threading.Thread(target=_copy, args=(client, node), daemon=True).start()
            _copy(node, client)

    def _connect(self) -> socket.socket:
        for _ in range(self._ports):
            with self._lock:
                port = next(self._turns)
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", port))
        raise OSError("no node answers")


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
