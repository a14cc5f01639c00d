"""How a command speaks: tables or JSON on stdout, one clear line on stderr when it cannot, status 2 then."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from app.errors import KoikiError
from app.nodes.errors import UnfitError

BAD_INPUT = 2
UNFIT = 3  # a process that must not serve; gunicorn gives up on a worker that ends with it, and does not start another

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Give JSON instead of a table."
)


def say(line: str) -> None:
    """One plain line on stdout."""
    click.echo(line)


def fail(message: str, status: int = BAD_INPUT) -> NoReturn:
    """One line on stderr, and the end."""
    click.echo(message, err=True)
    sys.exit(status)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an error of the house, of a database or of a file into one line and status 2; 3 for who must not serve."""
    try:
        yield
    except UnfitError as error:
        fail(f"this process does not serve: {error}", UNFIT)
    except KoikiError as error:
        fail(str(error).partition("\n")[0] or _spoken(error))
    except DBAPIError as error:
        fail(f"the database says: {str(error.orig).splitlines()[0]}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")


def _spoken(error: Exception) -> str:
    """An error without words says its name: OrderOpenError, "order open"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()


def print_table(rows: Sequence[Mapping[str, Any]], as_json: bool = False) -> None:
    """Print rows that have the same keys; an empty table prints nothing, or `[]`."""
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str))
    elif rows:
        cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
        widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            padded = (text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True))
            click.echo("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _width(text: str) -> int:
    """Columns on a terminal: a wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))
