"""Settings: read once from the environment, frozen, complete or no start.

`KOIKI_HOME` holds an embedded installation (union.db, partitions/, keys/, tray/). A secret comes from
`KOIKI_SECRET_<NAME>` (base64) or from `KOIKI_HOME/keys/<name>.key`; outside of those two there is none, and no default.
"""

from __future__ import annotations

import base64
import os
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.errors import KoikiError

DATABASES = ("sqlite", "postgresql")
SURFACES = ("kiosk", "agents", "counter", "reports", "verify")
SECRET_NAMES = ("session", "pepper", "route", "sheet", "register", "ticket", "staff")
SECRET_BYTES = 32
SECONDS = ("silent_seconds", "silent_case_seconds", "relay_late_seconds")


class MissingSecretError(KoikiError):
    """A secret is neither in the environment nor in the key folder, or is none."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(
            f"secret '{name}' is missing or not {SECRET_BYTES} bytes in base64: set KOIKI_SECRET_{name.upper()}"
            f" or run 'union init' to make {folder}/{name}.key"
        )


class BadSettingError(KoikiError):
    """A setting that cannot mean anything. Never repeats a URL: it may hold a password."""


@dataclass(frozen=True, repr=False)  # a traceback or a log line that shows the object shows no key
class Secrets:
    """32 random bytes each; every one guards another thing, so that one can be changed alone."""

    session: bytes  # signs cookies
    pepper: bytes  # server-side PINs: outside the database on purpose
    route: bytes  # HMAC of a card credential in the union's route table
    sheet: bytes  # AES-256-GCM of finished sheets at rest
    register: bytes  # AES-256-GCM of the individual number in a partition
    ticket: bytes  # Ed25519 seed: the portal's signature under tickets, grants and manifests
    staff: bytes  # passwords of the staff (as `pepper`), and AES-256-GCM of what their code generators share with us


@dataclass(frozen=True)
class Config:
    """All that an installation may set. See docs/operators.md for each name."""

    home: Path
    union_url: str = field(repr=False)  # may hold a password, as may the places
    portal_url: str = "http://127.0.0.1:8800"
    surfaces: tuple[str, ...] = SURFACES
    demo: bool = False
    silent_seconds: int = 20  # without a call of its agent a terminal serves nobody
    silent_case_seconds: int = 300  # and then a person must look
    relay_late_seconds: int = 900  # that a town's outbox may wait before the town takes no new orders
    proxies: int = 0  # of ours that stand before the portal, and say from where a browser asks
    place_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def secrets(self) -> Secrets:
        """All secrets; :raises MissingSecretError: for the first one that is absent."""
        return Secrets(**{name: self._secret(name) for name in SECRET_NAMES})

    @property
    def keys_folder(self) -> Path:
        return self.home / "keys"

    @property
    def is_https(self) -> bool:
        return self.portal_url.startswith("https://")

    def _secret(self, name: str) -> bytes:
        given = self.environ.get(f"KOIKI_SECRET_{name.upper()}")
        path = self.keys_folder / f"{name}.key"
        if given is None and path.is_file():
            given = path.read_text()
        if (value := _decode(given or "")) is None:
            raise MissingSecretError(name, self.keys_folder)
        return value


def _decode(given: str) -> bytes | None:
    try:
        value = base64.b64decode(given.strip(), validate=True)
    except ValueError:
        return None
    return value if len(value) == SECRET_BYTES else None


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the environment once. :raises BadSettingError: for a value that cannot be meant."""
    env = dict(os.environ if environ is None else environ)
    home = Path(env.get("KOIKI_HOME", "var/koiki")).resolve()
    return Config(
        home=home,
        union_url=_database("KOIKI_UNION_URL", env.get("KOIKI_UNION_URL", f"sqlite:///{home / 'union.db'}")),
        portal_url=env.get("KOIKI_PORTAL_URL", "http://127.0.0.1:8800").rstrip("/"),
        surfaces=_surfaces(env.get("KOIKI_SURFACES", ",".join(SURFACES))),
        demo=env.get("KOIKI_DEMO") == "1",
        **{name: _seconds(env, name) for name in SECONDS if f"KOIKI_{name.upper()}" in env},
        proxies=_count("KOIKI_PROXIES", env.get("KOIKI_PROXIES", "0")),
        place_urls={
            k.removeprefix("KOIKI_PLACE_").lower(): _database(k, v)
            for k, v in env.items()
            if k.startswith("KOIKI_PLACE_")
        },
        environ={k: v for k, v in env.items() if k.startswith("KOIKI_")},
    )


def _seconds(env: Mapping[str, str], name: str) -> int:
    given = env[f"KOIKI_{name.upper()}"]
    if not given.isascii() or not given.isdigit() or int(given) == 0:
        raise BadSettingError(f"KOIKI_{name.upper()} is no whole number of seconds above 0")
    return int(given)


def _count(name: str, given: str) -> int:
    if not given.isascii() or not given.isdigit():
        raise BadSettingError(f"{name} is no whole number")
    return int(given)


def _database(name: str, url: str) -> str:
    if not url.startswith(DATABASES) or "://" not in url:
        raise BadSettingError(f"{name} is no database URL such as postgresql+psycopg://user@host/database")
    return url


def _surfaces(given: str) -> tuple[str, ...]:
    names = tuple(filter(None, (name.strip() for name in given.split(","))))
    if unknown := set(names) - set(SURFACES):
        raise BadSettingError(
            f"KOIKI_SURFACES: no surface {', '.join(sorted(unknown))}; there are {', '.join(SURFACES)}"
        )
    return names


def create_keys(folder: Path) -> list[str]:
    """Make the key files that are missing, readable by their owner alone; give the names made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [name for name in SECRET_NAMES if not (folder / f"{name}.key").exists()]
    for name in made:
        handle = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(random.token_bytes(SECRET_BYTES)).decode())
    return made
