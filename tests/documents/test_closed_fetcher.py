"""A sheet can ask for its own pictures and for nothing else, whatever stands in it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError

from app.certificates import samples
from app.certificates.errors import RenderingError
from app.certificates.rendering import ClosedFetcher

SECRET = b"do not print this"


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that writes down what it is asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()
        thread.join()


VECTORS = [
    '<img src="{url}/a.png">',
    '<link rel="stylesheet" href="{url}/a.css">',
    '<link rel="attachment" href="{url}/a.txt">',
    '<a rel="attachment" href="{url}/a.txt">a</a>',
    "<style>@import url({url}/a.css);</style>",
    "<style>@font-face {{ font-family: x; src: url({url}/a.ttf) }} p {{ font-family: x }}</style><p>x",
    '<p style="background: url({url}/a.png)">x</p>',
    '<p style="list-style-image: url({url}/a.png); display: list-item">x</p>',
    "<style>p::before {{ content: url({url}/a.png) }}</style><p>x",
    '<object data="{url}/a.png"></object>',
    '<embed src="{url}/a.png">',
]


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_reaches_the_network(server, vector):
    url, asked = server
    with pytest.raises(FatalURLFetchingError):
        HTML(string=vector.format(url=url), url_fetcher=ClosedFetcher()).write_pdf()
    assert asked == []


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_is_read_from_a_file(tmp_path: Path, vector):
    (tmp_path / "a.txt").write_bytes(SECRET)
    with pytest.raises(FatalURLFetchingError):
        HTML(string=vector.format(url=tmp_path.as_uri()), url_fetcher=ClosedFetcher()).write_pdf(uncompressed_pdf=True)


@pytest.mark.parametrize("vector", ["<image href='{url}/a.png'/>", "<use href='{url}/a.svg#x'/>"])
def test_a_drawing_inside_a_sheet_reaches_nothing_either(server, vector):
    """WeasyPrint swallows the refusal here; what counts is that nothing was asked for."""
    url, asked = server
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{vector.format(url=url)}</svg>"
    HTML(string=svg, url_fetcher=ClosedFetcher()).write_pdf()
    assert asked == []


def test_a_style_sheet_reaches_nothing(server):
    url, asked = server
    with pytest.raises(FatalURLFetchingError):
        CSS(string=f"@import url({url}/a.css);", url_fetcher=ClosedFetcher())
    assert asked == []


@pytest.mark.parametrize(
    "url", ["asset:other", "ASSET:seal", "asset:", "asset://seal", "data:,x", "seal", "file:///seal"]
)
def test_only_its_own_names(url):
    with pytest.raises(ValueError, match="own pictures"):
        ClosedFetcher({"seal": b"png"}).fetch(url)


def test_its_own_picture():
    assert ClosedFetcher({"seal": b"png"}).fetch("asset:seal").read() == b"png"


def test_a_template_that_asks_for_more_gives_no_sheet_and_an_ordinary_exception(renderer, monkeypatch):
    """`FatalURLFetchingError` is a BaseException: it must not pass through the worker that catches exceptions."""
    monkeypatch.setattr(renderer, "_to_html", lambda *_: '<img src="asset:another_persons_imprint">')
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "asset"


def test_a_template_with_another_number_of_sheets_gives_none(renderer, monkeypatch):
    monkeypatch.setattr(renderer, "_to_html", lambda *_: "<p>1</p><p style='break-before: page'>2</p>")
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "pages"


def test_a_complaint_of_the_engine_is_an_error(renderer, monkeypatch):
    monkeypatch.setattr(renderer, "_to_html", lambda *_: "<style>p { colour: red }</style><p>1</p>")
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "warnings"
