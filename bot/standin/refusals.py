"""What the stand-in refuses: Slack's own rules, its rate limits, and whatever a test asks for."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Literal

from handlers.render.limits import Fault, message_faults, view_faults

PER_MINUTE = {
    **dict.fromkeys(("usergroups.list", "usergroups.users.list", "reactions.remove"), 20),
    **dict.fromkeys(("apps.connections.open", "chat.update", "chat.delete", "reactions.add"), 50),
    **dict.fromkeys((f"conversations.{what}" for what in ("info", "open", "history", "replies")), 50),
    **dict.fromkeys((f"views.{what}" for what in ("open", "push", "update", "publish")), 100),
    **dict.fromkeys(("chat.postEphemeral", "users.info", "conversations.members"), 100),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal"), 100),
}
"""The tiers of methods in calls a minute: https://docs.slack.dev/apis/web-api/rate-limits."""
BURST_POSTS = 5  # Slack promises one a second for each channel, and tolerates short bursts


class Refused(Exception):
    """A method's error: Slack's word for it, with what else the answer carries."""

    def __init__(
        self,
        error: str,
        *,
        faults: Sequence[Fault] = (),
        told: Sequence[str] = (),
        retry_after_s: int | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """``faults`` and ``told`` go into response_metadata; ``retry_after_s`` makes it an HTTP 429.

        ``more`` are further fields of the answer.
        """
        super().__init__(error)
        self.error = error
        self.retry_after_s = retry_after_s
        self.more = more or {}
        self.messages = (*told, *(f"[ERROR] {f.rule} [json-pointer:{f.pointer}]" for f in faults))

    def body(self) -> dict[str, object]:
        """The answer's JSON."""
        body: dict[str, object] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


def check_message(text: str, blocks: Sequence[object]) -> None:
    """Raise Refused for a message that Slack would not take."""
    faults = message_faults(blocks, text)
    if faults:
        first = faults[0].error
        raise Refused(first, faults=[fault for fault in faults if fault.error == first])


def check_view(view: Mapping[str, object]) -> None:
    """Raise Refused for a view that Slack would not take."""
    faults = view_faults(view)
    if faults:
        word = "invalid_arguments" if faults[0].error == "invalid_blocks" else faults[0].error
        raise Refused(word, faults=faults)


@dataclass(frozen=True, slots=True)
class Mood:
    """How one call goes wrong on purpose.

    refuse: ``word`` is the error. limit: 429 for ``number`` seconds. page: HTML with HTTP status ``number``.
    drop: the connection ends unanswered. lose: it ends after the call took effect.
    """

    kind: Literal["refuse", "limit", "page", "drop", "lose"]
    word: str = ""
    number: int = 0


@dataclass(slots=True)
class Moods:
    """The moods that wait for their calls, by method."""

    _waiting: dict[str, deque[Mood]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, method: str, mood: Mood, times: int = 1) -> None:
        """Let the next calls of a method go that way."""
        with self._lock:
            self._waiting.setdefault(method, deque()).extend([mood] * times)

    def take(self, method: str) -> Mood | None:
        """The mood of this call."""
        with self._lock:
            waiting = self._waiting.get(method)
            return waiting.popleft() if waiting else None


class Limits:
    """Slack's rate limits as token buckets; ``on`` may be switched at any time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds."""
        self.on = True
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def post(self, channel: str) -> None:
        """One more message into a channel. Raises Refused."""
        self._take(f"post {channel}", BURST_POSTS, 1.0)

    def call(self, method: str) -> None:
        """One more call of a method. Raises Refused."""
        most = PER_MINUTE.get(method)
        if most is not None:
            self._take(method, most, most / 60)

    def _take(self, key: str, most: float, per_s: float) -> None:
        if not self.on:
            return
        with self._lock:
            now = self._clock()
            left, at = self._buckets.get(key, (most, now))
            left = min(most, left + max(0.0, now - at) * per_s)
            if left < 1:
                self._buckets[key] = (left, now)
                raise Refused("ratelimited", retry_after_s=ceil((1 - left) / per_s))
            self._buckets[key] = (left - 1, now)
