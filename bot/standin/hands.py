"""What a person does besides typing commands: clicks, choices, dialogs, shortcuts, the Home tab, and talk."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.standin import payloads
from bot.standin.acks import failure, offered, sent
from bot.standin.carriers import Ack
from bot.standin.inputs import elements, entered, states
from bot.standin.methods.common import shown
from bot.standin.methods.views import shown as shown_view
from bot.standin.methods.views import stack
from bot.standin.office import Office, View
from bot.standin.refusals import Refused
from bot.standin.workspace import BOT, CHANNEL, TEAM, USER, Block, Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A gesture and its ack. ``error`` is what the person was told instead of an answer, else None.

    ``faults`` are those that a dialog shows under its fields, ``options`` what a menu offers.
    """

    payload: Mapping[str, object]
    ack: Ack
    error: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Block, ...] = ()

    @property
    def body(self) -> object:
        """What the ack carried."""
        return self.ack.body


class Hands(ABC):
    """The gestures; whoever inherits them brings the payloads to the app."""

    office: Office

    @abstractmethod
    def interact(self, payload: Mapping[str, object]) -> Ack:
        """Bring an interaction to the app."""

    @abstractmethod
    def event(self, content: Mapping[str, object]) -> tuple[Ack, ...]:
        """Bring an event to the app."""

    @abstractmethod
    def wait_for(self, predicate: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Whether the predicate came true in time."""

    def click(self, where: Message | View, action_id: str, user: str = USER) -> Invocation:
        """Press a button. LookupError when there is none with that id, or no longer."""
        return self.choose(where, action_id, None, user)

    def choose(self, where: Message | View, action_id: str, value: object, user: str = USER) -> Invocation:
        """Choose in a menu, a picker or among boxes: an option's value, an id, a date; several as a list.

        LookupError when there is no such element, or it has no such option.
        """
        standing, block, element = self._find(where, action_id)
        choice = {} if element.get("type") == "button" else entered(element, value)
        if isinstance(standing, View):
            kept = {**standing.entered, action_id: choice} if choice else standing.entered
            standing = replace(standing, entered=kept)
            self.office.views[standing.id] = standing
        return self._bring(payloads.act(self.office, standing, block, element, user, choice))

    def suggest(self, where: Message | View, action_id: str, typed: str, user: str = USER) -> Invocation:
        """Type into a menu whose options the app supplies; its options, or the error the client shows."""
        standing, block, element = self._find(where, action_id)
        least = element.get("min_query_length", 3)
        if isinstance(least, int) and len(typed) < least:
            raise LookupError(f"the client asks nobody before {least} characters are typed")
        payload = payloads.suggestion(self.office, standing, block, element, user, typed)
        brought = self._bring(payload)
        if brought.error is not None:
            return brought
        try:
            return replace(brought, options=offered(brought.ack))
        except Refused as error:
            return replace(brought, error=error.error)

    def click_again(self, invocation: Invocation) -> Invocation:
        """Deliver the very same interaction once more."""
        return self._bring(invocation.payload)

    def shortcut(self, message: Message, callback_id: str, user: str = USER) -> Invocation:
        """Take a shortcut from a message's menu. LookupError for a message that only one person sees."""
        standing = self.office.workspace.message(message.channel, message.ts)
        if standing is None or standing.only_for is not None:
            raise LookupError("this message has no shortcuts")
        return self._bring(payloads.shortcut(self.office, callback_id, user, standing))

    def global_shortcut(self, callback_id: str, user: str = USER) -> Invocation:
        """Take a shortcut from the search or the message field."""
        return self._bring(payloads.shortcut(self.office, callback_id, user, None))

    def modal(self, user: str = USER) -> View | None:
        """The dialog that a person has before them."""
        return next(iter(stack(self.office, user)[::-1]), None)

    def wait_modal(self, user: str = USER, timeout_s: float = 10.0) -> View:
        """The dialog that a person has before them, once it is there. Raises TimeoutError."""
        if not self.wait_for(lambda: self.modal(user) is not None, timeout_s):
            raise TimeoutError(f"no dialog for {user}")
        view = self.modal(user)
        assert view is not None
        return view

    def submit(self, view: View, values: Mapping[str, object] | None = None, user: str = USER) -> Invocation:
        """Send a dialog; ``values`` by action_id or block_id, over what stands in it.

        Raises Unfilled where Slack's client would not send it. Its ack then closes it, shows faults under
        its fields, or brings the next view; without one it stays and the person is told.
        """
        view = self._view(view)
        state = states(view.blocks, {**view.entered, **(values or {})})
        payload = payloads.submission(self.office, view, state, user)
        ack = self.interact(payload)
        became = sent(self.office, view, ack)
        return Invocation(payload=payload, ack=ack, error=became.error, faults=became.faults)

    def close(self, view: View, user: str = USER) -> Invocation | None:
        """Close a dialog; None when the app did not ask to be told."""
        view = self._view(view)
        self.office.views.pop(view.id)
        self.office.workspace.wake()
        if not view.content.get("notify_on_close"):
            return None
        return self._bring(payloads.closing(self.office, view, user))

    def home(self, user: str = USER) -> View | None:
        """A person's Home tab."""
        return self.office.views.get(f"VHOME{user}")

    def open_home(self, user: str = USER, tab: str = "home") -> tuple[Ack, ...]:
        """Open the app's Home (or its "messages"); what is published shows up in ``home``."""
        workspace, stands = self.office.workspace, self.home(user)
        event = {"type": "app_home_opened", "user": user, "tab": tab, "event_ts": workspace.stamp()}
        event["channel"] = workspace.direct(user).id
        return self.event({**event, "view": shown_view(stands)} if stands and tab == "home" else event)

    def say(
        self,
        text: str,
        channel: str = CHANNEL,
        user: str = USER,
        *,
        thread_ts: str | None = None,
        app: str = "",
        blocks: Sequence[Block] = (),
        attachments: Sequence[Block] = (),
    ) -> Message:
        """Let somebody write, or another app with its bot_id; the bot is not told unless it is meant.

        It is when the text mentions it, and in a direct message.
        """
        workspace = self.office.workspace
        message = workspace.put(
            Message(
                channel=channel,
                ts=workspace.stamp(),
                user=user,
                text=text,
                thread_ts=thread_ts,
                app=app,
                blocks=tuple(blocks),
                attachments=tuple(attachments),
            )
        )
        known = workspace.channel(channel)
        told = {**shown(message), "channel": channel, "event_ts": message.ts}
        if (team := payloads.team_of(self.office, user)) != TEAM:  # a channel shared with another workspace
            told["user_team"] = team
        if known is not None and known.person is not None:
            self.event({**told, "channel_type": "im"})
        elif f"<@{BOT}" in text:
            self.event({**told, "type": "app_mention"})
        return message

    def direct(self, text: str, user: str = USER, *, thread_ts: str | None = None) -> Message:
        """Write to the bot itself."""
        return self.say(text, self.office.workspace.direct(user).id, user, thread_ts=thread_ts)

    def _bring(self, payload: Mapping[str, object]) -> Invocation:
        ack = self.interact(payload)
        return Invocation(payload=payload, ack=ack, error=failure(ack))

    def _view(self, view: View) -> View:
        standing = self.office.views.get(view.id)
        if standing is None:
            raise LookupError("this dialog is closed")
        return standing

    def _find(self, where: Message | View, action_id: str) -> tuple[Message | View, int, Block]:
        standing: Message | View | None
        if isinstance(where, View):
            standing = self._view(where)
        else:
            standing = self.office.workspace.message(where.channel, where.ts)
        for block, element in elements(standing.blocks) if standing else ():
            if element.get("action_id") == action_id and standing is not None:
                return standing, block, element
        raise LookupError(f"nothing to click called {action_id}")
