"""PURE. A document as text and back: canonical JSON, read by the classes of the catalogue.

The kind and the version of its form go along: a document of another form than the one that is installed is not drawn
on it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import types
import typing
from collections.abc import Callable
from typing import Any

from app.certificates.catalogue import get_kind
from app.certificates.documents import Document
from app.certificates.errors import UnreadableDocumentError
from app.errors import NotFoundError


def to_json(document: Document) -> str:
    """Keys sorted, no blanks, pictures in base64. Equal documents give equal text."""
    content = {"kind": document.kind, "form_version": document.form_version, **dataclasses.asdict(document)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_encode_bytes)


def from_json(text: str) -> Document:
    """The inverse of `to_json`.

    :raises UnreadableDocumentError: for what `to_json` did not write, or of a kind or a form that is not installed.
    """
    try:
        return _read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, NotFoundError, RecursionError):
        raise UnreadableDocumentError from None  # what is wrong would quote what is kept


def _read(content: Any) -> Document:
    cls = get_kind(content.pop("kind")).document
    if content.pop("form_version") != cls.form_version:
        raise ValueError("a document of another form")
    document: Document = _dataclass_reader(cls)(content)
    return document


def _encode_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _reader_of(hint: Any) -> Callable[[Any], Any]:
    """How a value of this type is read; what the value is not raises."""
    if hint is bytes:
        return lambda value: base64.b64decode(value, validate=True)
    if dataclasses.is_dataclass(hint):
        return _dataclass_reader(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and arguments[1:] == (...,):
        inside = _reader_of(arguments[0])
        return lambda values: tuple(inside(value) for value in _list(values))
    if origin is tuple:
        readers = [_reader_of(argument) for argument in arguments]
        return lambda values: tuple(read(value) for read, value in zip(readers, _list(values), strict=True))
    if origin in (types.UnionType, typing.Union):
        (present,) = (argument for argument in arguments if argument is not type(None))
        inside = _reader_of(present)
        return lambda value: None if value is None else inside(value)
    return _plain_reader(hint)


def _dataclass_reader(cls: Any) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    readers = {f.name: _reader_of(hints[f.name]) for f in dataclasses.fields(cls)}

    def read(content: Any) -> Any:
        if set(content) != set(readers):
            raise ValueError("not the fields of the form")
        return cls(**{name: readers[name](value) for name, value in content.items()})

    return read


def _list(values: Any) -> list[Any]:
    """A text or an object could be gone through too, and would be read as something that nobody kept."""
    if type(values) is not list:
        raise TypeError("not the type of the form")
    return values


def _plain_reader(hint: Any) -> Callable[[Any], Any]:
    allowed = (int, float) if hint is float else (hint,)

    def read(value: Any) -> Any:
        if type(value) not in allowed:
            raise TypeError("not the type of the form")
        return value

    return read
