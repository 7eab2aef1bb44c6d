"""Logging that never shows a credential, wherever the text came from, and says which request a line is of."""

import json
import logging
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, ParamSpec, TextIO, TypeVar

HIDDEN = "[hidden]"
CREDENTIALS = re.compile(
    r"""
      \bxox[a-z](?:\.xox[a-z])?-[\w.-]+                          # Slack: bot, user and refresh tokens
    | \bxapp-[\w-]+                                              # Slack: app-level tokens
    | (?<=hooks\.slack\.com/)[\w/.-]+                            # a response_url serves for half an hour
    | (?<=ticket=)[\w-]{8,}                                      # a socket's address
    | \b(?:AKIA|ASIA)[A-Z0-9]{12,}                               # AWS's key ids
    | \bk8s-aws-v1\.[\w-]+                                       # EKS tokens
    | (?i:(?<=x-amz-signature=)|(?<=x-amz-security-token=))[\w%/+=-]+  # presigned URLs
    | \beyJ[\w-]{8,}\.[\w-]+\.[\w-]*                             # service accounts' tokens
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                            # user and password of a URL
    | (?i:(?<=authorization)["']?\s*[:=]\s*["']?(?:\w+\s+)?[^\s"',}]+)
    | (?i:(?<=bearer)\s+[^\s"',}]{8,})
    """,
    re.VERBOSE,
)
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
LogForm = Literal["text", "json"]

P = ParamSpec("P")
T = TypeVar("T")

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**facts: str) -> Iterator[None]:
    """Let every line of the block, and of what is carried from it into other threads, tell this."""
    token = _ABOUT.set({**_ABOUT.get(), **facts})
    try:
        yield
    finally:
        _ABOUT.reset(token)


@contextmanager
def request() -> Iterator[str]:
    """Give the block a short id, unless it is part of a request that has one; the id."""
    mine = _ABOUT.get().get("request") or secrets.token_hex(4)
    with about(request=mine):
        yield mine


def in_request(task: Callable[P, T]) -> Callable[P, T]:
    """The task as part of the request of whoever calls this; without one it is one of its own."""
    context = copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with request():
            return task(*args, **kwargs)

    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        return context.copy().run(run, *args, **kwargs)

    return carried


class Redacting(logging.Formatter):
    """Formats a record, traceback included, and hides what looks like a credential or is a known secret.

    One line is one event: an untrusted text can neither end nor begin one, and tracebacks are indented.
    """

    def __init__(self, secrets: Iterable[str] = (), form: LogForm = "text") -> None:
        """``secrets`` have no shape of their own, such as a signing secret."""
        super().__init__(FORMAT)
        self._secrets = sorted((secret for secret in secrets if len(secret) >= 4), key=len, reverse=True)
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """The record without credentials."""
        said, error = self._said(record), self._error(record)
        facts = _ABOUT.get()
        if self._form == "json":
            return self._json(record, said, error, facts)
        when = self.formatTime(record)
        whose = " ".join(facts[name] for name in ("request", "cluster") if name in facts)
        line = f"{when} {record.levelname} {record.name}: {said}{f' [{self._hide(whose)}]' if whose else ''}"
        return "\n".join((CONTROL.sub(_shown, line), *(f"  | {CONTROL.sub(_shown, one)}" for one in error)))

    def _json(
        self, record: logging.LogRecord, said: str, error: Iterable[str], facts: Mapping[str, str]
    ) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said,
            **{name: self._hide(fact) for name, fact in facts.items()},
        }
        told = "\n".join(error)
        return json.dumps({**event, **({"error": told} if told else {})})

    def _said(self, record: logging.LogRecord) -> str:
        return self._hide(record.getMessage())

    def _error(self, record: logging.LogRecord) -> list[str]:
        traceback = self.formatException(record.exc_info) if record.exc_info else ""
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return self._hide("\n".join(filter(None, (traceback, stack)))).splitlines()

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return CREDENTIALS.sub(HIDDEN, text)


def _shown(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


def configure(
    secrets: Iterable[str] = (),
    *,
    out: TextIO = sys.stderr,
    level: int = logging.INFO,
    form: LogForm = "text",
) -> None:
    """Send every log line through Redacting, uncaught errors of threads and warnings included."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(Redacting(secrets, form))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for chatty in ("slack_bolt", "slack_sdk", "apscheduler", "botocore", "urllib3", "kubernetes"):
        logging.getLogger(chatty).setLevel(
            logging.WARNING
        )  # at INFO Bolt logs whole bodies that fail to verify
    threading.excepthook = _log_uncaught


def _log_uncaught(uncaught: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("a thread ended by an error", exc_info=uncaught.exc_value)
