"""The portal, for gunicorn and for `flask --app wsgi …`."""

from sqlalchemy.exc import DBAPIError

from app import create_app
from app.cli.output import UNFIT, fail
from app.errors import KoikiError
from app.portal import is_serving

try:
    app = create_app()
except (KoikiError, DBAPIError) as error:  # one line for a person; gunicorn ends with status 3 and starts no other
    says = str(error).partition("\n")[0]
    fail(*((f"this process does not serve: {says}", UNFIT) if is_serving() else (says,)))
