"""As much SPDY/3.1 as a kubelet needs to answer the API server's exec: streams are taken, filled and ended.

https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/; the header blocks that come are not read,
for streams are asked for in the order error, standard output, standard error (client-go: v2.go).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SYN_STREAM, SYN_REPLY, PING = 1, 2, 6
CONTROL = 0x8000_0000
VERSION = 0x8003
FIN = 1
NO_HEADERS = b"\0\0\0\0"


def answer(said: BinaryIO, out: BinaryIO, stdout: bytes, status: bytes) -> None:
    """One command's whole life: it prints ``stdout`` and ends with ``status``, a Status as JSON."""
    packer = zlib.compressobj()
    streams: list[int] = []
    for kind, body in _control_frames(said):
        if kind == PING:
            out.write(_control(PING, body))
        if kind != SYN_STREAM:
            continue
        [stream] = struct.unpack("!I", body[:4])
        streams.append(stream)
        packed = packer.compress(NO_HEADERS) + packer.flush(zlib.Z_SYNC_FLUSH)
        out.write(_control(SYN_REPLY, body[:4] + packed))
        if len(streams) == 3:
            error, printed, complained = streams
            out.write(_data(printed, stdout) + _data(complained, b"") + _data(error, status))
        out.flush()


def _control_frames(said: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The kinds and bodies of control frames, to the end of the connection; data frames are passed over."""
    while len(head := said.read(8)) == 8:
        first, second = struct.unpack("!II", head)
        body = said.read(second & 0xFF_FFFF)
        if first & CONTROL:
            yield first & 0xFFFF, body


def _control(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHI", VERSION, kind, len(body)) + body


def _data(stream: int, content: bytes) -> bytes:
    """The content and the end of a stream."""
    return struct.pack("!II", stream, FIN << 24 | len(content)) + content
