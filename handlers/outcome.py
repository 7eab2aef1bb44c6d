"""What became of a message: where it stands, or why it stands nowhere."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Route = Literal["edit", "post", "reply", "whisper", "direct"]
How = Literal["edit", "post", "reply", "whisper", "direct", "later", ""]


class Problem(Enum):
    """Why a message stands nowhere, by what its sender can do about it."""

    CHANNEL = "channel"  # archived, gone, or not for the bot: pause whatever goes there, tell who set it
    TOKEN = "token"  # revoked or wrong: nothing can be posted anywhere until an operator acts
    SCOPE = "scope"  # the app must be installed anew with one more right
    LIMITED = "limited"  # Slack lets no more through for now: it was not sent, and may be later
    GONE = "gone"  # the message to edit is no more, or can be edited no longer: post a new one
    UNSURE = "unsure"  # Slack did not answer: it may stand, or not; posting again may double it
    REFUSED = "refused"  # Slack takes it in no form


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """True when it was delivered, or when it waits in the bot and will be as soon as Slack lets it ("later").

    ``channel`` and ``ts`` name the message that stands, where Slack told them: not of replies and whispers.
    ``code`` is Slack's word for the problem, ``needed`` the scope that is lacking.
    """

    how: How = ""
    channel: str = ""
    ts: str = ""
    problem: Problem | None = None
    code: str = ""
    needed: str = ""

    def __bool__(self) -> bool:
        """Whether nobody needs to do anything more about it."""
        return self.problem is None
