"""The cash line's frames: what arrives whole is read, whatever stands around it; what does not is dropped."""

from __future__ import annotations

import random

import pytest

from app.protocol.frames import MAX_BODY, STX, Frame, FrameReader

QUESTION = Frame(False, b"1234", {"do": "query", "key": "pay-\x02-1", "yen": 300})
ANSWER = Frame(True, b"\x02\x02\x02\x02", {"result": [1, 2]})


def test_frames_come_out_as_they_went_in_byte_by_byte() -> None:
    reader, found = FrameReader(), []
    for byte in QUESTION.encode() + ANSWER.encode():
        found += reader.feed(bytes([byte]))
    assert found == [QUESTION, ANSWER]
    assert not reader.is_waiting()


@pytest.mark.parametrize("noise", [b"", b"\x02", b"\x02\xff\xff\xff", b"garbage", bytes(range(256)), b"\x02" * 50])
def test_a_frame_among_noise_is_found(noise) -> None:
    reader = FrameReader()
    found = reader.feed(noise + QUESTION.encode() + noise) + reader.give_up()
    assert found == [QUESTION]


def test_every_lost_and_every_broken_byte_is_noticed() -> None:
    whole = QUESTION.encode()
    for place in range(len(whole)):
        for damaged in (
            whole[:place] + whole[place + 1 :],
            whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :],
        ):
            reader = FrameReader()
            assert reader.feed(damaged) + reader.give_up() == [], place
        reader = FrameReader()
        broken_then_whole = reader.feed(damaged + whole) + reader.give_up()
        assert broken_then_whole == [QUESTION], place


def test_any_bytes_do_no_harm() -> None:
    dice = random.Random(7)
    reader = FrameReader()
    for _ in range(300):
        reader.feed(bytes(dice.choice((STX, *range(256))) for _ in range(dice.randrange(60))))
    reader.give_up()
    assert reader.feed(ANSWER.encode()) == [ANSWER]


def test_what_is_too_long_is_not_sent_and_not_waited_for() -> None:
    with pytest.raises(ValueError, match="too long"):
        Frame(False, b"1234", {"key": "x" * MAX_BODY}).encode()
    reader = FrameReader()
    head = bytes([STX]) + b"Q1234" + (MAX_BODY + 1).to_bytes(2, "big")
    assert reader.feed(head + QUESTION.encode()) == [QUESTION]


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"\xff", b"[" * 2000])
def test_a_body_that_is_no_object_is_dropped(body) -> None:
    import zlib

    inside = b"Q1234" + len(body).to_bytes(2, "big") + body
    reader = FrameReader()
    assert reader.feed(bytes([STX]) + inside + zlib.crc32(inside).to_bytes(4, "big")) + reader.give_up() == []
