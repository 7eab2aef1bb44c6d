import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue

import pytest

from bot.clusters import Cluster, recorded
from bot.serve import CannotServe, Door, HttpDoor, await_end, run
from bot.settings import Access, RunSettings, Secret
from bot.standin.standin import CHANNEL, USER, Standin
from bot.store import MemoryStore
from tests.bot.fakes import HandSweep

RECORDINGS = Path(__file__).parents[1] / "recordings"


@contextmanager
def running(
    standin: Standin, cluster: Cluster, *, http_port: int | None = None, metrics_port: int | None = None
) -> Iterator[Sequence[Door]]:
    """`cilium-bot run` without the process."""
    settings = RunSettings(
        slack=standin.settings(http_port=http_port),
        access=Access(),
        recording=None,
        redis_url=None,
        digests=(),
        metrics_port=metrics_port,
    )
    stop = threading.Event()
    ready: Queue[Sequence[Door]] = Queue()
    served = threading.Thread(
        target=run,
        args=(settings, (cluster,), MemoryStore(), stop),
        kwargs={"every_s": 0.05, "ready": ready.put},
    )
    served.start()
    try:
        yield ready.get(timeout=10)
    finally:
        stop.set()
        served.join(40)
        assert not served.is_alive()


def test_serves_socket_mode_from_the_ack_to_the_report() -> None:
    cluster = recorded(RECORDINGS / "phase1_native")
    with Standin() as standin, running(standin, cluster):
        assert standin.wait_connected()
        asked = standin.command(USER, CHANNEL, "status")
        assert asked.error is None
        report = standin.wait_message(lambda message: message.text.startswith("Critical:"))
        assert "14 nodes reachable" in report.text
        again = standin.click(report, "check_again")
        assert again.error is None
        assert standin.wait_for(lambda: len(standin.calls("chat.update")) >= 2)


def test_acks_in_time_while_slack_takes_a_connection_away() -> None:
    with Standin() as standin, running(standin, recorded(RECORDINGS / "healthy_eni")):
        assert standin.wait_connected()
        assert standin.command(USER, CHANNEL, "help").error is None
        standin.sockets.disconnect("refresh_requested")
        assert standin.wait_for(lambda: len(standin.calls("apps.connections.open")) == 2)
        assert standin.wait_connected()
        assert standin.command(USER, CHANNEL, "help").error is None


def test_serves_signed_http() -> None:
    cluster = recorded(RECORDINGS / "healthy_eni")
    with Standin() as standin, running(standin, cluster, http_port=0) as doors:
        assert isinstance(doors[0], HttpDoor)
        assert doors[0].server is not None
        standin.deliver_to(f"http://127.0.0.1:{doors[0].server.port}/slack/events")
        assert standin.command(USER, CHANNEL, "status").error is None
        standin.wait_message(lambda message: message.text.startswith("Healthy:"))


def test_answers_by_the_response_url_in_a_channel_it_is_not_in() -> None:
    cluster = recorded(RECORDINGS / "healthy_eni")
    with Standin() as standin, running(standin, cluster):
        assert standin.wait_connected()
        standin.refuse("chat.postMessage", "not_in_channel", times=9)
        assert standin.command(USER, CHANNEL, "status").error is None
        standin.wait_message(lambda message: message.text.startswith("Healthy:"))


def test_readiness_follows_slack_and_liveness_does_not() -> None:
    with Standin() as standin:
        settings = RunSettings(
            slack=standin.settings(),
            access=Access(),
            recording=None,
            redis_url=None,
            digests=(),
            metrics_port=None,
        )
        from bot import serve
        from bot.app import build_app

        bot = build_app(settings.slack, [Cluster("shop", HandSweep())], MemoryStore())
        door = serve.SocketDoor(bot, settings.slack)
        health = serve._health(0, bot, (door,))
        assert health is not None

        def status(path: str) -> int:
            connection = HTTPConnection("127.0.0.1", health.port, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse().status
            connection.close()
            return answer

        assert (status("/healthz"), status("/readyz"), status("/")) == (200, 503, 404)
        assert status("/metrics") == 200
        door.open(threading.Event())
        assert standin.wait_connected()
        assert status("/readyz") == 200
        door.close()
        bot.stop(1)
        assert (status("/healthz"), status("/readyz")) == (503, 503)
        health.stop()


def test_dead_credentials_end_it_with_one_line() -> None:
    with Standin() as standin:
        slack = replace(standin.settings(), app_token=Secret("xapp-of-somebody-else"))
        settings = RunSettings(
            slack=slack, access=Access(), recording=None, redis_url=None, digests=(), metrics_port=None
        )
        with pytest.raises(CannotServe, match="SLACK_APP_TOKEN: invalid_auth"):
            run(settings, (Cluster("shop", HandSweep()),), MemoryStore(), threading.Event())


def test_a_stop_ends_the_wait_for_a_slack_that_is_away() -> None:
    with Standin() as standin:
        slack = replace(standin.settings(), api_url="http://127.0.0.1:1/api/")
    settings = RunSettings(
        slack=slack, access=Access(), recording=None, redis_url=None, digests=(), metrics_port=None
    )
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    run(settings, (Cluster("shop", HandSweep()),), MemoryStore(), stop)


def test_the_process_serves_until_sigterm_and_ends_with_0() -> None:
    with Standin() as standin:
        slack = standin.settings()
        assert slack.app_token is not None
        environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "CILIUM_"))
        }
        environ |= {
            "SLACK_BOT_TOKEN": slack.bot_token.reveal(),
            "SLACK_APP_TOKEN": slack.app_token.reveal(),
            "SLACK_API_URL": standin.api_url,
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "would-switch-bolt-to-oauth",
        }
        command = [sys.executable, "-m", "bot", "run", "--recording", str(RECORDINGS / "healthy_eni")]
        with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert standin.wait_connected(timeout_s=30)
                assert standin.command(USER, CHANNEL, "").error is None
                standin.wait_message(lambda message: message.text.startswith("Healthy:"))
                process.send_signal(signal.SIGTERM)
                _, said = process.communicate(timeout=40)
            finally:
                process.kill()  # one that has ended does not mind; one that hangs must not hang us
        assert process.returncode == 0
    assert "stopping" in said
    assert "Traceback" not in said
    assert slack.bot_token.reveal() not in said


def test_ends_by_a_signal_that_another_thread_got() -> None:
    waiting = threading.Event()

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waiting.set()
            return super().wait(timeout)

    def get_it() -> None:
        waiting.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    stop = Stop()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.set())
    other = threading.Thread(target=get_it)
    other.start()
    try:
        await_end(stop)
    finally:
        other.join()
        signal.signal(signal.SIGUSR1, before)
    assert stop.is_set()
