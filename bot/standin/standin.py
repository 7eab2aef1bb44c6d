"""The way in: start the stand-in, type commands, click buttons, and see what stands in the channels."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Event, Thread
from types import TracebackType
from typing import Self

from bot.settings import Secret, SlackSettings
from bot.standin import payloads
from bot.standin.acks import answered
from bot.standin.carriers import Ack, ByHttp, BySocket, Carrier
from bot.standin.hands import Hands, Invocation
from bot.standin.happenings import Happenings
from bot.standin.office import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Call, Office, new_office
from bot.standin.refusals import Limits, Mood, Moods
from bot.standin.scopes import is_told
from bot.standin.server import Server
from bot.standin.sockets import Sockets
from bot.standin.workspace import BOT, CHANNEL, USER, Channel, Message, User, Workspace
from handlers.scopes import SCOPES

__all__ = ["CHANNEL", "USER", "Invocation", "Standin"]

ACK_S = 3.0  # https://docs.slack.dev/interactivity/implementing-slash-commands
RETRY_PAUSES_S = (0.0, 60.0, 300.0)  # https://docs.slack.dev/apis/events-api: three more attempts
HEARTBEAT_S = 0.2  # Slack pings, too; a client that closes holds its lock until something arrives


class Standin(Hands, Happenings):
    """Slack's servers on loopback, with one channel (CHANNEL) and one person (USER) to begin with."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        ack_s: float = ACK_S,
        retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
        scopes: Collection[str] = SCOPES,
    ) -> None:
        """``clock`` counts seconds since 1970: a test's own makes time pass. Nothing listens yet.

        ``scopes`` are the token's, those of the bot's manifest unless given.
        """
        self.office: Office = new_office(clock, frozenset(scopes))
        self._clock = clock
        self.ack_s = ack_s
        self._pauses_s = tuple(retry_pauses_s)
        self._server = Server(self.office)
        self._stopping = Event()
        self._heart = Thread(target=self._beat, name="standin-heart", daemon=True)
        self._carrier: Carrier = BySocket(self.office.sockets)
        self.add_user(User(id=USER, name="oncall"))
        self.add_channel(Channel(id=CHANNEL, name="ops", members=frozenset((USER, BOT))))

    def start(self) -> Self:
        """Listen."""
        self._server.start()
        self._heart.start()
        return self

    def stop(self) -> None:
        """End every connection."""
        self._stopping.set()
        self._heart.join()
        self._server.stop()

    def __enter__(self) -> Self:
        """Listen until the block ends."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """See stop."""
        self.stop()

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is to be."""
        return f"{self.office.base}/api/"

    def settings(self, *, http_port: int | None = None) -> SlackSettings:
        """The bot's settings for this Slack: Socket Mode, or signed HTTP on a port (0: any)."""
        signed = http_port is not None
        return SlackSettings(
            bot_token=Secret(BOT_TOKEN),
            app_token=None if signed else Secret(APP_TOKEN),
            signing_secret=Secret(SIGNING_SECRET) if signed else None,
            api_url=self.api_url,
            http_port=http_port,
        )

    def deliver_to(self, url: str) -> None:
        """Deliver by signed HTTP to this request URL from now on, instead of sockets."""
        self._carrier = ByHttp(url, SIGNING_SECRET, self._clock)

    @property
    def workspace(self) -> Workspace:
        """The conversations."""
        return self.office.workspace

    @property
    def limits(self) -> Limits:
        """The rate limits, and their switch."""
        return self.office.limits

    @property
    def moods(self) -> Moods:
        """What is to go wrong."""
        return self.office.moods

    @property
    def sockets(self) -> Sockets:
        """The app's connections."""
        return self.office.sockets

    def add_user(self, user: User) -> None:
        """Let somebody in, or change them."""
        self.workspace.add_user(user)

    def add_channel(self, channel: Channel) -> None:
        """Open a channel, or change it."""
        self.workspace.add_channel(channel)

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Let the next calls of a method (or "response_url") fail with Slack's word ``error``."""
        self.moods.add(method, Mood("refuse", error), times)

    def command(self, user: str, channel: str, text: str, word: str = "/cilium") -> Invocation:
        """Type a command; returns with its ack, whose message then stands in the channel."""
        typed = self.workspace.stamp()
        payload = payloads.command(self.office, user, channel, text, word)
        ack = self._carrier.deliver("slash_commands", payload, self.ack_s)
        return self._answered(payload, ack, typed)

    def command_again(self, invocation: Invocation) -> Invocation:
        """Deliver the very same command once more."""
        ack = self._carrier.deliver("slash_commands", invocation.payload, self.ack_s)
        return self._answered(invocation.payload, ack, self.workspace.stamp())

    def event(self, content: Mapping[str, object]) -> tuple[Ack, ...]:
        """Deliver an event, again and again until it is acked; every attempt's outcome.

        None at all where the token's scopes do not cover it.
        """
        if not is_told(self.office.scopes, content):
            return ()
        payload = payloads.event(content, self._clock())
        attempts: list[Ack] = []
        for attempt, pause_s in enumerate((0.0, *self._pauses_s)):
            if attempt and self._stopping.wait(pause_s):
                break
            attempts.append(self._carrier.deliver("events_api", payload, self.ack_s, attempt))
            if attempts[-1].error is None or attempts[-1].no_retry:
                break
        return tuple(attempts)

    def messages(self, channel: str = CHANNEL, seen_by: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel, oldest first; with ``seen_by`` only what that person sees."""
        return self.workspace.messages(channel, seen_by)

    def calls(self, method: str) -> tuple[Call, ...]:
        """The calls of one method so far ("response_url" for those), oldest first."""
        return tuple(call for call in tuple(self.office.calls) if call.method == method)

    def wait_for(self, predicate: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Whether the predicate came true in time; it is looked at whenever anything changes."""
        return self.workspace.wait_for(predicate, timeout_s)

    def wait_connected(self, connections: int = 1, timeout_s: float = 10.0) -> bool:
        """Whether so many sockets were open in time."""
        return self.wait_for(lambda: self.sockets.connected >= connections, timeout_s)

    def wait_message(
        self, wanted: Callable[[Message], bool], channel: str = CHANNEL, timeout_s: float = 10.0
    ) -> Message:
        """The first message that is as wanted. Raises TimeoutError when none came."""
        found: list[Message] = []

        def look() -> bool:
            found[:] = filter(wanted, self.messages(channel))
            return bool(found)

        if not self.wait_for(look, timeout_s):
            raise TimeoutError(f"no such message in {channel}: {[m.text for m in self.messages(channel)]}")
        return found[0]

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_S):
            self.sockets.ping()

    def interact(self, payload: Mapping[str, object]) -> Ack:
        """Bring an interaction to the app; its ack."""
        return self._carrier.deliver("interactive", payload, self.ack_s)

    def _answered(self, payload: Mapping[str, object], ack: Ack, typed: str) -> Invocation:
        return Invocation(payload=payload, ack=ack, error=answered(self.workspace, payload, ack, typed))
