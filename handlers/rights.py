"""What somebody may be allowed to do, and the deed that is asked for: rules and audit speak of these."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from handlers.question import Place
from handlers.render.message import Message


class Right(Enum):
    """Kinds of deeds, each wider than the one before."""

    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One question or click: the right it needs, who and where (``place``), and what, in their words.

    ``what`` is untrusted text: "status prod", "click check_again", "form digest_set".
    """

    right: Right
    place: Place
    what: str


class Gate(Protocol):
    """Stands before every deed, in the pool: writes it down, and says who may not."""

    def refusal(self, deed: Deed) -> Message | None:
        """What a person who may not is told, with the rule's name; None for who may."""
        ...


class Open:
    """A Gate that lets everybody through and writes nothing down."""

    def refusal(self, deed: Deed) -> Message | None:
        """See Gate."""
        return None
