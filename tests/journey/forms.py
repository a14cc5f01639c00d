"""Read the forms of a page as a browser without script would: action, method, fields, buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """`fields` is what is sent when nothing is changed; `buttons` are (name, value, text) of its submit buttons.

    `offered`: the values of its boxes and circles, marked or not.
    """

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def data(self, button: str | None = None, **changes: str) -> dict[str, str | list[str]]:
        """The fields with `changes`, plus the name and value of the button with this value."""
        chosen = {name: value for name, value, _ in self.buttons if name and (button is None or value == button)}
        return {**self.fields, **(chosen if button is not None else {}), **changes}


class FormReader(HTMLParser):
    """Collects the forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._button: tuple[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None or "disabled" in a:
            return
        elif tag == "input":
            self._input(self._open, a)
        elif tag == "button":
            self._button, self._text = (a.get("name", ""), a.get("value", "")), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "button" and self._button and self._open:
            self._open.buttons.append((*self._button, self._text.strip()))
            self._button = None

    @staticmethod
    def _input(form: Form, a: dict[str, str]) -> None:
        kind = a.get("type", "text")
        if kind in {"checkbox", "radio"}:
            form.offered.setdefault(a.get("name", ""), []).append(a.get("value", "on"))
        if kind == "submit":
            form.buttons.append((a.get("name", ""), a.get("value", ""), a.get("value", "")))
        elif a.get("name") and (kind not in {"checkbox", "radio"} or "checked" in a):
            form.fields.setdefault(a["name"], []).append(a.get("value", "on"))


def read_forms(html: str) -> list[Form]:
    """All forms of the page, in order."""
    reader = FormReader()
    reader.feed(html)
    return reader.forms


def find_form(html: str, action: str) -> Form | None:
    """The first form whose action contains `action`."""
    return next((form for form in read_forms(html) if action in form.action), None)
