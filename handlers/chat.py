"""Puts messages where people see them, by whichever way Slack lets through, and edits them in place."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from handlers import web as wire
from handlers.budget import Budget
from handlers.outcome import Outcome, Problem, Route
from handlers.question import Place
from handlers.remedies import Next, remedy_of, told
from handlers.render.message import Message, plainer
from handlers.web import Refused, Urls, Web

logger = logging.getLogger(__name__)

MOST_TRIES = 6
LONGEST_WAIT_S = 60.0  # Slack asks for seconds; more than this and the answer is no longer wanted
PATIENCE_S = 8.0
"""So long a worker waits for Slack's leave; then the message waits alone, and the worker goes on."""


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
    """The way to Slack that all handlers share."""

    def __init__(self, web: Web, urls: Urls, *, edits: Budget, wait: Callable[[float], None]) -> None:
        """``wait`` sleeps, or returns early when the bot is told to stop."""
        self.web = web
        self.urls = urls
        self.edits = edits
        self.wait = wait

    def at(self, place: Place) -> "Post":
        """A message at that place, not there yet."""
        return Post(self, place)

    def whisper(self, place: Place, message: Message) -> None:
        """Tell only the person who asked, beside whatever stands in the channel; a failure is logged."""
        Post(self, replace(place, quiet=True, message_ts=None)).finish(message)

    def edit(self, channel: str, ts: str, message: Message, *, patience_s: float = PATIENCE_S) -> Outcome:
        """Give one of the bot's own messages another content; Problem.GONE when it is no longer there."""
        place = Place(channel=channel, user="", response_url="", message_ts=ts)
        return Post(self, place, routes=("edit",)).finish(message, patience_s=patience_s)

    def permalink(self, channel: str, ts: str) -> str:
        """A link to a message; "" when Slack gives none. https://docs.slack.dev/reference/methods/chat.getPermalink"""
        params: dict[str, object] = {"channel": channel, "message_ts": ts}
        try:
            return str(wire.ask(self.web, "chat.getPermalink", params).get("permalink") or "")
        except Refused as error:
            self._log(error, "chat.getPermalink", channel)
            return ""

    def open_view(self, trigger_id: str, view: Mapping[str, object]) -> View | None:
        """Open a modal for a gesture not older than three seconds; None when Slack did not (logged)."""
        return self._view("views.open", {"trigger_id": trigger_id, "view": dict(view)})

    def update_view(self, view: View, content: Mapping[str, object]) -> View | None:
        """Show something else in a modal; None when it was closed or changed meanwhile, which is logged.

        An empty hash updates it however it was changed.
        """
        unchanged = {"hash": view.hash} if view.hash else {}
        return self._view("views.update", {"view_id": view.id, "view": dict(content), **unchanged})

    def publish_home(self, user: str, view: Mapping[str, object]) -> bool:
        """Show a person their Home tab; False when Slack did not, which is logged."""
        return self._view("views.publish", {"user_id": user, "view": dict(view)}) is not None

    def dm(self, user: str) -> str:
        """The id of the direct message with a person; "" when Slack opens none, which is logged."""
        try:
            answer = wire.call(self.web, "conversations.open", {"users": user})
        except Refused as error:
            self._log(error, "conversations.open", user)
            return ""
        channel = answer.get("channel")
        return str(channel.get("id") or "") if isinstance(channel, Mapping) else ""

    def person(self, user: str) -> Person | None:
        """What Slack knows of somebody; None when it does not tell, which is logged.

        https://docs.slack.dev/reference/objects/user-object
        """
        try:
            found = wire.ask(self.web, "users.info", {"user": user}).get("user")
        except Refused as error:
            self._log(error, "users.info", user)
            return None
        known = found if isinstance(found, Mapping) else {}
        strange = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
        return Person(
            zone=str(known.get("tz") or ""),
            team=str(known.get("team_id") or ""),
            guest=any(known.get(name) is True for name in strange),
        )

    def members(self, group: str) -> frozenset[str] | None:
        """The people of a user group by id; None when Slack does not tell, which is logged.

        It may be asked some twenty times a minute: keep what it says.
        """
        try:
            found = wire.ask(self.web, "usergroups.users.list", {"usergroup": group}).get("users")
        except Refused as error:
            self._log(error, "usergroups.users.list", group)
            return None
        return frozenset(map(str, found)) if isinstance(found, Sequence) else None

    def upload(
        self, channel: str, thread_ts: str | None, name: str, content: bytes, *, title: str, alt: str
    ) -> Outcome:
        """Share a file in a channel that the bot is a member of, in three steps; ``alt`` says what it shows.

        https://docs.slack.dev/messaging/working-with-files
        """
        announced: dict[str, object] = {"filename": name, "length": len(content), "alt_txt": alt}
        try:
            got = wire.ask(self.web, "files.getUploadURLExternal", announced)
            wire.send(self.urls, str(got.get("upload_url")), content)
            file = {"id": str(got.get("file_id")), "title": title}
            shared: dict[str, object] = {"files": [file], "channel_id": channel}
            shared |= {"thread_ts": thread_ts} if thread_ts else {}
            wire.call(self.web, "files.completeUploadExternal", shared)
        except Refused as error:
            self._log(error, "a file", channel)
            return Outcome(problem=remedy_of(error).problem, code=error.code, needed=error.needed)
        return Outcome(how="post", channel=channel)

    def _view(self, method: str, body: dict[str, object]) -> View | None:
        try:
            stands = wire.call(self.web, method, body).get("view")
        except Refused as error:
            self._log(error, method, "a view")
            return None
        found = stands if isinstance(stands, Mapping) else {}
        return View(str(found.get("id") or ""), str(found.get("hash") or ""))

    def _log(self, error: Refused, way: str, where: str) -> None:
        logger.log(*told(error, way, where))


class Post:
    """One message: shown, edited while the work goes on, finished. Used by one thread at a time."""

    def __init__(self, chat: Chat, place: Place, routes: tuple[Route, ...] = ()) -> None:
        """Nothing is sent yet. ``routes`` are the ways to try, the place's own when none are given."""
        self._chat = chat
        self._place = place
        self._channel = place.channel
        self._ts = place.message_ts
        self._replied = False
        self._routes = routes or self._first_routes()

    def progress(self, message: Message) -> None:
        """Show how far the work is. May be dropped; a failure never reaches the caller."""
        route = self._routes[0]
        if self._replied or (route == "edit" and not self._chat.edits.take()):
            return  # a response_url serves five times: the last one is for the answer
        try:
            self._send(route, message)
        except Refused as error:
            logger.info("no progress shown by %s: %s", route, error.code)

    def finish(self, message: Message, *, patience_s: float = PATIENCE_S) -> Outcome:
        """Bring the final message, in the richest form Slack takes, by whichever way."""
        first: Refused | None = None
        for route in self._routes:
            try:
                self._deliver(route, message)
            except Refused as error:
                logger.log(*told(error, f"a message ({route})", self._channel))
                first = first or error
            else:
                stands = route in ("edit", "post")
                return Outcome(how=route, channel=self._channel, ts=(self._ts or "") if stands else "")
        problem = remedy_of(first).problem if first else Problem.REFUSED
        return Outcome(
            problem=problem, code=first.code if first else "", needed=first.needed if first else ""
        )

    def _first_routes(self) -> tuple[Route, ...]:
        if self._place.quiet:
            return ("reply", "whisper")
        return ("post", "reply") if self._ts is None else ("edit", "reply", "post")

    def _deliver(self, route: Route, message: Message) -> None:
        """Send the richest form that Slack takes by this route, waiting when it says to wait."""
        form = message
        # An edit may be sent again; a post whose answer was lost may already stand in the channel.
        again = {Next.WAIT, Next.RESEND, *([Next.AGAIN] if route == "edit" else [])}
        for tried in range(MOST_TRIES):
            try:
                return self._send(route, form)
            except Refused as error:
                then = remedy_of(error).next
                simpler = plainer(form) if then is Next.PLAINER else None
                if simpler is not None:
                    logger.error("Slack refused a form of a message: %s", error.code)
                    form = simpler
                elif then in again and tried < MOST_TRIES - 1:
                    self._chat.wait(min(error.retry_after_s or 2.0**tried / 2, LONGEST_WAIT_S))
                else:
                    raise

    def _send(self, route: Route, message: Message) -> None:
        body: dict[str, object] = {"text": message.text, "unfurl_links": False, "unfurl_media": False}
        body["blocks"] = list(message.blocks)  # an empty list takes the old ones away
        if route == "reply":
            self._reply(body)
        elif route == "edit":
            self._call("chat.update", body | {"channel": self._channel, "ts": self._ts})
        elif route == "post":
            answer = self._call("chat.postMessage", body | self._thread() | {"channel": self._channel})
            self._ts = str(answer.get("ts"))
            self._channel = str(answer.get("channel") or self._channel)
            self._routes = ("edit", "post", "reply")
        else:
            to = {"channel": self._channel, "user": self._place.user}
            self._call("chat.postEphemeral", body | self._thread() | to)

    def _thread(self) -> dict[str, object]:
        if not self._place.thread_ts:
            return {}
        loud: dict[str, object] = {"reply_broadcast": True} if self._place.broadcast else {}
        return {"thread_ts": self._place.thread_ts} | loud

    def _call(self, method: str, body: dict[str, object]) -> wire.Answer:
        return wire.call(self._chat.web, method, body)

    def _reply(self, body: dict[str, object]) -> None:
        shown = {
            "response_type": "ephemeral" if self._place.quiet else "in_channel",
            "replace_original": self._replied or self._place.message_ts is not None,
        }
        wire.respond(self._chat.urls, self._place.response_url, body | shown)
        self._replied = True
        self._routes = ("reply", *(route for route in self._first_routes() if route != "reply"))
