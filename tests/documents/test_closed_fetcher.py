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
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()
        thread.join()


@pytest.fixture
def secret_folder(tmp_path: Path) -> str:
    """A folder with a file under every name that the vectors use, as a URL."""
    for name in ("a.txt", "a.png", "a.css", "a.svg", "a.html", "a.js", "a.ttf", "a.xml", "a"):
        (tmp_path / name).write_bytes(SECRET)
    return tmp_path.as_uri()


# Ways in which something that stands in a sheet may ask for something outside of it. The fetcher's refusal ends the
# rendering; inside a drawing WeasyPrint swallows it, and of some elements it never asks: there only the silence counts.
FATAL = {
    "img": '<img src="{url}/a.png">',
    "img under a base": '<base href="{url}/"><img src="a.png">',
    "data image that asks for more": '<img src="data:image/svg+xml,%3Csvg/%3E">',
    "link stylesheet": '<link rel="stylesheet" href="{url}/a.css">',
    "link attachment": '<link rel="attachment" href="{url}/a.txt">',
    "a attachment": '<a rel="attachment" href="{url}/a.txt">a</a>',
    "object": '<object data="{url}/a.png"></object>',
    "embed": '<embed src="{url}/a.png">',
    "@import": "<style>@import url({url}/a.css);</style>",
    "@font-face": "<style>@font-face {{ font-family: x; src: url({url}/a.ttf) }} p {{ font-family: x }}</style><p>x",
    "background": '<p style="background: url({url}/a.png)">x</p>',
    "list-style-image": '<p style="list-style-image: url({url}/a.png); display: list-item">x</p>',
    "border-image": '<p style="border: 3px solid; border-image: url({url}/a.png) 3">x</p>',
    "content": "<style>p::before {{ content: url({url}/a.png) }}</style><p>x",
    "margin box": "<style>@page {{ @top-left {{ content: url({url}/a.png) }} }}</style><p>x",
}
SILENT = {
    "svg image": '<svg width="9" height="9"><image href="{url}/a.png"/></svg>',
    "svg use": '<svg width="9" height="9"><use href="{url}/a.svg#x"/></svg>',
    "svg style": '<svg width="9" height="9"><style>@import url({url}/a.css);</style><rect width="3" height="3"/></svg>',
    "iframe": '<iframe src="{url}/a.html"></iframe>',
    "script": '<script src="{url}/a.js"></script>',
    "refresh": '<meta http-equiv="refresh" content="0;url={url}/a">',
    "xml-stylesheet": '<?xml-stylesheet href="{url}/a.css"?><p>x',
}
OPTIONS = {
    "stylesheets": lambda url: {"stylesheets": [f"{url}/a.css"]},
    "attachments": lambda url: {"attachments": [f"{url}/a.txt"]},
    "xmp_metadata": lambda url: {"xmp_metadata": [f"{url}/a.xml"]},
}


def draw(html: str, **options) -> bytes:
    return HTML(string=html, url_fetcher=ClosedFetcher()).write_pdf(uncompressed_pdf=True, **options)


@pytest.mark.parametrize("vector", FATAL.values(), ids=FATAL)
def test_nothing_reaches_the_network(server, vector):
    url, asked = server
    with pytest.raises(FatalURLFetchingError):
        draw(vector.format(url=url))
    assert asked == []


@pytest.mark.parametrize("vector", FATAL.values(), ids=FATAL)
def test_nothing_is_read_from_a_file(secret_folder, vector):
    with pytest.raises(FatalURLFetchingError):
        draw(vector.format(url=secret_folder))


@pytest.mark.parametrize("vector", SILENT.values(), ids=SILENT)
def test_what_is_refused_in_silence_reaches_nothing_either(server, secret_folder, vector):
    url, asked = server
    draw(vector.format(url=url))
    assert asked == []
    assert SECRET not in draw(vector.format(url=secret_folder))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_no_way_around_by_options(server, secret_folder, options):
    """CVE-2026-55073: before WeasyPrint 70.0 these had a fetcher of their own."""
    url, asked = server
    for place in (url, secret_folder):
        with pytest.raises(FatalURLFetchingError):
            draw("<p>x", **options(place))
    assert asked == []


def test_a_style_sheet_reaches_nothing(server):
    url, asked = server
    with pytest.raises(FatalURLFetchingError):
        CSS(string=f"@import url({url}/a.css);", url_fetcher=ClosedFetcher())
    assert asked == []


def test_the_tests_would_see_it(server, secret_folder):
    """The same with WeasyPrint's own fetcher: the server is asked, the secret is in the file."""
    url, asked = server
    HTML(string=SILENT["svg image"].format(url=url)).write_pdf()
    assert asked == ["/a.png"]
    html = FATAL["link attachment"].format(url=secret_folder)
    assert SECRET in HTML(string=html).write_pdf(uncompressed_pdf=True)


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


def test_a_template_that_asks_for_what_no_document_has_is_an_error_without_words(renderer, monkeypatch):
    template = renderer._templates.from_string("{{ document.name }} {{ document.shoe_size }}")
    monkeypatch.setattr(renderer._templates, "get_template", lambda _: template)
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "template"
    assert caught.value.__cause__ is None


def test_a_complaint_of_the_engine_is_an_error(renderer, monkeypatch):
    monkeypatch.setattr(renderer, "_to_html", lambda *_: "<style>p { colour: red }</style><p>1</p>")
    with pytest.raises(RenderingError) as caught:
        renderer.render(samples.sample("seal_registration"))
    assert str(caught.value) == "warnings"
