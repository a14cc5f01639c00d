"""The recovery table as it stands in docs/issuance.md; run as a program, written into the page that is named."""

from __future__ import annotations

import sys
from pathlib import Path

from app.issuance.recovery import as_table

BEGIN, END = "<!-- recovery table: script/recovery-table writes it -->", "<!-- end of the recovery table -->"


def written(page: str) -> str:
    """`page` with the table of today. :raises ValueError: without the two marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError("the marks of the recovery table are missing")
    return "\n".join([before + BEGIN, *as_table(), END + after])


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text()))
