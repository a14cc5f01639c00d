"""What goes wrong with a member, its partition, a site or a terminal. Codes and identifiers only, never a person."""

from __future__ import annotations

from app.errors import (
    ConflictError,
    InvalidInputError,
    KoikiError,
    MismatchError,
    NotFoundError,
    UnavailableError,
)


class UnknownMunicipalityError(NotFoundError):
    """No member of the union has this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code[:6]!r} is not a member of the union")
        self.code = code


class UnknownTerminalError(NotFoundError):
    def __init__(self, terminal_id: str) -> None:
        super().__init__(f"no terminal {terminal_id[:40]!r} is enrolled")
        self.terminal_id = terminal_id


class LeaseLostError(ConflictError):
    """An agent spoke without the terminal's newest lease: it has none, or another agent took one after it."""

    def __init__(self, terminal_id: str) -> None:
        super().__init__(f"another agent, or none, holds the lease of {terminal_id[:40]!r}")
        self.terminal_id = terminal_id


class UnknownSiteError(NotFoundError):
    def __init__(self, site_id: str) -> None:
        super().__init__(f"no site {site_id[:40]!r}")
        self.site_id = site_id


class UnknownClosureError(NotFoundError):
    def __init__(self, number: int) -> None:
        super().__init__(f"no closure {number}")
        self.number = number


class UnionMissingError(UnavailableError):
    """The union's database has no union in it yet."""

    def __init__(self) -> None:
        super().__init__("there is no union yet: run 'union init NAME'")


class UnionDownError(UnavailableError):
    """The union's database cannot be reached now."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the union's database: {reason}")
        self.reason = reason


class NoIssuerError(UnavailableError):
    """Nobody is in office in this town at that moment: no certificate may name nobody (標準仕様書 5.6)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} has no officeholder for this day")
        self.code = code


class PartitionDownError(UnavailableError):
    """This town's partition cannot be used now; the others can."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"partition of {code}: {reason}")
        self.code, self.reason = code, reason


class WrongMunicipalityError(MismatchError):
    """What belongs to one town was met in another town's partition."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


class NestedUnitError(RuntimeError):
    """A unit of work that writes was opened inside one that reads the same data: a programming error.

    On SQLite the inner commit would wait for the outer read for ever.
    """


class BadValueError(InvalidInputError):
    """A value typed by a person that cannot be right."""


class AlreadyThereError(ConflictError):
    """It exists, with other contents than these."""


class BadPlaceError(KoikiError):
    """A place in the settings or in the union that cannot be one."""
