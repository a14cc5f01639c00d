"""A union with one town, on each engine, as settings for this process and as environment for others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import Config, create_keys, load
from app.extensions import db
from app.municipalities import service, union
from app.municipalities.partitions import partitions
from tests.postgres import Cluster, postgres  # noqa: F401 (a fixture)

TOWN = "901016"


@dataclass
class Site:
    """Where a process finds everything."""

    environ: dict[str, str]
    engine: str

    @property
    def config(self) -> Config:
        return load(self.environ)


def _begin(environ: dict[str, str], **place: str) -> None:
    config = load(environ)
    create_keys(config.keys_folder)
    with create_app(config, surfaces=()).app_context():
        union.upgrade()
        service.init_union("test", "みどりの広域連合")
        service.add_member("test", TOWN, "若草市", "青嶺県", **place)
        partitions.dispose()
        db.engine.dispose()


@pytest.fixture(scope="session")
def begun_in_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("begun") / "home"
    _begin({"KOIKI_HOME": str(home)})
    return home


@pytest.fixture(scope="session")
def begun_in_postgres(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:  # noqa: F811
    home, name = tmp_path_factory.mktemp("begun") / "home", postgres.make_database()
    url = postgres.url(name)
    place = {"place_key": "cell", "place_schema": f"n{TOWN}", "place_role": f"n{TOWN}"}
    _begin({"KOIKI_HOME": str(home), "KOIKI_UNION_URL": url, "KOIKI_PLACE_CELL": url}, **place)
    return home, name


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    home = tmp_path / "home"
    environ = {"KOIKI_HOME": str(home)}
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("begun_in_files"), home)
        return Site(environ, "sqlite")
    begun, name = request.getfixturevalue("begun_in_postgres")
    shutil.copytree(begun, home)
    cluster = request.getfixturevalue("postgres")
    url = cluster.url(cluster.make_database(name))
    return Site(environ | {"KOIKI_UNION_URL": url, "KOIKI_PLACE_CELL": url}, "postgresql")


@pytest.fixture
def app(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The command line of this site, in its context."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    flask = create_app(site.config, surfaces=())
    with flask.app_context():
        yield flask
        partitions.dispose()
        db.engine.dispose()
