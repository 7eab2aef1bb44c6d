"""What Slack hands out with a payload and takes back later: triggers and response URLs.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from bot.standin.refusals import Limits, Refused, check_message
from bot.standin.values import blocks_of, flag, text_of
from bot.standin.workspace import BOT, Message, Workspace

TRIGGER_S = 3.0  # and it serves once
RESPONSE_S = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class _Trigger:
    user: str
    until: float
    used: bool = False


@dataclass(slots=True)
class _Url:
    """One response URL: ``source`` is the message that was clicked, ``last`` the one posted through it."""

    channel: str
    user: str
    until: float
    source: str | None
    last: str | None = None
    uses: int = 0
    lock: Lock = field(default_factory=Lock)


class Callbacks:
    """Triggers and response URLs of one workspace."""

    def __init__(self, workspace: Workspace, limits: Limits, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds."""
        self._workspace = workspace
        self._limits = limits
        self._clock = clock
        self._triggers: dict[str, _Trigger] = {}
        self._urls: dict[str, _Url] = {}

    def trigger(self, user: str) -> str:
        """A trigger for a person's gesture."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[name] = _Trigger(user, self._clock() + TRIGGER_S)
        return name

    def use_trigger(self, name: str) -> str:
        """The person whose gesture it was. Raises Refused when it is unknown, too old or spent."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if self._clock() > trigger.until:
            raise Refused("expired_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        trigger.used = True
        return trigger.user

    def response_path(self, channel: str, user: str, source: str | None = None) -> str:
        """A path to answer a gesture by."""
        name = secrets.token_urlsafe(18)
        self._urls[name] = _Url(channel, user, self._clock() + RESPONSE_S, source)
        return f"/response/{name}"

    def respond(self, name: str, body: Mapping[str, object]) -> None:
        """Take what was posted to a response URL. Raises Refused."""
        url = self._urls.get(name)
        if url is None:
            raise Refused("invalid_url")
        with url.lock:
            if self._clock() > url.until:
                raise Refused("expired_url")
            if url.uses >= RESPONSE_USES:
                raise Refused("used_url")
            self._limits.post(url.channel)
            self._apply(url, body)
            url.uses += 1

    def _apply(self, url: _Url, body: Mapping[str, object]) -> None:
        target = url.source or url.last
        standing = self._workspace.message(url.channel, target) if target else None
        if flag(body, "delete_original"):
            if url.source is None or standing is None:  # there is no original of a command
                raise Refused("invalid_request")
            self._workspace.remove(standing)
            return
        text, blocks = text_of(body, "text"), blocks_of(body)
        check_message(text, blocks)
        if flag(body, "replace_original") and standing is not None:
            self._workspace.edit(standing, text, blocks)
            return
        everybody = text_of(body, "response_type") == "in_channel"
        posted = self._workspace.put(
            Message(
                channel=url.channel,
                ts=self._workspace.stamp(),
                user=BOT,
                text=text,
                blocks=blocks,
                thread_ts=text_of(body, "thread_ts") or None,
                only_for=None if everybody else url.user,
            )
        )
        url.last = posted.ts
