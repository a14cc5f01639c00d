"""Response headers. Strict, the same everywhere, and nothing of a resident is ever kept by a cache."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not no-referrer: the CSRF check over HTTPS reads it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains"


def content_security_policy(form_targets: tuple[str, ...] = ()) -> str:
    """The policy: only our own files, no inline anything, no eval.

    `form_targets` are origins that a form may end at: Chromium applies form-action to the redirect that answers a
    form, so the start of a trip to the terminal's agent must name the agent.
    """
    own = ("script-src", "style-src", "img-src", "font-src", "connect-src", "media-src")
    parts = ["default-src 'none'", *(f"{name} 'self'" for name in own)]
    targets = " ".join(dict.fromkeys(("'self'", *form_targets)))
    parts += [f"form-action {targets}", "base-uri 'none'", "frame-ancestors 'none'"]
    return "; ".join(parts)


def origin_of(url: str) -> str:
    """scheme://host:port of an absolute URL; empty for anything else."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def harden(response: Response) -> Response:
    """Set the headers that a view has not set itself."""
    terminal = g.get("terminal")
    targets = tuple(filter(None, [origin_of(terminal.agent_url)])) if terminal else ()
    response.headers.setdefault("Content-Security-Policy", content_security_policy(targets))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if current_app.config["KOIKI"].is_https:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def init_app(app: Flask) -> None:
    """Headers; and, behind our own proxies, the address of the browser: tries at the staff's door are counted by it."""
    app.after_request(harden)
    if proxies := app.config["KOIKI"].proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
