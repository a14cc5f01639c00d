"""Koiki (広域): certificates for any resident, at any town of the union."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None, surfaces: tuple[str, ...] | None = None) -> Flask:
    """The portal, with the given surfaces (all of the settings' by default). See `app.portal`."""
    # here, not above: a terminal agent imports `app.protocol` and must not load the portal with it
    from app import portal

    return portal.create_app(config, surfaces)
