"""HTMX: one view, one template; a fragment is a block of the full page.

Of htmx-flask only the request side is used: its response side knows neither today's swap styles nor non-ASCII values.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request
from htmx_flask import Htmx
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as AnyResponse

STOP_POLLING = 286  # htmx: swap this answer in, and ask no more


def is_fragment() -> bool:
    """Whether htmx asks (and not for a boosted whole page)."""
    asked = getattr(request, "htmx", False)
    return bool(asked) and not asked.boosted  # type: ignore[union-attr]


def page_or_block(template: str, block: str, **values: Any) -> Response:
    """The whole page, or only its block `block` when htmx asks."""
    if is_fragment():
        return make_response(render_block(template, block, **values))
    return make_response(render_template(template, **values))


def see_other(location: str) -> AnyResponse:
    """Go on with GET at `location`: 303 for a form; `HX-Redirect` for htmx, which would take a 303 as a fragment."""
    if not is_fragment():
        return redirect(location, 303)
    response = make_response("", 204)
    response.headers["HX-Redirect"] = location
    return response


def stop_polling(response: Response) -> Response:
    """Tell a polling element that this is its last answer. Without htmx the page is simply a page."""
    if is_fragment():
        response.status_code = STOP_POLLING
    return response


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    return response


def init_app(app: Flask) -> None:
    Htmx(app)
    app.after_request(_vary)
