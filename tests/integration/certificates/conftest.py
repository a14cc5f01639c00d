"""The kiosk's stand, for a certificate that goes the whole way from the choosing screen to paper."""

from tests.functional.kiosk.conftest import app, demo_home, now, stand, worker

__all__ = ["app", "demo_home", "now", "stand", "worker"]
