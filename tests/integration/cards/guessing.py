"""One process of a portal, being asked wrong PINs: `python -m tests.integration.cards.guessing NONCE FROM TO`."""

from __future__ import annotations

import sys

from app import clock, config
from app.cards.errors import CardRefusedError
from app.municipalities.queries import get_terminal
from app.protocol.messages import Ticket
from tests.integration.cards.conftest import NOW, ORIGIN, Agent, make_app


def main(nonce: str, first: int, last: int) -> None:
    """Say what each guess was answered, one a line."""
    with make_app(config.load()).app_context(), clock.frozen(NOW):
        ticket = Ticket(nonce, "", "kiosk-1", ORIGIN, "sign_in", "ja", 0)
        agent = Agent(get_terminal("kiosk-1"), ticket)
        for guess in range(first, last):
            try:
                agent.sign_in(agent.numbered("C-1", f"{guess:04}"))
            except CardRefusedError as refused:
                sys.stdout.write(f"{refused.failure.value} {refused.tries_left}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
