"""What every surface stands on: who may enter, headers, languages, cookies, HTMX, and the page for what went wrong."""

from __future__ import annotations

from flask import Flask

from app.web import access, htmx, languages, security, session, staff
from app.web.errors import init_app as answer_errors


def init_app(app: Flask) -> None:
    """Wire the web of the house into `app`. Order matters: a request is admitted before anything else looks at it."""
    session.init_app(app)
    staff.init_app(app)
    languages.init_app(app)
    htmx.init_app(app)
    access.init_app(app)
    security.init_app(app)
    answer_errors(app)
