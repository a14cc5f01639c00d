"""The terminal's own Flask app: its own process, on the kiosk, on loopback. It contains nothing of the portal."""

from __future__ import annotations

import logging
from pathlib import Path

import click
from babel import Locale, UnknownLocaleError
from flask import Flask, request
from flask_babel import Babel, get_locale

from app.terminal import commands, desk, views
from app.terminal import settings as agent_settings
from app.terminal.parts import Money, build, install
from app.terminal.security import protect
from app.terminal.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SOURCE_LANGUAGE = "ja"

log = logging.getLogger(__name__)


def create_agent(
    settings: Settings | None = None, *, start_loop: bool | None = None, money: Money | None = None
) -> Flask:
    """The agent of one terminal. A server (settings from the environment) starts the loop, a test asks for it.

    `money` replaces the payment devices that the settings name.

    :raises SettingsError: when the terminal's folder is incomplete.
    """
    app = Flask("terminal", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.cli.add_command(commands.group)
    for_command = _is_for_command()
    if settings is None and for_command:
        return app  # `flask … agent init` makes the folder that the settings would come from
    given = settings or agent_settings.load()
    parts = build(given, money)
    install(app, parts)
    protect(app, given)
    _translate(app)
    app.register_blueprint(views.bp)
    if given.demo:
        app.register_blueprint(desk.bp)
    if start_loop if start_loop is not None else settings is None:
        parts.loop.start()
    return app


def _is_for_command() -> bool:
    """Inside the `flask` command line, unless it is about to serve."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name != "run"


def _translate(app: Flask) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE_LANGUAGE
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    Babel(app, locale_selector=_language)
    app.jinja_env.globals["html_language"] = lambda: str(get_locale()).split("@")[0].replace("_", "-")


def _language() -> str:
    """The language of the trip's ticket; it was chosen at the portal."""
    trip = views.current_trip()
    wanted = trip.ticket.language if trip else views.peek_text(request.args.get("ticket", ""), "language")
    try:
        Locale.parse(wanted)
    except (ValueError, UnknownLocaleError, TypeError):
        return SOURCE_LANGUAGE
    return wanted
