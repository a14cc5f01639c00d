"""The portal: settings, databases, web, the chosen surfaces, the command line. Only wires the rooms together."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from flask import Flask

from app import cli, web
from app import config as settings
from app.cards import keys as card_keys
from app.config import Config
from app.extensions import db
from app.issuance import keys as issuance_keys
from app.municipalities import limits, union
from app.municipalities.partitions import partitions
from app.staff import keys as staff_keys

ROOT = Path(__file__).parent.parent
OPEN_SURFACES = ("kiosk", "agents")  # the others are drawn, their doors are closed


def create_app(config: Config | None = None, surfaces: tuple[str, ...] | None = None) -> Flask:
    """The portal with the given surfaces (all of the settings' by default).

    A process that faces kiosks need not contain a route for anybody else.

    :raises MissingSecretError: when a web process would start without its secrets; a command line may, to make them.
    """
    config = config or settings.load()
    app = Flask("app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    _configure(app, config)
    _connect(app, config)
    web.init_app(app)
    for name in config.surfaces if surfaces is None else surfaces:
        if name in OPEN_SURFACES:
            app.register_blueprint(import_module(f"app.{name}").bp)
    cli.register(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config["KOIKI"] = config
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    if not is_command_line():
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


def is_command_line() -> bool:
    """`flask …` sets this itself; `union init` must run before there is a secret."""
    return os.environ.get("FLASK_RUN_FROM_CLI") == "true"
