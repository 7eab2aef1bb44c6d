"""Acks under load: 64 signed commands at once, five times, while the bot sweeps a large cluster."""

import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from bench.child import Child
from bot.standin.carriers import signed
from bot.standin.office import SIGNING_SECRET
from bot.standin.standin import CHANNEL, USER

ROUNDS, AT_ONCE = 5, 64
MOST_P99_S = 0.250
PAUSE_S = 1.0  # between rounds, so that they meet sweeps at different stages
PATIENCE_S = 10.0
ANSWERS_S = 60.0


@dataclass(slots=True)
class _Asked:
    """One command under way."""

    line: socket.socket
    began: float
    seconds: float | None = None
    said: bytearray = field(default_factory=bytearray)


def bench(server: Child) -> bool:
    """Measure and print; whether the bar is met and nothing was lost."""
    with Child("slack") as slack, Child("bot", slack.ready, server.ready) as bot:
        while int(bot.ask("sweeps")) < 1:
            time.sleep(0.05)
        before = int(bot.ask("sweeps"))
        times: list[float] = []
        lost = 0
        for number in range(ROUNDS):
            asked = volley(bot.ready, number)
            good = [a.seconds for a in asked if a.seconds is not None and a.said.startswith(b"HTTP/1.1 200")]
            times += good
            lost += AT_ONCE - len(good)
            time.sleep(PAUSE_S)
        sweeps = int(bot.ask("sweeps")) - before
        answered = _answers(slack, ROUNDS * AT_ONCE - lost)
    p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else float("inf")
    middle = statistics.median(times) if times else float("inf")
    _tell(
        f"acks   {len(times)} of {ROUNDS * AT_ONCE}, {lost} lost, {answered} answered, {sweeps} sweeps ended"
    )
    met = p99 < MOST_P99_S and not lost and answered == ROUNDS * AT_ONCE
    shown = (
        f"median {middle * 1000:.0f} ms, 99th percentile {p99 * 1000:.0f} ms, largest {max(times) * 1000:.0f}"
    )
    _tell(f"       {shown} ms, less than {MOST_P99_S * 1000:.0f}: {'met' if met else 'MISSED'}")
    return met


def volley(url: str, number: int) -> list[_Asked]:
    """Send all commands of a round at once and time each until its answer is whole."""
    parts = urlsplit(url)
    requests = [_request(parts.path, parts.netloc, f"{number}.{index}") for index in range(AT_ONCE)]
    asked: list[_Asked] = []
    with selectors.DefaultSelector() as waiting:
        for request in requests:
            began = time.perf_counter()
            line = socket.create_connection((parts.hostname or "", parts.port or 80))
            line.sendall(request)
            line.setblocking(False)
            asked.append(_Asked(line, began))
            waiting.register(line, selectors.EVENT_READ, asked[-1])
        until = time.perf_counter() + PATIENCE_S
        while waiting.get_map() and time.perf_counter() < until:
            for key, _ in waiting.select(0.1):
                one: _Asked = key.data
                if _ended(one):
                    one.seconds = time.perf_counter() - one.began
                    waiting.unregister(one.line)
    for one in asked:
        one.line.close()
    return asked


def _ended(one: _Asked) -> bool:
    try:
        part = one.line.recv(65_536)
    except OSError:
        return True
    one.said += part
    return not part  # the server closes each connection after its answer


def _request(path: str, host: str, name: str) -> bytes:
    """One signed command, as Slack sends it."""
    fields = {
        "command": "/cilium",
        "text": "status",
        "team_id": "T0STANDIN",
        "user_id": USER,
        "channel_id": CHANNEL,
        "trigger_id": name,
        "response_url": "",
    }
    body = urlencode(fields).encode()
    headers = {
        "Host": host,
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **signed(SIGNING_SECRET, body, int(time.time())),
    }
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"\r\n" + body


def _answers(slack: Child, wanted: int) -> int:
    """How many commands got their report, once all have or the time is up."""
    until = time.perf_counter() + ANSWERS_S
    while (found := int(slack.ask("answers"))) < wanted and time.perf_counter() < until:
        time.sleep(0.1)
    return found


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
