"""The portal, for gunicorn and for `flask --app wsgi …`."""

from flask.cli import NoAppException

from app import create_app
from app.errors import KoikiError

try:
    app = create_app()
except KoikiError as error:  # a setting that is missing or wrong: one line, not a traceback
    raise NoAppException(str(error)) from None
