import threading
from http.client import HTTPConnection

import pytest

from bot.health import ASK_S, AWAY_S, Absence, HealthServer, TextPage


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Socket:
    """A socket that is away, and Slack, which is there or not; counts how often Slack is asked."""

    def __init__(self) -> None:
        self.open = False
        self.slack = True
        self.asked = threading.Semaphore(0)

    def is_open(self) -> bool:
        return self.open

    def reached(self) -> bool:
        self.asked.release()
        return self.slack


def settled(absence: Absence) -> bool:
    """What it says once Slack has answered."""
    absence.is_over()
    for thread in threading.enumerate():
        if thread.name == "reached":
            thread.join(10)
    return absence.is_over()


def absence_of(socket: Socket, clock: Clock) -> Absence:
    return Absence(socket.is_open, socket.reached, clock)


def test_a_socket_may_be_away_for_a_while() -> None:
    clock, socket = Clock(), Socket()
    absence = absence_of(socket, clock)
    assert settled(absence)
    clock.now = AWAY_S
    assert settled(absence)
    assert not socket.asked.acquire(blocking=False)


def test_a_socket_that_stays_away_while_slack_is_there_is_no_life() -> None:
    clock, socket = Clock(), Socket()
    absence = absence_of(socket, clock)
    settled(absence)
    clock.now = AWAY_S + 1
    assert not settled(absence)
    socket.open = True
    assert absence.is_over()


def test_a_slack_that_is_away_is_no_reason_to_restart() -> None:
    clock, socket = Clock(), Socket()
    socket.slack = False
    absence = absence_of(socket, clock)
    settled(absence)
    clock.now = AWAY_S + 1
    assert settled(absence)
    clock.now += ASK_S / 2
    assert settled(absence)
    assert socket.asked.acquire(blocking=False)
    assert not socket.asked.acquire(blocking=False)  # it is asked once a minute
    socket.slack = True
    clock.now += ASK_S
    assert not settled(absence)


def test_a_socket_that_was_back_meanwhile_begins_anew() -> None:
    clock, socket = Clock(), Socket()
    absence = absence_of(socket, clock)
    settled(absence)
    clock.now = AWAY_S
    socket.open = True
    assert absence.is_over()
    socket.open = False
    clock.now = AWAY_S + 1
    assert settled(absence)
    clock.now = 2 * AWAY_S
    assert settled(absence)


def fetched(server: HealthServer, path: str) -> tuple[int, bytes]:
    line = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def test_serves_each_page_and_names_what_is_wrong() -> None:
    server = HealthServer(
        0,
        alive=lambda: {"pool": True, "slack": False},
        ready=lambda: {"pool": True},
        metrics=TextPage("text/plain", lambda: b"x 1\n"),
        host="127.0.0.1",
    )
    server.start()
    try:
        assert fetched(server, "/healthz") == (503, b'{"pool": true, "slack": false}\n')
        assert fetched(server, "/readyz?verbose")[0] == 200
        assert fetched(server, "/metrics") == (200, b"x 1\n")
        assert fetched(server, "/")[0] == 404
    finally:
        server.stop()


def test_a_page_that_breaks_is_logged_and_not_printed(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> bytes:
        raise LookupError("xoxb-1-2-planted")

    server = HealthServer(0, alive=dict, ready=dict, metrics=TextPage("text/plain", broken), host="127.0.0.1")
    server.start()
    try:
        with pytest.raises(OSError, match="closed connection"):
            fetched(server, "/metrics")
        assert fetched(server, "/healthz")[0] == 200
    finally:
        server.stop()
    assert "a page could not be served" in caplog.text
    assert "planted" not in capfd.readouterr().err
