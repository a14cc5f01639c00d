"""Envelopes: what is sealed opens as itself, under its own key and kind; whatever was touched does not open."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.protocol import messages, signatures
from app.protocol.canonical import canonical, digest, from_base64url, to_base64url
from app.protocol.messages import Hello, Message, MessageError, Statement, Ticket
from app.protocol.signatures import BadEnvelopeError, Signer, open_sealed, peek

KINDS = sorted(Message.__subclasses__(), key=lambda kind: kind.KIND)
SIGNER = Signer(b"\x01" * 32)
STRANGER = Signer(b"\x02" * 32)
TICKET = Ticket("bm9uY2U", "visit", "kiosk-1", "https://portal.test", "sign_in", "ja", 1_800_000_000)


def any_message(kind: type[Message]) -> st.SearchStrategy[Message]:
    by_type: dict[str, Any] = {
        "str": st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        "int": st.integers(-(2**53), 2**53),
        "bool": st.booleans(),
    }
    by_type |= {name: st.sampled_from(list(words)) for name, words in messages._WORDS.items()}
    return st.builds(kind, **{field.name: by_type[str(field.type)] for field in fields(kind)})


MESSAGES = st.sampled_from(KINDS).flatmap(any_message)


def forged(body: Any, kind: type[Message] = Ticket, signer: Signer = SIGNER) -> str:
    """A body of any form, rightly signed: what a broken or hostile peer with a good key could send."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = signer._key.sign(signatures._signed_bytes(kind.KIND, raw))
    return f"{to_base64url(raw)}.{to_base64url(signature)}"


@given(MESSAGES)
def test_every_message_comes_back_as_itself(message: Message) -> None:
    assert open_sealed(SIGNER.seal(message), type(message), SIGNER.public_key) == message


def test_kinds_are_distinct_words() -> None:
    assert len({kind.KIND for kind in KINDS}) == len(KINDS)


@given(MESSAGES)
def test_another_key_opens_nothing(message: Message) -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed(SIGNER.seal(message), type(message), STRANGER.public_key)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Ticket], ids=lambda kind: kind.KIND)
def test_a_message_is_not_taken_for_another_kind(kind: type[Message]) -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed(SIGNER.seal(TICKET), kind, SIGNER.public_key)


@settings(max_examples=400)
@given(st.data())
def test_one_flipped_bit_opens_nothing(data: st.DataObject) -> None:
    envelope = SIGNER.seal(TICKET)
    parts = [from_base64url(part) for part in envelope.split(".")]
    which = data.draw(st.integers(0, 1))
    place = data.draw(st.integers(0, len(parts[which]) * 8 - 1))
    parts[which] = _flip(parts[which], place)
    with pytest.raises(BadEnvelopeError):
        open_sealed(".".join(to_base64url(part) for part in parts), Ticket, SIGNER.public_key)


def _flip(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


@given(st.text(max_size=200) | st.text("ABCDab01-_.=", max_size=200))
def test_rubbish_is_refused_and_peeks_empty(text: str) -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed(text, Ticket, SIGNER.public_key)


@given(st.text(max_size=100))
def test_peek_never_raises_anything_but_a_bad_envelope(text: str) -> None:
    with suppress(BadEnvelopeError):
        assert isinstance(peek(text, "terminal_id"), str)


def test_peek_reads_an_unverified_text_and_only_a_text() -> None:
    assert peek(SIGNER.seal(TICKET), "terminal_id") == "kiosk-1"
    assert peek(SIGNER.seal(TICKET), "expires_at") == ""
    assert peek(SIGNER.seal(TICKET), "absent") == ""
    assert peek(forged([1, 2]), "terminal_id") == ""
    assert peek(forged(b"[" * 40_000), "terminal_id") == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"extra": 1},
        {"expires_at": "1800000000"},
        {"expires_at": 1.5},
        {"expires_at": True},
        {"nonce": None},
        {"language": ["ja"]},
        {"visit_id": 7},
    ],
    ids=str,
)
def test_a_rightly_signed_message_of_wrong_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed(forged(TICKET.as_fields() | changes), Ticket, SIGNER.public_key)


@pytest.mark.parametrize("name", [field.name for field in fields(Ticket)])
def test_a_missing_field_is_refused(name: str) -> None:
    body = TICKET.as_fields()
    del body[name]
    with pytest.raises(BadEnvelopeError):
        open_sealed(forged(body), Ticket, SIGNER.public_key)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b"{", b"[" * 20_000], ids=lambda b: str(b[:6])
)
def test_a_rightly_signed_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed(forged(body), Ticket, SIGNER.public_key)


@pytest.mark.parametrize(
    "respell",
    [
        lambda body: body.replace(b'":', b'": '),
        lambda body: body + b"\n",
        lambda body: body.replace(b'"expires_at"', b'"expires_at":1,"expires_at"'),
        lambda body: body.replace(b"kiosk-1", rb"\u006biosk-1"),
        lambda body: json.dumps(dict(reversed(json.loads(body).items())), separators=(",", ":")).encode(),
    ],
    ids=["space", "newline", "key twice", "escape", "order"],
)
def test_a_second_spelling_of_the_same_message_is_refused(respell: Callable[[bytes], bytes]) -> None:
    body = canonical(TICKET.as_fields())
    assert open_sealed(forged(body), Ticket, SIGNER.public_key) == TICKET
    assert respell(body) != body
    with pytest.raises(BadEnvelopeError):
        open_sealed(forged(respell(body)), Ticket, SIGNER.public_key)


def test_a_word_outside_its_vocabulary_is_refused() -> None:
    body = STATEMENT.as_fields() | {"evidence": "trust me"}
    with pytest.raises(MessageError):
        Statement.from_fields(body)


def test_an_envelope_of_many_megabytes_is_refused_unread() -> None:
    with pytest.raises(BadEnvelopeError):
        open_sealed("A" * (signatures.MAX_ENVELOPE + 1) + ".AA", Ticket, SIGNER.public_key)


STATEMENT = Statement(
    statement_id="s1",
    terminal_id="kiosk-1",
    ticket_nonce="bm9uY2U",
    evidence=messages.Evidence.SERVER_PIN,
    card_kind="citizen_card",
    certificate="",
    signature="",
    card_id="C-1",
    pin="7391",
    failure=messages.CardFailure.NONE,
    at=1_800_000_000,
)


def test_no_pin_in_what_a_statement_shows_of_itself() -> None:
    assert "7391" not in repr(STATEMENT)
    assert "7391" not in str(STATEMENT)


def test_no_value_in_what_a_refused_message_says() -> None:
    body = STATEMENT.as_fields() | {"pin": 7391}
    with pytest.raises(MessageError) as caught:
        Statement.from_fields(body)
    assert "7391" not in str(caught.value)


@given(st.binary(max_size=100))
def test_base64url_round_trip(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data


@pytest.mark.parametrize("text", ["a", "ab+/", "ab cd", "あ", "ab\n", "ab=c"])
def test_base64url_takes_nothing_else(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the standard library words it
        from_base64url(text)


def test_canonical_bytes_do_not_depend_on_order_and_keep_every_character() -> None:
    assert canonical({"b": 1, "a": "髙󠄀𠮷"}) == '{"a":"髙󠄀𠮷","b":1}'.encode()
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_canonical_bytes_refuse_what_json_does_not_know(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"x": number})


def test_a_challenge_is_bound_to_each_of_its_parts() -> None:
    same = messages.challenge("https://a.test", "kiosk-1", b"n" * 32)
    others = {
        messages.challenge("https://b.test", "kiosk-1", b"n" * 32),
        messages.challenge("https://a.test", "kiosk-2", b"n" * 32),
        messages.challenge("https://a.test", "kiosk-1", b"m" * 32),
        messages.challenge("https://a.testk", "iosk-1", b"n" * 32),
    }
    assert same not in others
    assert len(others) == 4


def test_hello_is_no_ticket_even_with_the_same_fields() -> None:
    hello = Hello("kiosk-1", "bm9uY2U", 1)
    assert SIGNER.seal(hello) != SIGNER.seal(replace(hello, at=2))
