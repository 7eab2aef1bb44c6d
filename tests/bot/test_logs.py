import io
import logging
import threading
from collections.abc import Iterator

import pytest

from bot import logs

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
    "a-signing-secret-without-a-shape",
]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    out = io.StringIO()
    logs.configure(["a-signing-secret-without-a-shape"], out=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    threading.excepthook = hook
    logging.captureWarnings(False)


@pytest.mark.parametrize("planted", PLANTED)
def test_no_line_shows_a_credential(planted: str, written: io.StringIO) -> None:
    logger = logging.getLogger("bot.anything")
    logger.warning("said %s", planted)
    try:
        raise ValueError(planted)
    except ValueError:
        logger.exception("failed")
    secret = planted.rpartition("/")[2] if "hooks" in planted else planted
    for part in (secret, "abcdefgh12345678", "dXNlcjpwYXNz", "hunter2", "MS0yLTExMTEx"):
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
