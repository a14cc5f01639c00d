"""The portal, for gunicorn and for `flask --app wsgi …`."""

from app import create_app
from app.cli.output import fail
from app.errors import KoikiError
from app.portal import is_command_line

try:
    app = create_app()
except KoikiError as error:  # a setting that cannot be meant: a person gets one line, a server does not start
    if not is_command_line():
        raise
    fail(str(error))
