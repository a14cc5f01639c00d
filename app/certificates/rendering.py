"""The only module that knows WeasyPrint: a document becomes a PDF.

One `Renderer` a process, used by the thread that made it: a font configuration shared by two threads moves text on the
page and reports no error. Nothing that belongs to a person outlives a call: pictures are handed to a fetcher made for
that one document, and no cache is keyed by a name that two documents could share.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.certificates import extraction
from app.certificates.catalogue import get_kind
from app.certificates.documents import Document, Picture
from app.certificates.errors import RenderingError, ThreadError
from app.certificates.fitting import fit_document
from app.certificates.forms import TEMPLATES, fill, make_templates
from app.certificates.pictures import check_picture, preview

__all__ = ["TEMPLATES", "ClosedFetcher", "RenderedSheet", "Renderer", "preview"]

COMMON_STYLE = TEMPLATES / "sheet.css"
FONTS = Path(__file__).with_name("fonts.conf")
_LOG = logging.getLogger("weasyprint")


@dataclass(frozen=True)
class RenderedSheet:
    """A finished PDF and its number of pages."""

    pdf: bytes
    pages: int


class ClosedFetcher(URLFetcher):
    """Hands out the pictures of one document under `asset:` and nothing else: no file, no network, no redirect.

    A failure stops the rendering (`FatalURLFetchingError`) instead of leaving a hole in the sheet.
    """

    def __init__(self, assets: Mapping[str, bytes] | None = None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._assets = dict(assets or {})

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002
        scheme, _, name = url.partition(":")
        if scheme != "asset" or name not in self._assets:
            raise ValueError("a sheet may ask for its own pictures only")
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": "image/png"})


class Renderer:
    """Lays out and draws. Keep one for the life of the process; `warm_up` takes the cost of the first sheet.

    Every template may use `sheet.html`, and puts each sheet into a `section`.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        with _own_fonts():
            self._fonts = FontConfiguration()
        self._styles: dict[Path, CSS] = {}  # as many as there are templates
        self._templates = make_templates()

    def render(self, document: Document, specimen: bool = False) -> RenderedSheet:
        """Draw one document; `specimen` puts 見本 across every sheet.

        :raises UnprintableError: a missing character or a text that no cell holds.
        :raises RenderingError: when anything at all did not come out as laid out.
        :raises ThreadError: from another thread than the one that made the renderer.
        """
        if threading.get_ident() != self._thread:
            raise ThreadError
        pictures = {"issuer_seal": document.certification.issuer_seal} | document.pictures
        for picture in pictures.values():
            check_picture(picture)
        return self._draw(document, self._to_html(document, specimen), pictures)

    def warm_up(self, documents: Iterable[Document]) -> None:
        """Draw and throw away."""
        for document in documents:
            self.render(document, specimen=True)

    def _to_html(self, document: Document, specimen: bool) -> str:
        return fill(self._templates, document, fit_document(document), specimen)

    def _styles_of(self, template: str) -> list[CSS]:
        """What all sheets share, and what stands beside the template under its name; parsed once."""
        own = (TEMPLATES / template).with_suffix(".css")
        return [self._styles.get(path) or self._parse(path) for path in (COMMON_STYLE, own) if path.is_file()]

    def _parse(self, path: Path) -> CSS:
        with _no_complaints():
            style = CSS(string=path.read_text(encoding="utf-8"), url_fetcher=ClosedFetcher(), font_config=self._fonts)
        return self._styles.setdefault(path, style)

    def _draw(self, document: Document, html: str, pictures: Mapping[str, Picture]) -> RenderedSheet:
        fetcher = ClosedFetcher({name: picture.png for name, picture in pictures.items()})
        try:
            with _no_complaints():
                laid_out = HTML(string=html, url_fetcher=fetcher).render(
                    stylesheets=self._styles_of(get_kind(document.kind).template), font_config=self._fonts
                )
                pdf = laid_out.write_pdf(finisher=_finish)
        except FatalURLFetchingError:  # a BaseException: nobody above would catch it
            raise RenderingError("asset") from None
        if len(laid_out.pages) != document.sheets:
            raise RenderingError("pages")
        return RenderedSheet(pdf, len(laid_out.pages))


def _finish(laid_out: Any, pdf: pydyf.PDF) -> None:
    """Before the file is written: its text extracts as written, and a print dialogue does not scale it."""
    extraction.name_every_text((page._page_box for page in laid_out.pages), pdf)
    pdf.catalog["ViewerPreferences"] = pydyf.Dictionary({"PrintScaling": "/None"})


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Fontconfig reads its environment when a configuration is made; other programs of this process keep theirs."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


class _Complaints(logging.Handler):
    """Counts warnings and forgets their text, which may name what is on the sheet."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, _record: logging.LogRecord) -> None:
        self.count += 1


@contextmanager
def _no_complaints() -> Iterator[None]:
    """WeasyPrint reports a picture that it cannot read, or a missing glyph, only as a warning: here it is an error."""
    complaints, propagate = _Complaints(), _LOG.propagate
    _LOG.addHandler(complaints)
    _LOG.propagate = False
    try:
        yield
    finally:
        _LOG.removeHandler(complaints)
        _LOG.propagate = propagate
    if complaints.count:
        raise RenderingError("warnings")
