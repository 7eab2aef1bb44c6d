"""What all doors of the stand-in share: the workspace, what was handed out, refused and asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.standin.callbacks import Callbacks
from bot.standin.refusals import Limits, Moods
from bot.standin.sockets import Sockets
from bot.standin.values import Arguments
from bot.standin.workspace import Block, Workspace

BOT_TOKEN, APP_TOKEN = "xoxb-standin", "xapp-standin"
SIGNING_SECRET = "standin-signing-secret"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API or of a response URL ("response_url"), and the error it got, if any."""

    method: str
    arguments: Arguments
    error: str | None


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home tab as it stands; ``user`` is who sees it, ``entered`` what they did in it so far."""

    id: str
    user: str
    hash: str
    content: Mapping[str, object]
    entered: Mapping[str, object] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Its blocks."""
        blocks = self.content.get("blocks")
        return tuple(blocks) if isinstance(blocks, list | tuple) else ()

    @property
    def is_modal(self) -> bool:
        """Whether it is a dialog."""
        return self.content.get("type") == "modal"


@dataclass(slots=True)
class Upload:
    """A file on its way: announced, then sent, then completed."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""
    alt: str = ""
    shared: bool = False


@dataclass(slots=True)
class Office:
    """The state of the stand-in."""

    workspace: Workspace
    limits: Limits
    moods: Moods
    callbacks: Callbacks
    sockets: Sockets
    scopes: frozenset[str]
    dead: str = ""  # what every call is told once the token is good no more
    base: str = ""
    views: dict[str, View] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # members by id
    calls: list[Call] = field(default_factory=list)

    def note(self, method: str, arguments: Arguments, error: str | None) -> None:
        """Remember a call, and wake whoever waits for one."""
        with self.workspace.changed:
            self.calls.append(Call(method, arguments, error))
            self.workspace.changed.notify_all()


def new_office(clock: Callable[[], float], scopes: frozenset[str]) -> Office:
    """An empty one; ``clock`` counts seconds since 1970, ``scopes`` are those of the bot's token."""
    workspace = Workspace(clock)
    limits = Limits(clock)
    callbacks = Callbacks(workspace, limits, clock)
    return Office(workspace, limits, Moods(), callbacks, Sockets(workspace.changed), scopes)
