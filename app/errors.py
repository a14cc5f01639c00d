"""What can go wrong, by the answer it asks for. Knows no web framework; `app.web.errors` maps each branch to a page.

Attributes carry the data, never prose with a person in it: an exception text may end in a log.
"""


class KoikiError(Exception):
    """The root of every error that the house raises on purpose."""


class NotFoundError(KoikiError):
    """What was asked for is not there (or not there for this actor)."""


class RefusedError(KoikiError):
    """A rule says no. Subclasses carry the rule, for the journal; the screen decides what may be told."""


class ConflictError(KoikiError):
    """The same thing was asked twice in different words, or something moved meanwhile."""


class UnavailableError(KoikiError):
    """Not now: a town, a printer or the union is down. Nothing was changed."""


class InvalidInputError(KoikiError):
    """Bad input from outside: a form, a file, a command line. `str()` is one clear line for the person who typed it."""


class MismatchError(KoikiError):
    """Two things that must be the same are not. Never retried: the terminal stops and a person looks."""
