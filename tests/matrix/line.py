"""A line between two parts that can be cut: nobody listens, or in the middle of a request, or of its answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

CUTS = ("refuse", "mid-request", "before-response", "mid-response")
REFUSED_SECONDS = 0.8
LOOK_SECONDS = 0.05


class Line:
    """Forwards `port` to `upstream`. `cut(how, at)` cuts once: at the first request that holds the bytes `at`."""

    def __init__(self, upstream: int) -> None:
        self.upstream = upstream
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._how, self._at, self.cuts, self._refused_until = "", b"", 0, 0.0
        self._is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._is_open = False

    def cut(self, how: str, at: bytes) -> None:
        self._how, self._at, self.cuts = how, at, 0
        if not how:
            self._refused_until = 0.0

    # --- inside

    def _accept(self) -> None:
        while self._is_open:
            if time.monotonic() < self._refused_until:
                self._refuse()
            self._server.settimeout(LOOK_SECONDS)
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                client.settimeout(None)
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()
        self._server.close()

    def _refuse(self) -> None:
        """Nobody listens for a while."""
        self._server.close()
        time.sleep(REFUSED_SECONDS)
        self._server = socket.create_server(("127.0.0.1", self.port))

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("localhost", self.upstream)) as far:
            talk = Talk(self, client, far)
            threading.Thread(target=talk.up, daemon=True).start()
            talk.down()

    def take(self, heard: bytes, *hows: str) -> str:
        """How this request is to be cut, once."""
        if self._how not in hows or self._at not in heard:
            return ""
        how, self._how = self._how, ""
        self.cuts += 1
        if how == "refuse":
            self._refused_until = time.monotonic() + REFUSED_SECONDS
        return how


class Talk:
    """One connection, both ways."""

    def __init__(self, line: Line, client: socket.socket, far: socket.socket) -> None:
        self._line, self._client, self._far, self._heard = line, client, far, b""
        self._is_answering = False

    def up(self) -> None:
        with contextlib.suppress(OSError):
            while request := self._client.recv(65536):
                self._heard = request if self._is_answering else self._heard + request
                self._is_answering = False
                how = self._line.take(self._heard, "refuse", "mid-request")
                if how:
                    if how == "mid-request":
                        self._far.sendall(request[: len(request) // 2])
                    self._hang_up()
                    return
                self._far.sendall(request)
            self._far.shutdown(socket.SHUT_WR)

    def down(self) -> None:
        while answer := self._far.recv(65536):
            self._is_answering = True
            how = self._line.take(self._heard, "before-response", "mid-response")
            if how:
                if how == "mid-response":
                    self._client.sendall(answer[: len(answer) // 2])
                break
            self._client.sendall(answer)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self._client, self._far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
