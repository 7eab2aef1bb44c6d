"""Logging that never shows a credential, wherever the text came from."""

import logging
import re
import sys
import threading
from collections.abc import Iterable
from typing import TextIO

HIDDEN = "[hidden]"
CREDENTIALS = re.compile(
    r"""
      \bxox[a-z](?:\.xox[a-z])?-[\w.-]+                          # Slack: bot, user and refresh tokens
    | \bxapp-[\w-]+                                              # Slack: app-level tokens
    | (?<=hooks\.slack\.com/)[\w/.-]+                            # a response_url serves for half an hour
    | \bk8s-aws-v1\.[\w-]+                                       # EKS tokens
    | \beyJ[\w-]{8,}\.[\w-]+\.[\w-]*                             # service accounts' tokens
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                            # user and password of a URL
    | (?i:(?<=authorization)["']?\s*[:=]\s*["']?(?:\w+\s+)?[^\s"',}]+)
    | (?i:(?<=bearer)\s+[^\s"',}]{8,})
    """,
    re.VERBOSE,
)
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Redacting(logging.Formatter):
    """Formats a record, traceback included, and hides what looks like a credential or is a known secret."""

    def __init__(self, form: str, secrets: Iterable[str] = ()) -> None:
        """``secrets`` have no shape of their own, such as a signing secret."""
        super().__init__(form)
        self._secrets = sorted((secret for secret in secrets if len(secret) >= 4), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without credentials."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return CREDENTIALS.sub(HIDDEN, text)


def configure(secrets: Iterable[str] = (), *, out: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send every log line through Redacting, uncaught errors of threads and warnings included."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(Redacting(FORMAT, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for chatty in ("slack_bolt", "slack_sdk", "apscheduler", "botocore", "urllib3", "kubernetes"):
        logging.getLogger(chatty).setLevel(
            logging.WARNING
        )  # at INFO Bolt logs whole bodies that fail to verify
    threading.excepthook = _log_uncaught


def _log_uncaught(uncaught: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("a thread ended by an error", exc_info=uncaught.exc_value)
