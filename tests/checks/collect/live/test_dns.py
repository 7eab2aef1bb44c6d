"""A DNS question meets every kind of server and says in one word what came of it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.live.dns import GarbageError, ask_tcp, ask_udp, connect_tcp, outcome_of, query

NAME = "kubernetes.default.svc.cluster.local."
Reply = Callable[[bytes], list[bytes]]


def reply(code: int = 0, answers: int = 1) -> Reply:
    def make(asked: bytes) -> list[bytes]:
        head = struct.pack("!6H", struct.unpack_from("!H", asked)[0], 0x8180 | code, 1, answers, 0, 0)
        return [head + asked[12:] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x64\x00\x01"]

    return make


def silent(_: bytes) -> list[bytes]:
    return []


@contextmanager
def udp_server(answer: Reply, ignore: int = 0) -> Iterator[int]:
    """Answer each datagram but the first ``ignore``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)

        def serve() -> None:
            left = ignore
            while True:
                asked, who = sock.recvfrom(4096)
                if not asked:
                    return
                for datagram in answer(asked) if left <= 0 else []:
                    sock.sendto(datagram, who)
                left -= 1

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"", sock.getsockname())
            thread.join()


@contextmanager
def tcp_server(answer: Reply, *, framed: bool = True) -> Iterator[int]:
    """Answer one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        over = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                asked = connection.recv(4096)[2:]
                for message in answer(asked):
                    connection.sendall(struct.pack("!H", len(message)) + message if framed else message)
                if not answer(asked):
                    over.wait(5)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("code", "word"), [(0, "ok"), (2, "servfail"), (3, "nxdomain"), (5, "refused"), (1, "error")]
)
def test_tells_the_answer(code: int, word: str) -> None:
    with udp_server(reply(code)) as port:
        assert ask_udp("127.0.0.1", NAME, port=port).outcome == word
    with tcp_server(reply(code)) as port:
        assert ask_tcp("127.0.0.1", NAME, port=port).outcome == word


def test_tells_silence() -> None:
    with udp_server(silent) as port:
        found = ask_udp("127.0.0.1", NAME, port=port, timeout_s=0.1)
    assert (found.outcome, found.detail) == ("timeout", "no answer within 0.1 s")
    with tcp_server(silent) as port:
        assert ask_tcp("127.0.0.1", NAME, port=port, timeout_s=0.1).outcome == "timeout"


def test_forgives_one_lost_datagram() -> None:
    with udp_server(reply(), ignore=1) as port:
        assert ask_udp("127.0.0.1", NAME, port=port, timeout_s=0.4).outcome == "ok"


def test_passes_over_answers_to_other_questions() -> None:
    def crossed(asked: bytes) -> list[bytes]:
        other = struct.pack("!H", struct.unpack_from("!H", asked)[0] ^ 1) + asked[2:]
        return [b"x", *reply(3)(other), *reply()(asked)]

    with udp_server(crossed) as port:
        assert ask_udp("127.0.0.1", NAME, port=port).outcome == "ok"


def test_tells_that_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask_udp("127.0.0.1", NAME, port=port).outcome == "refused"
    assert ask_tcp("127.0.0.1", NAME, port=port).outcome == "refused"
    assert connect_tcp("127.0.0.1", port).outcome == "refused"


def test_tells_a_connection_that_opens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = connect_tcp("127.0.0.1", listener.getsockname()[1])
    assert (found.outcome, found.detail) == ("ok", "")
    assert found.seconds < 2


def test_tells_a_server_that_speaks_something_else() -> None:
    with tcp_server(lambda _: [b"HTTP/1.1 400 Bad Request\r\n\r\n"], framed=False) as port:
        assert ask_tcp("127.0.0.1", NAME, port=port).outcome == "error"


def test_tells_an_address_that_cannot_be() -> None:
    assert connect_tcp("not an address", 1).outcome == "error"


@given(st.binary(max_size=64))
def test_takes_no_garbage_for_an_answer(garbage: bytes) -> None:
    with pytest.raises(GarbageError):
        outcome_of(query(NAME, 7), b"\xff\xff" + garbage)
