"""The way to Slack that all handlers share: messages, dialogs, the Home tab, files, and who is who."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock

from handlers import web as wire
from handlers.budget import Budget
from handlers.lanes import Lanes
from handlers.letter import PATIENCE_S
from handlers.outbox import Outbox
from handlers.outcome import Outcome, Problem
from handlers.post import Post
from handlers.question import Place
from handlers.remedies import Next, remedy_of, told
from handlers.render.message import Message
from handlers.underway import Underway
from handlers.web import Answer, Refused, Urls, Web

logger = logging.getLogger(__name__)

DEAD_S = 60.0  # so long nothing is tried with a token that Slack called dead


@dataclass(frozen=True, slots=True)
class View:
    """A modal that stands: its id, and the hash that tells whether it was changed meanwhile."""

    id: str
    hash: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: IANA time zone, workspace ("" where not told), and whether they are no full member of it."""

    zone: str
    team: str
    guest: bool


class Chat:
    """One bot's Slack; thread-safe. What Slack refuses is logged in one line, and never raised."""

    def __init__(
        self,
        web: Web,
        urls: Urls,
        *,
        edits: Budget,
        wait: Callable[[float], None],
        underway: Underway | None = None,
    ) -> None:
        """``wait`` sleeps, or returns early when the bot is told to stop."""
        self.web = web
        self.urls = urls
        self.edits = edits
        self.underway = underway
        self.now = edits.clock
        self.lanes = Lanes(self.now)
        self.outbox = Outbox(self.now, self.sleep)
        self.fault = ""  # Slack's word for a token that is dead: nothing can be posted
        self._wait = wait
        self._again_at = 0.0
        self._lock = Lock()

    def at(self, place: Place) -> Post:
        """A message at that place, not there yet."""
        return Post(self, place)

    def whisper(self, place: Place, message: Message) -> None:
        """Tell only the person who asked, beside whatever stands in the channel."""
        Post(self, replace(place, quiet=True, message_ts=None)).finish(message)

    def edit(self, channel: str, ts: str, message: Message, *, patience_s: float = PATIENCE_S) -> Outcome:
        """Give one of the bot's own messages another content; Problem.GONE when it is no longer there."""
        place = Place(channel=channel, user="", response_url="", message_ts=ts)
        return Post(self, place, routes=("edit",)).finish(message, patience_s=patience_s)

    def permalink(self, channel: str, ts: str) -> str:
        """A link to a message; "" when Slack gives none."""
        found = self._asked("chat.getPermalink", {"channel": channel, "message_ts": ts}, "permalink")
        return found if isinstance(found, str) else ""

    def person(self, user: str) -> Person | None:
        """What Slack knows of somebody; None when it does not tell.

        https://docs.slack.dev/reference/objects/user-object
        """
        known = self._asked("users.info", {"user": user}, "user")
        if not isinstance(known, Mapping):
            return None
        strange = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
        return Person(
            zone=str(known.get("tz") or ""),
            team=str(known.get("team_id") or ""),
            guest=any(known.get(name) is True for name in strange),
        )

    def dm(self, user: str) -> str:
        """The id of the direct message with a person; "" when Slack opens none."""
        try:
            channel = self._calmly(lambda: self.call("conversations.open", {"users": user})).get("channel")
        except Refused as error:
            self._log(error, "conversations.open", user)
            return ""
        return str(channel.get("id") or "") if isinstance(channel, Mapping) else ""

    def open_view(self, trigger_id: str, view: Mapping[str, object]) -> View | None:
        """Open a modal for a gesture not older than three seconds; None when Slack did not."""
        return self._view("views.open", {"trigger_id": trigger_id, "view": dict(view)})

    def update_view(self, view: View, content: Mapping[str, object]) -> View | None:
        """Show something else in a modal; None when it was closed or changed meanwhile.

        An empty hash updates it however it was changed.
        """
        unchanged = {"hash": view.hash} if view.hash else {}
        return self._view("views.update", {"view_id": view.id, "view": dict(content), **unchanged})

    def publish_home(self, user: str, view: Mapping[str, object]) -> bool:
        """Show a person their Home tab; False when Slack did not."""
        return self._view("views.publish", {"user_id": user, "view": dict(view)}) is not None

    def upload(
        self, channel: str, thread_ts: str | None, name: str, content: bytes, *, title: str, alt: str
    ) -> Outcome:
        """Share a file in a channel that the bot is a member of, in three steps; ``alt`` says what it shows.

        https://docs.slack.dev/messaging/working-with-files
        """
        announced: dict[str, object] = {"filename": name, "length": len(content), "alt_txt": alt}
        try:
            got = self._calmly(lambda: self._ask("files.getUploadURLExternal", announced))
            wire.send(self.urls, str(got.get("upload_url")), content)
            shared: dict[str, object] = {
                "files": [{"id": str(got.get("file_id")), "title": title}],
                "channel_id": channel,
                **({"thread_ts": thread_ts} if thread_ts else {}),
            }
            self._calmly(lambda: self.call("files.completeUploadExternal", shared))
        except Refused as error:
            self._log(error, "a file", channel)
            return Outcome(problem=remedy_of(error).problem, code=error.code, needed=error.needed)
        return Outcome(how="post", channel=channel)

    def died(self, code: str) -> None:
        """The token is good no more, says Slack: nothing is sent with it for a while."""
        with self._lock:
            self.fault, self._again_at = code, self.now() + DEAD_S

    def call(self, method: str, body: dict[str, object]) -> Answer:
        """Post to a method that writes. Raises Refused."""
        return self._alive(lambda: wire.call(self.web, method, body))

    def sleep(self, seconds: float) -> bool:
        """Whether so long has passed; False when the bot is told to stop."""
        until = self.now() + seconds
        self._wait(seconds)
        return self.now() >= until - 0.05

    def _ask(self, method: str, params: dict[str, object]) -> Answer:
        return self._alive(lambda: wire.ask(self.web, method, params))

    def _asked(self, method: str, params: dict[str, object], field: str) -> object:
        """One field of what a method that reads answers, None when it is refused."""
        try:
            return self._calmly(lambda: self._ask(method, params)).get(field)
        except Refused as error:
            self._log(error, method, next(map(str, params.values())))
            return None

    def _alive(self, send: Callable[[], Answer]) -> Answer:
        """Send with a token that lives; one that died is tried again after a while, not by everybody."""
        with self._lock:
            if self.fault and self.now() < self._again_at:
                raise Refused(self.fault)
        try:
            answer = send()
        except Refused as error:
            if remedy_of(error).problem is Problem.TOKEN:
                self.died(error.code)
            raise
        self.fault = ""
        return answer

    def _calmly(self, send: Callable[[], Answer]) -> Answer:
        """Send, and once more when Slack wants to be waited for, and not for long."""
        try:
            return send()
        except Refused as error:
            pause_s = error.retry_after_s or 1.0
            if remedy_of(error).next is not Next.WAIT or pause_s > PATIENCE_S or not self.sleep(pause_s):
                raise
        return send()

    def _view(self, method: str, body: dict[str, object]) -> View | None:
        try:
            stands = self.call(method, body).get("view")
        except Refused as error:
            self._log(error, method, "a view")
            return None
        found = stands if isinstance(stands, Mapping) else {}
        return View(str(found.get("id") or ""), str(found.get("hash") or ""))

    def _log(self, error: Refused, way: str, where: str) -> None:
        logger.log(*told(error, way, where))
