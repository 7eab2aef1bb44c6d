import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest

from bot import logs
from bot.logs import LogForm
from checks.collect.source import SourceError
from handlers.dispatch import command_answer
from tests.bot.fakes import HandSweep, command, serving

PLANTED = [
    "xoxb-12345-67890-AbCdEf",
    "xoxe.xoxb-1-MS0yLTExMTEx",
    "xapp-1-A0B1-2345-deadbeef",
    "https://hooks.slack.com/commands/T1/22/AbCdEfGh",
    "Authorization: Bearer abcdefgh12345678",
    "'Authorization': 'Basic dXNlcjpwYXNz'",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "k8s-aws-v1.aHR0cHM6Ly9zdHM",
    "redis://:hunter2@redis:6379/0",
    "AKIAIOSFODNN7EXAMPLE",
    "a-signing-secret-without-a-shape",
    'a "quoted"\nsecret',
    "wss://wss-primary.slack.com/link/?ticket=12345678-t1cket&app_id=1",
    "https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Security-Token=IQoJb3%2FpZ2lu%3D&X-Amz-Signature=0a1b",
]


@contextmanager
def writing(form: LogForm = "text") -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    out = io.StringIO()
    logs.configure(["a-signing-secret-without-a-shape", 'a "quoted"\nsecret'], out=out, form=form)
    try:
        yield out
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        threading.excepthook = hook
        logging.captureWarnings(False)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    with writing() as out:
        yield out


@pytest.fixture
def events() -> Iterator[Callable[[], list[dict[str, str]]]]:
    with writing("json") as out:
        yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("planted", PLANTED)
def test_no_line_shows_a_credential(planted: str, written: io.StringIO) -> None:
    logger = logging.getLogger("bot.anything")
    logger.warning("said %s", planted)
    try:
        raise ValueError(planted)
    except ValueError:
        logger.exception("failed")
    secret = planted.rpartition("/")[2] if "hooks" in planted else planted
    parts = (
        "abcdefgh12345678",
        "dXNlcjpwYXNz",
        "hunter2",
        "MS0yLTExMTEx",
        "IQoJb3",
        "0a1b",
        "t1cket",
        "quoted",
    )
    for part in (secret, *parts):
        assert part not in written.getvalue()
    assert logs.HIDDEN in written.getvalue()


def test_ordinary_lines_stay_as_they_are(written: io.StringIO) -> None:
    logging.getLogger("bot").info("read http://10.0.0.1:6443/api/v1/pods for shop/api-7c9 at 12:00:01")
    assert "read http://10.0.0.1:6443/api/v1/pods for shop/api-7c9 at 12:00:01" in written.getvalue()


def test_an_error_that_ends_a_thread_is_logged_without_its_secrets(written: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError("xoxb-1-2-abc")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "a thread ended by an error" in written.getvalue()
    assert "xoxb-1" not in written.getvalue()


@pytest.mark.parametrize("planted", PLANTED)
def test_no_json_line_shows_a_credential(planted: str, events: Callable[[], list[dict[str, str]]]) -> None:
    logger = logging.getLogger("bot.anything")
    try:
        raise ValueError(planted)
    except ValueError:
        with logs.about(cluster=planted):
            logger.exception("said %s", planted)
    [event] = events()
    assert planted not in "".join(event.values())
    assert logs.HIDDEN in event["message"]
    assert logs.HIDDEN in event["error"]
    assert logs.HIDDEN in event["cluster"]


def test_an_event_in_json_has_its_time_level_logger_request_and_cluster(
    events: Callable[[], list[dict[str, str]]],
) -> None:
    with logs.request() as mine, logs.about(cluster="shop"):
        logging.getLogger("bot.sweeps").warning("slow: %s", "aws")
    logging.getLogger("bot").info("outside")
    inside, outside = events()
    assert datetime.fromisoformat(inside.pop("time")).utcoffset() is not None
    assert inside == {
        "level": "WARNING",
        "logger": "bot.sweeps",
        "message": "slow: aws",
        "request": mine,
        "cluster": "shop",
    }
    assert "request" not in outside


def test_an_untrusted_text_forges_no_event(written: io.StringIO) -> None:
    forged = "x\n2026-11-23 04:00:00,000 ERROR bot: stolen\r\x1b[2J\u2028y"
    logging.getLogger("bot").warning("a pod named %s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("bot").exception("failed")
    first, second, *traceback = written.getvalue().rstrip("\n").split("\n")
    assert first.endswith("\\n2026-11-23 04:00:00,000 ERROR bot: stolen\\r\\x1b[2J\\u2028y")
    assert second.endswith("failed")
    assert all(line.startswith("  | ") for line in traceback)


def test_a_request_is_carried_into_other_threads_and_ends_with_its_block(written: io.StringIO) -> None:
    logger = logging.getLogger("bot")
    with ThreadPoolExecutor(1) as threads:
        with logs.request() as mine:
            carried = logs.in_request(logger.warning)
            with logs.request() as same:
                assert same == mine
        threads.submit(carried, "carried").result()
        threads.submit(logger.warning, "alone").result()
        threads.submit(logs.in_request(logger.warning), "another").result()
    first, alone, another = written.getvalue().splitlines()
    assert first.endswith(f"carried [{mine}]")
    assert alone.endswith("alone")
    assert mine not in another
    assert another.endswith("]")


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_log_nor_channel_shows_what_an_error_carries(form: LogForm) -> None:
    """Slack's words, an exception of ours and one of the cluster's, an address: each with a token in it."""
    planted = "xoxb-1-2-AbCd, https://user:hunter2@host/x?X-Amz-Signature=0a1b, Bearer abcdefgh12345678"
    sweep = HandSweep()
    with writing(form) as written, serving(("shop", sweep)) as (bot, slack):
        for number, error in enumerate((ValueError(planted), SourceError("no cluster there"))):
            sweep.error = error
            slack.refuse("chat.postMessage", planted, times=2)
            asked = command(slack, trigger=f"{number}.1", response_url=f"{slack.url}/respond/xoxb-1-2-AbCd")
            command_answer(asked, bot.pool, bot.desk)
            assert bot.pool.idle(10)
        shown = json.dumps([body for _, body in slack.calls])
    for part in ("AbCd", "hunter2", "0a1b", "abcdefgh12345678"):
        assert part not in written.getvalue()
        assert part not in shown
    assert logs.HIDDEN in written.getvalue()
