"""The paper path of the printer under test: what `ippeveprinter -c` runs for each document.

`VP_FOLDER` holds `plan.json` ({"sheet", "kind", "then"}), `tray.log` (the ground truth: one line, on the disk, for each
sheet that left), and the markers `at-NAME` (it waits here), `clear` (it may go on), `fault-met` (a plan has begun).
"""

import hashlib
import json
import os
import re
import sys
import time
import zlib
from pathlib import Path

FOLDER = Path(os.environ["VP_FOLDER"])


def say(line):
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def eject(sheet, sha256):
    lay(Path(sys.argv[1]))
    line = {"name": os.environ["IPP_JOB_NAME"], "uuid": os.environ["IPP_JOB_UUID"], "sheet": sheet, "sha256": sha256}
    with (FOLDER / "tray.log").open("a") as log:
        log.write(json.dumps(line) + "\n")
        log.flush()
        os.fsync(log.fileno())


def lay(document):
    """Into the folder `tray`, where the test has one: the sheet lies there until somebody takes it."""
    if (FOLDER / "tray").is_dir():
        draft = FOLDER / "tray" / "draft"
        draft.write_bytes(document.read_bytes())
        draft.rename(FOLDER / "tray" / f"{os.environ['IPP_JOB_NAME']}.pdf")


def wait_at(name):
    (FOLDER / f"at-{name}").touch()
    while not (FOLDER / "clear").exists():
        time.sleep(0.01)
    (FOLDER / "clear").unlink()
    (FOLDER / f"at-{name}").unlink()


def feed(sheet, fault, sha256):
    """One sheet, with what the plan says of it."""
    kind, then = fault.get("kind", ""), fault.get("then", "")
    if fault:
        (FOLDER / "fault-met").touch()
    if then == "wait":
        wait_at(kind)
    elif kind.startswith(("media", "cover", "toner")):
        say(f"STATE: +{kind}-error")
        if then == "abort":
            say(f"ERROR: {kind}")
            sys.exit(1)
        wait_at(kind)
        say(f"STATE: -{kind}-error")
    if then != "vanish":
        eject(sheet, sha256)
    if then == "abort after":
        sys.exit(1)
    if then == "wait after":
        wait_at(kind)
    say(f"ATTR: job-impressions-completed={sheet}")


def count_pages(document):
    """Leaves of the page tree, also where a PDF keeps its objects compressed (ISO 32000-2, 7.5.7)."""
    parts = [document]
    for stream in re.findall(rb"/ObjStm\b.*?stream\r?\n(.*?)endstream", document, re.DOTALL):
        parts.append(zlib.decompressobj().decompress(stream))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


def main():
    document = Path(sys.argv[1]).read_bytes()
    if b"%%EOF" not in document[-1024:]:
        say("ERROR: truncated document")
        sys.exit(1)
    plan = json.loads((FOLDER / "plan.json").read_text()) if (FOLDER / "plan.json").exists() else []
    pages = count_pages(document)
    say(f"ATTR: job-impressions={pages}")
    for sheet in range(1, pages + 1):
        feed(
            sheet, next((fault for fault in plan if fault["sheet"] == sheet), {}), hashlib.sha256(document).hexdigest()
        )


main()
