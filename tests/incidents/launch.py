"""`python -m tests.incidents.launch MODULE ARGUMENTS…`: as `python -m MODULE` would, with the points around it."""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

from tests.incidents.oddness import ODD, make_odd
from tests.incidents.points import install, install_clock

FOLDER = "KOIKI_TEST_POINTS"


def main() -> None:
    is_at_terminal = any(word.startswith(("app.terminal", "app.devices")) for word in sys.argv)
    del sys.argv[0]
    folder = Path(os.environ[FOLDER])
    if is_at_terminal:  # it must not even import the portal
        install_clock(folder)
    else:
        install(folder, is_process=True)
        make_odd(json.loads(os.environ.get(ODD, "{}")))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
