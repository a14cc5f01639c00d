"""The client against a real printer: what it asks for, and which of the three bad ends it tells apart."""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.terminal import ipp
from app.terminal.errors import IppMaybeSentError, IppNotSentError, IppRefusedError
from app.terminal.ipp import IppClient, first
from tests.functional.terminal.samples import pdf_of
from tests.printing.box import until


@pytest.fixture
def client(box) -> IppClient:
    return IppClient(box.uri)


def test_the_printer_gets_the_very_bytes(box, client) -> None:
    pdf = pdf_of(2)
    job_id = first(client.create_job("a-1"), "job-id", 0)
    client.send_document(job_id, pdf)
    until(lambda: first(client.job(job_id), "job-state", 0) == 9, "the end of the job")
    job = client.job(job_id)
    assert (first(job, "job-name", ""), first(job, "job-impressions-completed", 0)) == ("a-1", 2)
    assert first(job, "job-uuid", "").startswith("urn:uuid:")
    assert [(s["name"], s["sheet"], s["sha256"]) for s in box.tray()] == [
        ("a-1", n, hashlib.sha256(pdf).hexdigest()) for n in (1, 2)
    ]


def test_what_the_printer_says_of_itself(box, client) -> None:
    about = client.printer()
    assert (first(about, "printer-state", 0), about["printer-state-reasons"]) == (3, ["none"])
    assert first(about, "printer-is-accepting-jobs", False) is True
    assert "iso_a4_210x297mm" in about["media-ready"]
    assert any(";level=250;" in tray for tray in about["printer-input-tray"])


def test_a_second_job_is_refused_and_a_cancelled_one_makes_room(client) -> None:
    job_id = first(client.create_job("a-1"), "job-id", 0)
    assert [first(job, "job-name", "") for job in client.jobs()] == ["a-1"]
    with pytest.raises(IppRefusedError) as refusal:
        client.create_job("a-2")
    assert refusal.value.status == ipp.BUSY
    client.cancel_job(job_id)
    assert client.jobs() == []
    client.create_job("a-3")


def test_a_paper_that_it_has_not_is_refused(client, monkeypatch) -> None:
    monkeypatch.setattr(ipp, "MEDIA", "jis_b0_1030x1456mm")
    with pytest.raises(IppRefusedError) as refusal:
        client.create_job("a-1")
    assert refusal.value.status == ipp.ATTRIBUTES_NOT_SUPPORTED


def test_an_unknown_job(client) -> None:
    with pytest.raises(IppRefusedError) as refusal:
        client.job(77)
    assert refusal.value.status == ipp.NOT_FOUND


def test_no_printer_is_not_sent(box, client) -> None:
    box.power_cut()
    with pytest.raises(IppNotSentError):
        client.create_job("a-1")


def test_a_lost_answer_is_maybe_sent(line, client) -> None:
    line.cut_at = b"job-name"
    with pytest.raises(IppMaybeSentError):
        IppClient(line.uri).create_job("a-1")
    assert line.cuts == 1
    assert [first(job, "job-name", "") for job in client.jobs()] == ["a-1"]  # and indeed it was


def test_a_frozen_printer_is_maybe_sent(box, client, monkeypatch) -> None:
    monkeypatch.setattr(ipp, "ANSWER_SECONDS", 0.3)
    box.freeze()
    with pytest.raises(IppMaybeSentError):
        client.printer()
    box.thaw()


def test_a_printer_is_known_by_its_pinned_certificate(box) -> None:
    with socket.create_connection(("localhost", box.port)) as plain:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain, server_hostname="localhost") as shown:
            pin = hashlib.sha256(shown.getpeercert(binary_form=True)).hexdigest()
    secure = box.uri.replace("ipp:", "ipps:")
    assert first(IppClient(secure, pin).printer(), "printer-state", 0) == 3
    for wrong in ("", "0" * 64):
        with pytest.raises(IppNotSentError):
            IppClient(secure, wrong).create_job("a-1")
    assert IppClient(box.uri).jobs() == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *((status, IppNotSentError) for status in (401, 403, 404, 413, 426)),
        *((status, IppMaybeSentError) for status in (204, 302, 400, 408, 500)),
    ],
)
def test_http_refuses_by_the_head_of_a_request_or_after_half_of_it(status, error) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:
        threads.submit(_answer_once, server, f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode())
        with pytest.raises(error, match=f"HTTP {status}"):
            IppClient(f"ipp://127.0.0.1:{server.getsockname()[1]}/").send_document(7, b"%PDF")


def _answer_once(server: socket.socket, answer: bytes) -> None:
    line, _ = server.accept()
    with line:
        heard = b""
        while not heard.endswith(b"%PDF"):
            heard += line.recv(65536)
        line.sendall(answer)


def answer(status: int, number: int, rest: bytes = b"\x03") -> bytes:
    return struct.pack(">HHI", 0x0200, status, number) + rest


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\x02\x00\x00", answer(0, 1, b""), answer(0, 1, b"\x04\x21\x00\x05ab")),
        *(answer(0, 1, b"\x21\0\0\0\0"), answer(0, 2)),
    ],
)
def test_an_answer_that_is_none_is_maybe_sent(monkeypatch, data) -> None:
    client = IppClient("ipp://localhost:1/")
    monkeypatch.setattr(client, "_exchange", lambda _body: data)
    with pytest.raises(IppMaybeSentError):
        client.printer()


def test_values_of_every_shape() -> None:
    sent = ipp.encode(2, 9, [(4, [(0x21, "n", [1, -2]), (0x22, "b", True), (0x44, "k", ["a", "b"])])])
    with_language = b"\x36\x00\x01x" + struct.pack(">H", 8) + b"\x00\x02ja\x00\x02hi"
    collection = b"\x34\x00\x01c\x00\x00\x4a\x00\x00\x00\x01m\x21\x00\x00\x00\x04\x00\x00\x00\x07\x37\x00\x00\x00\x00"
    unknown = b"\x12\x00\x01u\x00\x00"
    _status, number, groups = ipp.decode(sent[:-1] + with_language + collection + unknown + b"\x03")
    assert (number, groups) == (9, [(4, {"n": [1, -2], "b": [True], "k": ["a", "b"], "x": ["hi"], "u": [None]})])
    assert first(groups[0][1], "u", 5) == 5
