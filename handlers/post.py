"""One message of the bot's: shown, edited while the work goes on, finished by whichever way is open."""

import logging
from dataclasses import replace

from handlers import web as wire
from handlers.letter import PATIENCE_S, Letter, Office
from handlers.outcome import Outcome, Problem, Route
from handlers.question import Place
from handlers.remedies import Next, remedy_of
from handlers.render.message import Message
from handlers.render.words import span
from handlers.web import Refused

logger = logging.getLogger(__name__)


class Post:
    """One message: shown, edited while the work goes on, finished. Used by one thread at a time."""

    def __init__(self, office: Office, place: Place, routes: tuple[Route, ...] = ()) -> None:
        """Nothing is sent yet. ``routes`` are the ways to try, the place's own when none are given."""
        self.office = office
        self.place = place
        self.channel = place.channel
        self.ts = place.message_ts
        self.replied = False
        self.routes = routes or first_routes(place)
        self._shown: tuple[str, str] | None = None

    def progress(self, message: Message) -> None:
        """Show how far the work is. May be dropped; a failure never reaches the caller."""
        route = self.routes[0]
        if self.replied or not self.office.lanes.free(route, self.channel):
            return  # a response_url serves five times: the last one is for the answer
        if route in ("edit", "post") and not self.office.edits.take(first=route == "post"):
            return
        try:
            self.send(route, message)
        except Refused as error:
            if remedy_of(error).next is Next.WAIT:
                self.office.lanes.limited(route, self.channel, error.retry_after_s or 1.0)
            logger.info("no progress shown by %s: %s", route, error.code)
        else:
            self._begin()

    def finish(self, message: Message, *, patience_s: float = PATIENCE_S) -> Outcome:
        """Bring the final message, in the richest form Slack takes, by whichever way.

        Where somebody asked for it and Slack's leave takes longer than ``patience_s``, it is brought "later".
        What nobody asked for is not: it is LIMITED then, was not sent, and its sender may try again.
        """
        outcome = self._finish(message, patience_s)
        if self._shown is not None and self.office.underway is not None:
            self.office.underway.ended(*self._shown)
            self._shown = None
        return outcome

    def _begin(self) -> None:
        """Let it be known that this message shows progress, once it stands."""
        if self._shown is None and self.ts and not self.replied and self.office.underway is not None:
            self._shown = (self.channel, self.ts)
            self.office.underway.began(*self._shown)

    def _finish(self, message: Message, patience_s: float) -> Outcome:
        letter = Letter(self, message)
        self.office.outbox.supersede(letter.key)
        left_s = patience_s
        while isinstance(became := letter.step(), float):
            if became > left_s:
                return self._later(letter, became)
            left_s -= became
            if not self.office.sleep(became):
                return letter.last_step()
        return became

    def _later(self, letter: "Letter", seconds: float) -> Outcome:
        if not self.place.user:
            return letter.lost(Problem.LIMITED)
        if letter.limited and self.office.lanes.tell(self.channel, seconds):
            self._tell(letter, seconds)
        taken = self.office.outbox.take(letter, seconds)
        return Outcome(how="later") if taken else letter.lost(Problem.LIMITED)

    def _tell(self, letter: Letter, seconds: float) -> None:
        """Say once why it is so quiet: at once by an open way, else where the first waits."""
        notice = Message(
            "Slack limits how much I may write here. "
            f"Answers come one by one, the next in about {span(seconds)}; none is lost."
        )
        ways: tuple[Route, ...] = ("post", "whisper") if letter.route == "edit" else ("whisper",)
        for way in ways:
            if self.office.lanes.held(way, self.channel):
                continue
            try:
                return self.send(way, notice, standing=False)
            except Refused as error:
                logger.info("no notice by %s: %s", way, error.code)
        if letter.route == "post":
            beside = Post(self.office, replace(self.place, message_ts=None), routes=("post",))
            self.office.outbox.take(letter.yield_to(Letter(beside, notice)), seconds)

    def send(self, route: Route, message: Message, *, threaded: bool = True, standing: bool = True) -> None:
        """Send by one way, now. ``standing``: from then on it is this message. Raises Refused."""
        body: dict[str, object] = {"text": message.text, "unfurl_links": False, "unfurl_media": False}
        body["blocks"] = list(message.blocks)  # an empty list takes the old ones away
        thread = self._thread() if threaded else {}
        if route == "reply":
            self._reply(body)
        elif route == "edit":
            self.office.call("chat.update", body | {"channel": self.channel, "ts": self.ts})
        elif route == "post":
            answer = self.office.call("chat.postMessage", body | thread | {"channel": self.channel})
            if standing:
                self.ts = str(answer.get("ts"))
                self.channel = str(answer.get("channel") or self.channel)
                self.routes = ("edit", "post", "reply")
        elif route == "whisper":
            to = {"channel": self.channel, "user": self.place.user}
            self.office.call("chat.postEphemeral", body | thread | to)
        else:
            self.office.call("chat.postMessage", body | {"channel": self.place.user})

    def _thread(self) -> dict[str, object]:
        if not self.place.thread_ts:
            return {}
        loud = {"reply_broadcast": True} if self.place.broadcast else {}
        return {"thread_ts": self.place.thread_ts, **loud}

    def _reply(self, body: dict[str, object]) -> None:
        shown = {
            "response_type": "ephemeral" if self.place.quiet else "in_channel",
            "replace_original": self.replied or self.place.message_ts is not None,
        }
        wire.respond(self.office.urls, self.place.response_url, body | shown)
        self.replied = True
        self.routes = ("reply", *(route for route in first_routes(self.place) if route != "reply"))


def first_routes(place: Place) -> tuple[Route, ...]:
    """The ways to a place, best first."""
    if place.quiet:
        return ("reply", "whisper", "direct") if place.user else ("reply",)
    return ("post", "reply") if place.message_ts is None else ("edit", "reply", "post")
