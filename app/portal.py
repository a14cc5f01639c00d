"""The portal: settings, databases, web, the chosen surfaces, the command line. Only wires the rooms together."""

from __future__ import annotations

import logging
import os
import signal
from importlib import import_module
from pathlib import Path

import click
from flask import Flask

from app import cli, web
from app import config as settings
from app.cards import keys as card_keys
from app.cli.serving import pages_of
from app.config import Config
from app.extensions import db
from app.issuance import keys as issuance_keys
from app.municipalities import limits, union
from app.municipalities.partitions import partitions
from app.nodes import checking
from app.nodes.agreement import Role
from app.nodes.errors import UnfitError
from app.nodes.membership import Membership
from app.staff import keys as staff_keys
from app.web import obstacles

ROOT = Path(__file__).parent.parent
log = logging.getLogger(__name__)
OPEN_SURFACES = ("kiosk", "agents", "counter")  # the others are drawn, their doors are closed


def create_app(config: Config | None = None, surfaces: tuple[str, ...] | None = None) -> Flask:
    """The portal with the given surfaces (all of the settings' by default).

    A process that faces kiosks need not contain a route for anybody else. A server (settings from the environment)
    looks at itself and at the other processes first, and goes on doing so; a test gives the settings.

    :raises MissingSecretError: when a web process would start without its secrets; a command line may, to make them.
    :raises UnfitError: when a web process must not serve.
    """
    is_server = config is None and is_serving()
    config = config or settings.load()
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    _configure(app, config, is_server=is_server)
    _connect(app, config)
    web.init_app(app)
    for name in config.surfaces if surfaces is None else surfaces:
        if name in OPEN_SURFACES:
            app.register_blueprint(import_module(f"app.{name}").bp)
    cli.register(app)
    if is_server:
        _join_others(app)
    return app


def _configure(app: Flask, config: Config, *, is_server: bool) -> None:
    app.config["KOIKI"] = config
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    if not _may_lack_secrets(is_server=is_server):
        app.secret_key = config.secrets.session
    card_keys.configure(config)
    issuance_keys.configure(config)
    staff_keys.configure(config)
    limits.configure(config)


def _connect(app: Flask, config: Config) -> None:
    app.config.update(union.flask_settings(config))
    db.init_app(app)
    with app.app_context():
        union.attach()
    partitions.configure(config)


def _join_others(app: Flask) -> None:
    node = Membership(Role.WEB, app.app_context, on_refusal=_end)
    with app.app_context():
        checking.check(pages_of(app))
        node.join()
    app.before_request(node.ensure)
    app.extensions[obstacles.NODE] = node


def _end(error: UnfitError) -> None:
    """Whoever started this process starts another one, and that one refuses to serve for the same reason."""
    log.error("this process does not serve any longer: %s", error)
    os.kill(os.getpid(), signal.SIGTERM)


def is_serving() -> bool:
    """Whether this is no `flask …` command, or `flask run`. Never asked of the environment, which is inherited."""
    context = click.get_current_context(silent=True)
    return context is None or context.info_name == "run"


def _may_lack_secrets(*, is_server: bool) -> bool:
    """`union init` must run before there is one; Flask says in the environment that a command runs."""
    return not is_server and os.environ.get("FLASK_RUN_FROM_CLI") == "true"
