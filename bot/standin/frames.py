"""WebSocket frames as a server sees them (RFC 6455): the handshake's answer, messages out, messages in."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
MAX_MESSAGE_BYTES = 4 << 20
MAX_CONTROL_BYTES = 125  # section 5.5
NORMAL, PROTOCOL_ERROR, INVALID_DATA, TOO_BIG = 1000, 1002, 1007, 1009


class FrameError(Exception):
    """The other side broke the protocol; ``code`` is the one to close with (section 7.4.1)."""

    def __init__(self, code: int, why: str) -> None:
        """``why`` is for people."""
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message: a control frame, or the joined fragments of a text or binary one."""

    opcode: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Frame:
    last: bool
    opcode: int
    data: bytes


def accept_key(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a client's key."""
    return base64.b64encode(hashlib.sha1(key.strip().encode() + GUID.encode()).digest()).decode()


def encode(opcode: int, data: bytes = b"") -> bytes:
    """One unmasked, unfragmented frame: servers never mask."""
    size = len(data)
    if size < 126:
        length = bytes((size,))
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    return bytes((0x80 | opcode,)) + length + data


def encode_close(code: int = NORMAL, reason: str = "") -> bytes:
    """A close frame."""
    return encode(CLOSE, code.to_bytes(2, "big") + reason.encode()[: MAX_CONTROL_BYTES - 2])


class Reader:
    """Reads messages from a client, control frames between fragments included."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """``read`` gives exactly so many bytes, fewer only at the end."""
        self._read = read
        self._opcode: int | None = None
        self._parts: list[bytes] = []

    def next(self) -> Message:
        """The next message. Raises EOFError at the end and FrameError for what is no protocol."""
        while True:
            frame = self._frame()
            if frame.opcode >= CLOSE:
                return Message(frame.opcode, frame.data)
            message = self._join(frame)
            if message is not None:
                return message

    def _join(self, frame: _Frame) -> Message | None:
        if (frame.opcode == CONTINUATION) != (self._opcode is not None):
            raise FrameError(PROTOCOL_ERROR, "a fragment out of its turn")
        if self._opcode is None:
            self._opcode = frame.opcode
        self._parts.append(frame.data)
        if sum(map(len, self._parts)) > MAX_MESSAGE_BYTES:
            raise FrameError(TOO_BIG, "the message is too big")
        if not frame.last:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._opcode, self._parts = None, []
        return message

    def _frame(self) -> _Frame:
        first, second = self._exactly(2)
        opcode, size = first & 0x0F, second & 0x7F
        if first & 0x70 or opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise FrameError(PROTOCOL_ERROR, "reserved bits or an unknown opcode")
        if not second & 0x80:
            raise FrameError(PROTOCOL_ERROR, "a client must mask its frames")
        if opcode >= CLOSE and (size > MAX_CONTROL_BYTES or not first & 0x80):
            raise FrameError(PROTOCOL_ERROR, "a control frame that is long or fragmented")
        if size >= 126:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        if size > MAX_MESSAGE_BYTES:
            raise FrameError(TOO_BIG, "the frame is too big")
        mask = self._exactly(4)
        return _Frame(bool(first & 0x80), opcode, _unmask(self._exactly(size), mask))

    def _exactly(self, size: int) -> bytes:
        data = self._read(size) if size else b""
        if len(data) < size:
            raise EOFError
        return data


def _unmask(data: bytes, mask: bytes) -> bytes:
    """All bytes at once: as one large number, a page of JSON costs microseconds."""
    repeated = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(data), "big")
