"""The entry point: one line for a person, and a server does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "status"), [(["flask", "--app", "wsgi", "union", "doctor"], 2), (["python", "-c", "import wsgi"], 3)]
)
def test_a_setting_that_cannot_be_meant(tmp_path: Path, words: list[str], status: int) -> None:
    environ = {**os.environ, "KOIKI_HOME": str(tmp_path / "home"), "KOIKI_UNION_URL": "nothing"}
    environ.pop("FLASK_RUN_FROM_CLI", None)
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    told = done.stderr.strip().splitlines()
    assert (done.returncode, done.stdout) == (status, "")
    assert "KOIKI_UNION_URL is no database URL" in told[-1]
    assert len(told) == 1
    assert not (tmp_path / "home").exists()
