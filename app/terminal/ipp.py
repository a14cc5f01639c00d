"""IPP/2.0 (RFC 8010, RFC 8011): the operations of a certificate printer, and the one module that knows the wire.

Own code, because every recovery rests on telling "never sent" from "may have been sent", which print libraries hide.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import socket
import ssl
import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from app.terminal.errors import IppMaybeSentError, IppNotSentError, IppRefusedError

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
PORT = 631
MEDIA = "iso_a4_210x297mm"
NOT_FOUND = 0x0406
BUSY = 0x0507
ATTRIBUTES_NOT_SUPPORTED = 0x040B

Attributes = dict[str, list[Any]]  # every value is a list; an absent attribute is absent
_Sent = tuple[int, str, Any]  # tag, name, value

_VERSION = b"\x02\x00"
_FIRST_ERROR = 0x0400
_SHUT = (401, 403, 404, 405, 413, 415, 426)  # of HTTP: refused by its head alone; 400 and 408 may have read half of it
_PRINTER_WANTED = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-up-time", "printer-uuid",
    "queued-job-count", "media-ready", "printer-input-tray", "operations-supported",
    "printer-media-sheets-completed", "printer-impressions-completed",
)  # fmt: skip
_JOB_WANTED = (
    "job-id", "job-uuid", "job-name", "job-state", "job-state-reasons", "job-impressions-completed",
    "job-media-sheets-completed", "job-printer-up-time",
)  # fmt: skip


class Operation(IntEnum):
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    PURGE_JOBS = 0x0012


class Group(IntEnum):
    OPERATION = 1
    JOB = 2
    END = 3
    PRINTER = 4
    UNSUPPORTED = 5


class Tag(IntEnum):
    """Of values (RFC 8010, 3.5.2); out-of-band values are below 0x20."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49
    MEMBER = 0x4A


def encode(operation: int, request_id: int, groups: Sequence[tuple[int, Sequence[_Sent]]]) -> bytes:
    """The head of a request; a document follows it as it is."""
    out = bytearray(_VERSION + struct.pack(">HI", operation, request_id))
    for group, attributes in groups:
        out.append(group)
        for tag, name, value in attributes:
            values = value if isinstance(value, (list, tuple)) else [value]
            for place, one in enumerate(values):
                out += bytes([tag]) + _sized(b"" if place else name.encode()) + _sized(_pack(tag, one))
    out.append(Group.END)
    return bytes(out)


def decode(data: bytes) -> tuple[int, int, list[tuple[int, Attributes]]]:
    """Status code, request id, groups in their order. :raises ValueError: when it is no IPP answer."""
    try:
        _version, status, request_id = struct.unpack_from(">HHI", data)
        return status, request_id, _groups(data, 8)
    except (struct.error, IndexError) as error:
        raise ValueError("not an IPP answer") from error


def first(attributes: Attributes, name: str, default: Any) -> Any:
    """The only value of an attribute, or `default` when the printer does not say."""
    values = [value for value in attributes.get(name, []) if value is not None]
    return values[0] if values else default


def _groups(data: bytes, at: int) -> list[tuple[int, Attributes]]:
    groups: list[tuple[int, Attributes]] = []
    depth, name = 0, ""
    while (tag := data[at]) != Group.END:
        at += 1
        if tag < 0x10:
            groups.append((tag, {}))
            continue
        own_name, at = _read_sized(data, at)
        raw, at = _read_sized(data, at)
        depth += (tag == Tag.BEGIN_COLLECTION) - (tag == Tag.END_COLLECTION)
        if depth or tag in (Tag.END_COLLECTION, Tag.MEMBER):
            continue  # nothing that is asked for is a collection; the sizes alone lead past one
        name = own_name.decode("utf-8", "replace") or name
        groups[-1][1].setdefault(name, []).append(_unpack(tag, raw))
    return groups


def _read_sized(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from(">H", data, at)
    end = at + 2 + size
    if end > len(data):
        raise IndexError(end)
    return data[at + 2 : end], end


def _sized(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def _pack(tag: int, value: Any) -> bytes:
    if tag in (Tag.INTEGER, Tag.ENUM):
        return struct.pack(">i", value)
    if tag == Tag.BOOLEAN:
        return b"\x01" if value else b"\x00"
    return str(value).encode()


def _unpack(tag: int, raw: bytes) -> Any:
    if tag < 0x20:
        return None
    if tag in (Tag.INTEGER, Tag.ENUM):
        return struct.unpack(">i", raw)[0]
    if tag == Tag.BOOLEAN:
        return raw != b"\x00"
    if tag in (Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE):
        _language, at = _read_sized(raw, 0)
        raw, _end = _read_sized(raw, at)
    return raw.decode("utf-8", "replace")


class IppClient:
    """One printer by its address. Every call is one connection: nothing half-read stays behind.

    Every method raises `IppNotSentError`, `IppMaybeSentError` or `IppRefusedError`, and nothing else.
    `fingerprint` is the SHA-256 of the printer's certificate (64 hexadecimal digits), for `ipps://` only.
    """

    def __init__(self, uri: str, fingerprint: str = "") -> None:
        parts = urlsplit(uri)
        self._uri = uri
        self._host, self._port = parts.hostname or "", parts.port or PORT
        self._path = parts.path or "/ipp/print"
        self._is_secure = parts.scheme == "ipps"
        self._fingerprint = fingerprint
        self._numbers = itertools.count(1)

    def printer(self) -> Attributes:
        """Get-Printer-Attributes: state, reasons, media, up-time, uuid, operations, what it ever counted."""
        return self._one(Group.PRINTER, Operation.GET_PRINTER_ATTRIBUTES, [_wanted(_PRINTER_WANTED)])

    def create_job(self, name: str) -> Attributes:
        """Create-Job: an empty job. Exactly as asked or not at all (`ipp-attribute-fidelity`)."""
        asked: list[_Sent] = [(Tag.NAME, "job-name", name), (Tag.BOOLEAN, "ipp-attribute-fidelity", True)]
        template: list[_Sent] = [
            (Tag.INTEGER, "copies", 1), (Tag.KEYWORD, "media", MEDIA), (Tag.KEYWORD, "sides", "one-sided"),
            (Tag.KEYWORD, "print-scaling", "none"),
        ]  # fmt: skip
        return self._one(Group.JOB, Operation.CREATE_JOB, asked, template)

    def send_document(self, job_id: int, pdf: bytes) -> None:
        """Send-Document, the last of its job: from here on paper may come out."""
        asked: list[_Sent] = [
            (Tag.MIME, "document-format", "application/pdf"), (Tag.BOOLEAN, "last-document", True),
        ]  # fmt: skip
        self._call(Operation.SEND_DOCUMENT, [(Tag.INTEGER, "job-id", job_id), *asked], document=pdf)

    def job(self, job_id: int) -> Attributes:
        """Get-Job-Attributes."""
        asked = [(Tag.INTEGER, "job-id", job_id), _wanted(_JOB_WANTED)]
        return self._one(Group.JOB, Operation.GET_JOB_ATTRIBUTES, asked)

    def jobs(self) -> list[Attributes]:
        """Get-Jobs: everybody's that are not over."""
        asked = [(Tag.KEYWORD, "which-jobs", "not-completed"), (Tag.BOOLEAN, "my-jobs", False), _wanted(_JOB_WANTED)]
        return [values for group, values in self._call(Operation.GET_JOBS, asked) if group == Group.JOB]

    def cancel_job(self, job_id: int) -> None:
        """Cancel-Job. Sheets may still come out until the job is over."""
        self._call(Operation.CANCEL_JOB, [(Tag.INTEGER, "job-id", job_id)])

    def forget_job(self, job_id: int) -> None:
        """Cancel-Job with `purge-job`, an extension: a printer that has it forgets job and document, others refuse."""
        self._call(Operation.CANCEL_JOB, [(Tag.INTEGER, "job-id", job_id), (Tag.BOOLEAN, "purge-job", True)])

    def purge_jobs(self) -> None:
        """Purge-Jobs: everybody's, also those that are over."""
        self._call(Operation.PURGE_JOBS, [])

    def _one(
        self, group: Group, operation: Operation, asked: list[_Sent], template: Sequence[_Sent] = ()
    ) -> Attributes:
        groups = self._call(operation, asked, template)
        return next((values for kind, values in groups if kind == group), {})

    def _call(
        self, operation: Operation, asked: list[_Sent], template: Sequence[_Sent] = (), document: bytes = b""
    ) -> list[tuple[int, Attributes]]:
        number = next(self._numbers)
        groups = [(Group.OPERATION, list(self._head(asked)))] + ([(Group.JOB, list(template))] if template else [])
        answer = self._exchange(encode(operation, number, groups) + document)
        try:
            status, answered, found = decode(answer)
        except ValueError:
            raise IppMaybeSentError("unreadable answer") from None
        if answered != number:
            raise IppMaybeSentError("the answer is to another request")
        if status >= _FIRST_ERROR:
            raise IppRefusedError(status)
        return found

    def _head(self, asked: list[_Sent]) -> Iterator[_Sent]:
        """RFC 8011, 4.1.4 to 4.1.6: charset, language and target come first; a job's number belongs to the target."""
        target = [attribute for attribute in asked if attribute[1] == "job-id"]
        yield (Tag.CHARSET, "attributes-charset", "utf-8")
        yield (Tag.LANGUAGE, "attributes-natural-language", "en")
        yield (Tag.URI, "printer-uri", self._uri)
        yield from target
        yield (Tag.NAME, "requesting-user-name", "koiki")
        yield from (attribute for attribute in asked if attribute not in target)

    def _exchange(self, body: bytes) -> bytes:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_SECONDS)
        try:
            connection.sock = self._connect()
            connection.request("POST", self._path, body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise IppMaybeSentError(type(error).__name__) from None
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise (IppNotSentError if answer.status in _SHUT else IppMaybeSentError)(f"HTTP {answer.status}")
        return data

    def _connect(self) -> socket.socket:
        """A connection to this very printer, before the first byte of a request. :raises IppNotSentError:"""
        try:
            line = socket.create_connection((self._host, self._port), timeout=CONNECT_SECONDS)
        except OSError as error:
            raise IppNotSentError(type(error).__name__) from None
        try:
            line = self._secured(line) if self._is_secure else line
        except (OSError, IppNotSentError) as error:
            line.close()
            raise IppNotSentError(f"no TLS to this printer: {type(error).__name__}") from None
        line.settimeout(ANSWER_SECONDS)
        return line

    def _secured(self, line: socket.socket) -> socket.socket:
        """Printers sign their own certificates: the pinned one is trusted, and no authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        secured = context.wrap_socket(line, server_hostname=self._host)
        shown = hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
        if not hmac.compare_digest(shown, self._fingerprint):
            secured.close()
            raise IppNotSentError("another certificate")
        return secured


def _wanted(names: Sequence[str]) -> _Sent:
    return (Tag.KEYWORD, "requested-attributes", list(names))
