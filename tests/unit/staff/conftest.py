"""A union of one town with its staff; cheap passwords."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from app import clock, create_app
from app.config import SECRET_NAMES, Config
from app.extensions import db
from app.municipalities import service as members
from app.municipalities import union
from app.municipalities.models import Member
from app.municipalities.union import union_write
from app.staff import keys, service
from app.staff.roles import Role
from app.staff.service import NewMember

CHEAP = keys.HashCost(passes=1, memory_kib=64)
TOWN = "901016"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=clock.JST)
PASSWORD = "鳥が鳴く東の国の長い文"
CLERK = NewMember("aoi", "窓口 あおい", Role.CLERK, TOWN)


def make_config(home: Path, demo: bool = True) -> Config:
    environ = {
        f"KOIKI_SECRET_{n.upper()}": base64.b64encode(bytes([i + 1]) * 32).decode() for i, n in enumerate(SECRET_NAMES)
    }
    return Config(home, f"sqlite:///{home / 'union.db'}", demo=demo, environ=environ)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("staff")
    with create_app(make_config(home), ()).app_context():
        union.upgrade()
        members.init_union("test", "みどりの広域連合")
        with union_write() as session:
            session.add(Member(code=TOWN, name="若草市", prefecture="青嶺県"))
        db.engine.dispose()
    return home


@pytest.fixture
def config(built: Path, tmp_path: Path) -> Config:
    return make_config(Path(shutil.copytree(built, tmp_path / "home")))


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    app = create_app(config, ())
    keys.configure(config, CHEAP)
    with app.app_context(), clock.frozen(NOW):
        yield app
        db.engine.dispose()


@pytest.fixture
def initial(app: Flask) -> str:
    """Aoi was added a moment ago; the password of the first sign-in."""
    return service.add_member("test", CLERK)


@pytest.fixture
def aoi(initial: str) -> str:
    """Aoi has set up everything: the name to sign in with."""
    service.set_up_for_demo(CLERK.staff_id, PASSWORD)
    return CLERK.staff_id
