"""A union and two towns, on each engine; and an app around them for what needs one."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask

from app.config import Config
from app.extensions import db
from app.municipalities import service, union
from app.municipalities.errors import UnknownMunicipalityError
from app.municipalities.models import MemberState
from app.municipalities.partitions import Partitions, partitions
from app.municipalities.queries import MemberFacts
from app.schema import import_models
from tests.postgres import Cluster, postgres  # noqa: F401 (a fixture)

A, B = "901016", "901024"
import_models()


@dataclass
class Towns:
    """A registry of its own and the members that it is told of."""

    registry: Partitions
    config: Config
    members: dict[str, MemberFacts]
    registries: list[Partitions] = field(default_factory=list)

    def change(self, code: str, **changes: object) -> None:
        """Let the union say something else of a member."""
        self.members[code] = replace(self.members[code], **changes)

    def new_registry(self, limit: int = 128) -> Partitions:
        """Another process's view of the same towns."""
        registry = Partitions(limit)
        registry.configure(self.config, self.find, lambda: sorted(self.members))
        self.registries.append(registry)
        return registry

    def dispose(self) -> None:
        for registry in self.registries:
            registry.dispose()

    def find(self, code: str) -> MemberFacts:
        if code not in self.members:
            raise UnknownMunicipalityError(code)
        return self.members[code]


def member(code: str, place_key: str = "embedded", schema: str | None = None, role: str | None = None) -> MemberFacts:
    """A member as the union would tell of it."""
    texts = dict.fromkeys(("name", "name_kana", "name_en", "prefecture", "district", "phone"), "x")
    place = {"place_key": place_key, "place_schema": schema, "place_role": role}
    return MemberFacts(
        code, state=MemberState.ACTIVE, revision=None, checked_at=None, last_error=None, **texts, **place
    )


IN_SCHEMAS = [member(code, "cell", f"m{code}", f"r{code}") for code in (A, B)]


def _towns(folder: Path, members: list[MemberFacts], place_urls: dict[str, str] | None = None) -> Towns:
    config = Config(folder, f"sqlite:///{folder}/union.db", place_urls=place_urls or {})
    return Towns(Partitions(), config, {m.code: m for m in members})


def _make(towns: Towns) -> None:
    registry = towns.new_registry()
    for code in (A, B):
        registry.create(code)
    registry.dispose()


@pytest.fixture(scope="session")
def made_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two partitions in files, to copy."""
    folder = tmp_path_factory.mktemp("made")
    _make(_towns(folder, [member(A), member(B)]))
    return folder / "partitions"


@pytest.fixture(scope="session")
def made_schemas(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: F811
    """Two partitions in schemas, made by an administrator, in a database to copy.

    Their roles are lent to `web`, which has no rights of its own.
    """
    name = postgres.make_database()
    _make(_towns(tmp_path_factory.mktemp("made"), IN_SCHEMAS, {"cell": postgres.url(name, "admin")}))
    postgres.execute(name, *(f"GRANT {m.place_role} TO web" for m in IN_SCHEMAS))
    return name


def _copied_files(request: pytest.FixtureRequest, folder: Path) -> Towns:
    shutil.copytree(request.getfixturevalue("made_files"), folder / "partitions")
    return _towns(folder, [member(A), member(B)])


def _copied_schemas(request: pytest.FixtureRequest, folder: Path) -> Towns:
    made, cluster = request.getfixturevalue("made_schemas"), request.getfixturevalue("postgres")
    return _towns(folder, IN_SCHEMAS, {"cell": cluster.url(cluster.make_database(made), "web")})


@pytest.fixture(params=[_copied_files, _copied_schemas], ids=["sqlite", "pg-schema"])
def towns(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Towns]:
    """Towns A and B, empty."""
    made = request.param(request, tmp_path)
    made.registry = made.new_registry()
    yield made
    made.dispose()


@pytest.fixture
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Towns]:
    """Towns A and B in files."""
    made = _copied_files(request, tmp_path)
    made.registry = made.new_registry()
    yield made
    made.dispose()


@pytest.fixture
def schemas(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Towns]:
    """Towns A and B in schemas of one database, as `web` reaches them."""
    made = _copied_schemas(request, tmp_path)
    made.registry = made.new_registry()
    yield made
    made.dispose()


def _app(folder: Path, url: str) -> Flask:
    config = Config(folder, url)
    flask = Flask("koiki")
    flask.config["KOIKI"] = config
    flask.config.update(union.flask_settings(config))
    db.init_app(flask)
    with flask.app_context():
        union.attach()
    return flask


def _begin_union(folder: Path, url: str) -> str:
    with _app(folder, url).app_context():
        union.upgrade()
        service.init_union("test", "みどりの広域連合", "Midori Union", "000-000-0000")
        db.engine.dispose()
    return url


@pytest.fixture(scope="session")
def begun_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A union that was just begun, to copy."""
    folder = tmp_path_factory.mktemp("begun")
    _begin_union(folder, f"sqlite:///{folder}/union.db")
    return folder / "union.db"


@pytest.fixture(scope="session")
def begun_database(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: F811
    """The same in PostgreSQL."""
    name = postgres.make_database()
    _begin_union(tmp_path_factory.mktemp("begun"), postgres.url(name, "admin"))
    return name


def _copied_union(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("begun_file"), folder / "union.db")
        return f"sqlite:///{folder}/union.db"
    begun, cluster = request.getfixturevalue("begun_database"), request.getfixturevalue("postgres")
    return cluster.url(cluster.make_database(begun), "admin")


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A bare app on a union that was just begun, in its context; the towns lie in files."""
    flask = _app(tmp_path, _copied_union(request, tmp_path))
    with flask.app_context():
        partitions.configure(flask.config["KOIKI"])
        yield flask
        partitions.dispose()
        db.engine.dispose()
