"""What the program needs beside its code: templates, the catalogue, the font, native libraries."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from app.certificates import typeface
from app.certificates.catalogue import KINDS
from app.nodes.build import ROOT

TEMPLATES = ROOT / "templates"
SHEETS = TEMPLATES / "certificates"
# what WeasyPrint loads when it draws the first sheet: too late to find out. Debian's package of each
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
_PAGE = re.compile(r'"([a-z_]+/[a-z_]+\.html)"')
_REFERENCE = re.compile(r"""{%-?\s*(?:extends|include|from|import)\s+['"]([^'"]+)['"]""")


def missing(pages: Collection[str] = ()) -> list[str]:
    """What is not there, one line each. `pages`: templates that the surfaces of this process show."""
    return [*_missing_kinds(), *_missing_templates(pages), *_missing_fonts(), *_missing_libraries()]


def named_in(package: Path) -> set[str]:
    """The templates that the code of a package names."""
    return {page for path in package.rglob("*.py") for page in _PAGE.findall(path.read_text())}


def _missing_kinds() -> Iterator[str]:
    if not KINDS:
        yield "the catalogue has no kind of certificate"


def _missing_templates(pages: Collection[str]) -> Iterator[str]:
    sheets = {SHEETS / kind.template for kind in KINDS.values()}
    wanted = sheets | {TEMPLATES / page for page in pages} | set(_referenced())
    yield from (f"the template {path} is missing" for path in sorted(wanted) if not path.is_file())


def _referenced() -> Iterator[Path]:
    """What a template extends, includes or imports. A sheet names its own neighbours."""
    for path in TEMPLATES.rglob("*.html"):
        folder = SHEETS if path.parent == SHEETS else TEMPLATES
        yield from (folder / name for name in _REFERENCE.findall(path.read_text()))


def _missing_fonts() -> Iterator[str]:
    if not Path(typeface.FONT_PATH).is_file():
        yield f"the font {typeface.FONT_PATH} is missing: install fonts-ipamj-mincho"


def _missing_libraries() -> Iterator[str]:
    for name, package in LIBRARIES.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            yield f"the library {name} is missing: install {package}"
