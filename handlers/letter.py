"""The final form of a message on its way: tried by each way in turn, as Slack's words ask for."""

import logging
from typing import Protocol

from handlers import web as wire
from handlers.budget import Budget
from handlers.lanes import Lanes
from handlers.outbox import Key, Outbox
from handlers.outcome import Outcome, Problem, Route
from handlers.question import Place
from handlers.remedies import Next, remedy_of, told
from handlers.render.message import Message, plainer
from handlers.underway import Underway
from handlers.web import Refused, Urls

logger = logging.getLogger(__name__)

MOST_TRIES = 6
LONGEST_WAIT_S = 1_800.0  # after half an hour an answer is no longer wanted, and a response_url has ended
PATIENCE_S = 8.0
"""So long a worker waits for Slack's leave; then the message waits alone, and the worker goes on."""


class Office(Protocol):
    """What a message needs of the chat it belongs to."""

    urls: Urls
    edits: Budget
    lanes: Lanes
    outbox: Outbox
    underway: Underway | None

    def call(self, method: str, body: dict[str, object]) -> wire.Answer:
        """Post to a method. Raises Refused."""
        ...

    def sleep(self, seconds: float) -> bool:
        """Whether so long has passed; False when the bot is told to stop."""
        ...

    def now(self) -> float:
        """Seconds."""
        ...


class Sender(Protocol):
    """The message as it stands: where, and how it is sent."""

    office: Office
    place: Place
    channel: str
    ts: str | None
    routes: tuple[Route, ...]

    def send(self, route: Route, message: Message, *, threaded: bool = True) -> None:
        """Send by one way, now. Raises Refused."""
        ...


class Letter:
    """Which ways are left, in which form, and what went wrong; implements handlers.outbox.Waits."""

    def __init__(self, post: Sender, message: Message) -> None:
        """Nothing was tried yet."""
        self._post = post
        self._form = message
        self._routes = list(post.routes)
        self._threaded = True
        self._tries = 0
        self._slot: float | None = None
        self._main = post.routes[0]
        self._told: Refused | None = None
        self._until = post.office.now() + LONGEST_WAIT_S
        self.limited = False

    @property
    def key(self) -> Key | None:
        """The message that it edits."""
        post = self._post
        return (post.channel, post.ts) if post.ts and self._routes[:1] == ["edit"] else None

    @property
    def route(self) -> Route:
        """The way that is tried now."""
        return self._routes[0]

    def step(self) -> Outcome | float:
        """Try until it stands somewhere, nothing is left to try, or Slack wants to be waited for."""
        while self._routes:
            wait_s = self._turn()
            if wait_s == 0.0:
                pause_s = self._try()
                if isinstance(pause_s, Outcome):
                    return pause_s
                if pause_s == 0.0:
                    continue
                wait_s = pause_s
            if not self._elsewhere(wait_s):
                return wait_s
        return self.lost(Problem.REFUSED)

    def last_step(self) -> Outcome:
        """Try each way once more, waiting for nothing."""
        while self._routes:
            became = self._try()
            if isinstance(became, Outcome):
                return became
            if became:
                self._routes.pop(0)
        return self.lost(Problem.LIMITED)

    def lost(self, otherwise: Problem) -> Outcome:
        """What is wrong, as the best way tells it."""
        if self._told is None:
            return Outcome(problem=otherwise, code="ratelimited" if self.limited else "unsent")
        problem = remedy_of(self._told).problem
        return Outcome(problem=problem, code=self._told.code, needed=self._told.needed)

    def yield_to(self, other: "Letter") -> "Letter":
        """Let another letter for the same lane go first; that one."""
        other._slot, self._slot = self._slot, None
        return other

    def _turn(self) -> float:
        """The seconds until this way is ours."""
        post, now = self._post, self._post.office.now()
        lanes = post.office.lanes
        if self._slot is None or lanes.held(self.route, post.channel):
            self._slot = lanes.slot(self.route, post.channel)
        self.limited = self._slot > now
        return max(0.0, self._slot - now)

    def _try(self) -> Outcome | float:
        """Send once: where it stands, 0 to go on at once, or the seconds to wait."""
        route, post = self.route, self._post
        self._slot = None
        try:
            post.send(route, self._form, threaded=self._threaded)
        except Refused as error:
            return self._follow(error)
        if route == "edit":
            post.office.edits.spend()
        stands = route in ("edit", "post")
        return Outcome(how=route, channel=post.channel, ts=(post.ts or "") if stands else "")

    def _follow(self, error: Refused) -> float:
        """Do what Slack's word asks for: the seconds to wait, 0 to go on."""
        then = remedy_of(error).next
        logger.log(*told(error, f"a message ({self.route})", self._post.channel))
        simpler = plainer(self._form) if then is Next.PLAINER else None
        if simpler is not None:
            self._form = simpler
            return 0.0
        if then is Next.UNTHREADED and self._threaded and self._post.place.thread_ts:
            self._threaded = False
            return 0.0
        pause_s = self._pause(then, error)
        if pause_s is None:
            if self._told is None or self.route == self._main:
                self._told = error
            self._routes.pop(0)
            self._tries = 0
            return 0.0
        return pause_s

    def _pause(self, then: Next, error: Refused) -> float | None:
        """How long to wait before the same is tried again; None when it is not."""
        office = self._post.office
        if then is Next.WAIT:
            seconds = error.retry_after_s or 1.0
            office.lanes.limited(self.route, self._post.channel, seconds)
            self.limited = True
            return seconds if office.now() + seconds < self._until else None
        # An edit may be sent again; a post whose answer was lost may already stand in the channel.
        again = then is Next.RESEND or (then is Next.AGAIN and self.route == "edit")
        self._tries += 1
        return float(2.0**self._tries / 4) if again and self._tries < MOST_TRIES else None

    def _elsewhere(self, wait_s: float) -> bool:
        """Whether a way that is open serves as well as waiting for this one."""
        mine = self._post.place.message_ts is None and self._post.ts is not None  # its progress must not stay
        other = next((i for i, route in enumerate(self._routes) if route == "reply" and i), None)
        if wait_s <= PATIENCE_S or mine or other is None or not self._post.place.response_url:
            return False
        if not self._post.office.lanes.free("reply", self._post.channel):
            return False
        self._routes.insert(0, self._routes.pop(other))
        self._slot = None
        return True
