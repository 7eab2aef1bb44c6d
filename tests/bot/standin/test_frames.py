from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.standin import frames
from bot.standin.frames import FrameError, Message, Reader, accept_key, encode, encode_close

MASK = b"\x11\x22\x33\x44"


def masked(opcode: int, data: bytes, *, last: bool = True) -> bytes:
    """A frame as a client sends it."""
    size = len(data)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 1 << 16:
        length = bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    else:
        length = bytes((0x80 | 127,)) + size.to_bytes(8, "big")
    covered = bytes(byte ^ MASK[index % 4] for index, byte in enumerate(data))
    return bytes((0x80 * last | opcode,)) + length + MASK + covered


def read(raw: bytes) -> Message:
    return Reader(BytesIO(raw).read).next()


def test_answers_the_key_of_the_rfc() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@given(st.binary(max_size=300))
def test_reads_what_a_client_sent(data: bytes) -> None:
    assert read(masked(frames.TEXT, data)) == Message(frames.TEXT, data)


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536])
def test_knows_all_three_forms_of_a_length(size: int) -> None:
    assert read(masked(frames.BINARY, b"x" * size)).data == b"x" * size
    assert encode(frames.BINARY, b"x" * size).endswith(b"x" * size)


def test_joins_fragments_around_a_ping() -> None:
    raw = masked(frames.TEXT, b"one ", last=False) + masked(frames.PING, b"?") + masked(0, b"two")
    reader = Reader(BytesIO(raw).read)
    assert [reader.next(), reader.next()] == [Message(frames.PING, b"?"), Message(frames.TEXT, b"one two")]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\x81\x01x", frames.PROTOCOL_ERROR),  # not masked
        (masked(0, b"x"), frames.PROTOCOL_ERROR),  # goes on with nothing
        (masked(1, b"x", last=False) + masked(1, b"y"), frames.PROTOCOL_ERROR),
        (masked(3, b"x"), frames.PROTOCOL_ERROR),
        (b"\xc1\x81" + MASK + b"x", frames.PROTOCOL_ERROR),
        (masked(frames.PING, b"x" * 126), frames.PROTOCOL_ERROR),
        (masked(frames.PING, b"x", last=False), frames.PROTOCOL_ERROR),
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big") + MASK, frames.TOO_BIG),
    ],
)
def test_refuses_what_the_protocol_forbids(raw: bytes, code: int) -> None:
    reader = Reader(BytesIO(raw).read)
    with pytest.raises(FrameError) as refused:
        reader.next()
    assert refused.value.code == code


def test_tells_the_end_in_the_middle_of_a_frame() -> None:
    with pytest.raises(EOFError):
        read(masked(frames.TEXT, b"hello")[:-2])


def test_closes_with_a_code_and_a_reason() -> None:
    assert encode_close(1000, "bye") == b"\x88\x05\x03\xe8bye"
