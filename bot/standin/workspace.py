"""One workspace in memory: people, channels, messages with all their versions, and a way to wait for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Condition

Block = Mapping[str, object]

TEAM, APP, BOT, BOT_ID, SLACKBOT = "T0STANDIN", "A0STANDIN", "U0CILIUM", "B0CILIUM", "USLACKBOT"
CHANNEL, USER = "C0OPS", "U0ONCALL"  # there to begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the bot."""

    id: str
    name: str
    tz: str = "Etc/UTC"
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    team: str = TEAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation; ``person`` is set for a direct message. ``members`` are user ids."""

    id: str
    name: str
    members: frozenset[str]
    private: bool = False
    archived: bool = False
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said before an edit."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it stands now.

    ``only_for`` is the one who sees an ephemeral message, ``app`` the bot_id of another app that wrote it.
    ``before`` is oldest first, ``reactions`` are pairs of name and user, ``files`` are ids. A
    ``broadcast`` reply is seen in the channel, too.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Block, ...] = ()
    thread_ts: str | None = None
    only_for: str | None = None
    before: tuple[Version, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    attachments: tuple[Block, ...] = ()
    app: str = ""
    broadcast: bool = False
    deleted: bool = False

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.user == BOT


class Workspace:
    """The conversations; safe for any number of threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds since 1970, for time stamps."""
        self.changed = Condition()
        self._clock = clock
        self._last_us = 0
        self._users = {BOT: User(id=BOT, name="cilium", is_bot=True)}
        self._channels: dict[str, Channel] = {}
        self._messages: dict[tuple[str, str], Message] = {}

    def add_user(self, user: User) -> None:
        """Let somebody in, or change what is known of them."""
        with self.changed:
            self._users[user.id] = user

    def user(self, user: str) -> User | None:
        """A person by id."""
        return self._users.get(user)

    def add_channel(self, channel: Channel) -> None:
        """Open a channel, or change one (archive it, remove the bot …)."""
        with self.changed:
            self._channels[channel.id] = channel

    def channel(self, channel: str) -> Channel | None:
        """A channel by id."""
        return self._channels.get(channel)

    def direct(self, user: str) -> Channel:
        """The direct message between a person and the bot; it is there from the first time it is wanted."""
        known = next((c for c in tuple(self._channels.values()) if c.person == user), None)
        if known is None:
            name, members = "directmessage", frozenset((user, BOT))
            known = Channel(id="D" + user[1:], name=name, members=members, private=True, person=user)
            self.add_channel(known)
        return known

    def move(self, channel: str, to: str) -> None:
        """Give a channel another id, its messages with it."""
        with self.changed:
            self._channels[to] = replace(self._channels.pop(channel), id=to)
            for message in [m for m in self._messages.values() if m.channel == channel]:
                del self._messages[message.channel, message.ts]
                self._messages[to, message.ts] = replace(message, channel=to)
            self.changed.notify_all()

    def stamp(self) -> str:
        """A time stamp that no message has."""
        with self.changed:
            self._last_us = max(int(self._clock() * 1e6), self._last_us + 1)
            return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def put(self, message: Message) -> Message:
        """Let a message stand, new or changed, and wake whoever waits."""
        with self.changed:
            self._messages[message.channel, message.ts] = message
            self.changed.notify_all()
        return message

    def edit(self, message: Message, text: str, blocks: Sequence[Block]) -> Message:
        """Give a message another content and remember the one before."""
        earlier = (*message.before, Version(message.text, message.blocks))
        return self.put(replace(message, text=text, blocks=tuple(blocks), before=earlier))

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.put(replace(message, deleted=True))

    def message(self, channel: str, ts: str) -> Message | None:
        """One message that stands."""
        found = self._messages.get((channel, ts))
        return None if found is None or found.deleted else found

    def messages(self, channel: str, seen_by: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel, oldest first; with ``seen_by`` only what that person sees."""
        with self.changed:
            found = [m for m in self._messages.values() if m.channel == channel and not m.deleted]
        return tuple(
            sorted(
                (m for m in found if seen_by is None or m.only_for in (None, seen_by)),
                key=lambda message: message.ts,
            )
        )

    def wait_for(self, predicate: Callable[[], bool], timeout_s: float) -> bool:
        """Whether the predicate came true in time; it is looked at whenever anything changes."""
        with self.changed:
            return self.changed.wait_for(predicate, timeout_s)

    def wake(self) -> None:
        """Have the predicates looked at."""
        with self.changed:
            self.changed.notify_all()
