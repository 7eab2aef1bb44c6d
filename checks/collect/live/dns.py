"""One DNS question over UDP or TCP, and what came of it; standard library only (RFC 1035)."""

import errno
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

TIMEOUT_S = 2.0
UDP_SENDS = 2  # one lost datagram is no finding
A, IN = 1, 1
RECURSION_DESIRED = 0x0100
RESPONSE, CODE, OPCODE = 0x8000, 0x000F, 0x7800
HEADER = struct.Struct("!6H")
OUTCOMES = {0: "ok", 2: "servfail", 3: "nxdomain", 5: "refused"}
UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one probe went, in the words of recording-format.md."""

    outcome: str
    seconds: float
    detail: str = ""


Exchange = Callable[[float], tuple[str, str]]
"""Does one probe before a moment of time.monotonic; returns its outcome and a detail."""


class GarbageError(Exception):
    """Bytes that are no answer to the question."""


def query(name: str, number: int) -> bytes:
    """The question for the IPv4 address of a name; ``number`` is what the answer must repeat."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    asked = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return HEADER.pack(number, RECURSION_DESIRED, 1, 0, 0, 0) + asked + struct.pack("!HH", A, IN)


def outcome_of(asked: bytes, answer: bytes) -> tuple[str, str]:
    """Outcome and detail of an answer. Raises GarbageError when it does not belong to the question."""
    if len(answer) < HEADER.size:
        raise GarbageError
    number, flags, questions, answers, _, _ = HEADER.unpack_from(answer)
    if number != HEADER.unpack_from(asked)[0] or not flags & RESPONSE or flags & OPCODE:
        raise GarbageError
    if questions and answer[HEADER.size : len(asked)].lower() != asked[HEADER.size :].lower():
        raise GarbageError
    code = flags & CODE
    outcome = OUTCOMES.get(code, "error")
    if outcome == "error":
        return outcome, f"response code {code}"
    return outcome, "no address in the answer" if outcome == "ok" and not answers else ""


def ask_udp(server: str, name: str, *, port: int = 53, timeout_s: float = TIMEOUT_S) -> Outcome:
    """Ask over UDP, twice if the first question stays without an answer."""
    asked = query(name, secrets.randbelow(1 << 16))

    def exchange(ends: float) -> tuple[str, str]:
        with socket.socket(_family(server), socket.SOCK_DGRAM) as sock:
            sock.connect((server, port))
            for send in range(1, UDP_SENDS + 1):
                sock.send(asked)
                if found := _awaited(sock, asked, ends - timeout_s * (1 - send / UDP_SENDS)):
                    return found
        raise TimeoutError

    return measured(exchange, timeout_s)


def ask_tcp(server: str, name: str, *, port: int = 53, timeout_s: float = TIMEOUT_S) -> Outcome:
    """Ask over TCP."""
    asked = query(name, secrets.randbelow(1 << 16))

    def exchange(ends: float) -> tuple[str, str]:
        with socket.create_connection((server, port), timeout=timeout_s) as sock:
            sock.sendall(struct.pack("!H", len(asked)) + asked)
            (size,) = struct.unpack("!H", _exactly(sock, 2, ends))
            return outcome_of(asked, _exactly(sock, size, ends))

    return measured(exchange, timeout_s)


def connect_tcp(address: str, port: int, *, timeout_s: float = TIMEOUT_S) -> Outcome:
    """Open a TCP connection and close it again; nothing is sent."""

    def exchange(_: float) -> tuple[str, str]:
        socket.create_connection((address, port), timeout=timeout_s).close()
        return "ok", ""

    return measured(exchange, timeout_s)


def _awaited(sock: socket.socket, asked: bytes, until: float) -> tuple[str, str] | None:
    """The answer that belongs to the question, or None when none came; others are passed over."""
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            return outcome_of(asked, sock.recv(4096))
        except TimeoutError:
            return None
        except GarbageError:
            continue
    return None


def _exactly(sock: socket.socket, size: int, ends: float) -> bytes:
    """That many bytes. Raises TimeoutError, or GarbageError when the server closes before."""
    read = b""
    while len(read) < size:
        sock.settimeout(max(ends - time.monotonic(), 0.001))
        more = sock.recv(size - len(read))
        if not more:
            raise GarbageError
        read += more
    return read


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def measured(exchange: Exchange, timeout_s: float) -> Outcome:
    """Run the exchange with the moment at which it must end, and put whatever happens into words."""
    began = time.monotonic()
    try:
        outcome, detail = exchange(began + timeout_s)
    except TimeoutError:
        outcome, detail = "timeout", f"no answer within {timeout_s:g} s"
    except ConnectionRefusedError:
        outcome, detail = "refused", "connection refused"
    except GarbageError:
        outcome, detail = "error", "the answer is no DNS answer to this question"
    except OSError as error:
        outcome = "unreachable" if error.errno in UNREACHABLE else "error"
        detail = (error.strerror or type(error).__name__).lower()
    return Outcome(outcome=outcome, seconds=round(time.monotonic() - began, 3), detail=detail)
