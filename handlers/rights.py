"""What somebody may be allowed to do, and the deed that is asked for: rules and audit speak of these."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from checks.report import Report
from handlers.question import Place
from handlers.render.message import Message


class Right(Enum):
    """Kinds of deeds. Whoever may not read may do nothing else either."""

    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    SCHEDULE = "schedule"
    AUDIT = "audit"  # see what others asked: nobody's without a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One question or click: the right it needs, who and where (``place``), and what, in their words.

    ``what`` is untrusted text: "status prod", "click check_again", "form digest_set". ``team`` is the
    person's workspace where Slack tells it, else "". A ``dialog`` was opened by a gesture whose channel was
    looked at; it has none of its own.
    """

    right: Right
    place: Place
    what: str
    team: str = ""
    dialog: bool = False


class Gate(Protocol):
    """Stands before every deed, in the pool: writes it down, and says who may not."""

    @property
    def reading_is_free(self) -> bool:
        """Whether no rule keeps anybody from reading."""
        ...

    def refusal(self, deed: Deed) -> Message | None:
        """What a person who may not is told, with the rule's name; None for who may."""
        ...

    def allows(self, right: Right, place: Place) -> bool:
        """Whether somebody whose deed was let through has another right there, too."""
        ...

    def answered(self, report: Report) -> None:
        """Write down what this thread's deed was answered with."""
        ...


class Open:
    """A Gate that lets everybody through and writes nothing down."""

    reading_is_free = True

    def refusal(self, deed: Deed) -> Message | None:
        """See Gate."""
        return None

    def allows(self, right: Right, place: Place) -> bool:
        """See Gate."""
        return right is not Right.AUDIT

    def answered(self, report: Report) -> None:
        """See Gate."""
