"""One demo of the smallest size, made once for all tests here."""

import pytest

from app import create_app
from app.config import create_keys, load
from app.demo.command import demo_command
from app.municipalities.partitions import partitions

RESIDENTS = 300


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    create_keys(home / "keys")
    app = create_app(load({"KOIKI_HOME": str(home), "KOIKI_DEMO": "1"}))
    result = app.test_cli_runner().invoke(demo_command, ["--residents", str(RESIDENTS), "--cards-per-town", "1"])
    assert result.exit_code == 0, result.output
    yield app
    partitions.dispose()


@pytest.fixture(autouse=True)
def context(demo):
    partitions.configure(demo.config["KOIKI"])
    with demo.app_context():
        yield
