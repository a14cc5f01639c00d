"""The agent of one terminal: a process of its own on the kiosk, with reader, PIN pad, cash and printer.

    gunicorn -w 1 --threads 16 'app.terminal:create_agent()'

One worker only: a terminal has one reader, one printer, one journal (docs/terminal-agent.md).
"""

from app.terminal.application import create_agent

__all__ = ["create_agent"]
