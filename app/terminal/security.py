"""What every answer of the agent carries, and which requests it hears at all.

Loopback is no fence: any page that the browser opens could send requests here. So: one Host name (DNS rebinding, 421),
no writing from another origin (403), no reading by one either; strict CSP; nothing is stored.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

from app.terminal.settings import Settings, origin_of


def protect(app: Flask, settings: Settings) -> None:
    """Guard every request and dress every answer of `app`."""
    own_origin = origin_of(settings.agent_url)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {settings.portal_origin}; base-uri 'none'; frame-ancestors 'none'"
    )

    @app.before_request
    def refuse_strangers() -> None:
        if request.host != settings.host:
            abort(421)
        if not _is_own(own_origin) and not _is_visit():
            abort(403)

    @app.after_request
    def dress(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["Cache-Control"] = "no-store"
        headers["Referrer-Policy"] = "same-origin"  # with no-referrer, Chromium sends our own forms as Origin: null
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def _is_own(own_origin: str) -> bool:
    """Sent by one of our own pages, or by no browser at all."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return site in ("same-origin", "none") and (origin is None or _same_origin(origin, own_origin))


def _is_visit() -> bool:
    """A person's browser goes to one of our pages from elsewhere: it may, and only to read."""
    mode, target = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and mode == "navigate" and target == "document"


def _same_origin(origin: str, own_origin: str) -> bool:
    return urlsplit(origin)._replace(path="", query="", fragment="").geturl() == own_origin
