"""Goes through one payload and notes what Slack would refuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from handlers.render.limits.numbers import MAX_ID_CHARS, MAX_TEXT_OBJECT_CHARS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing Slack would refuse: where (a JSON pointer), which rule, and the error word it answers."""

    pointer: str
    rule: str
    error: str = "invalid_blocks"


@dataclass(slots=True)
class Walk:
    """Goes through one payload and collects the faults and the sums that hold for all of it."""

    surface: str = "message"  # or modal, home
    faults: list[Fault] = field(default_factory=list)
    chars: int = 0
    markdown_chars: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def fault(self, pointer: str, rule: str, error: str = "invalid_blocks") -> None:
        """Note one fault."""
        self.faults.append(Fault(pointer, rule, error))

    def string(
        self,
        holder: Mapping[str, object],
        key: str,
        at: str,
        most: int,
        *,
        needed: bool = True,
        shown: bool = False,
    ) -> None:
        """``holder[key]`` is a string of 1 to ``most`` characters; ``shown`` ones count for the message."""
        value = holder.get(key)
        if value is None:
            if needed:
                self.fault(f"{at}/{key}", "is required")
            return
        if not isinstance(value, str):
            self.fault(f"{at}/{key}", "must be a string")
            return
        if shown:
            self.chars += len(value)
        if not value.strip():
            self.fault(f"{at}/{key}", "must be more than 0 characters")
        if len(value) > most:
            self.fault(f"{at}/{key}", f"must be less than {most + 1} characters")

    def text(
        self,
        holder: Mapping[str, object],
        key: str,
        at: str,
        most: int,
        *,
        needed: bool = True,
        plain: bool = False,
    ) -> None:
        """``holder[key]`` is a text object of 1 to ``most`` characters; ``plain`` ones only plain_text."""
        value = holder.get(key)
        if value is None:
            if needed:
                self.fault(f"{at}/{key}", "is required")
            return
        where = f"{at}/{key}"
        if not isinstance(value, Mapping):
            self.fault(where, "must be a text object")
            return
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if value.get("type") not in kinds:
            self.fault(f"{where}/type", f"must be {' or '.join(kinds)}")
        if value.get("type") == "mrkdwn" and "emoji" in value:
            self.fault(f"{where}/emoji", "is for plain_text only")
        self.string(value, "text", where, min(most, MAX_TEXT_OBJECT_CHARS), shown=True)

    def items(
        self,
        holder: Mapping[str, object],
        key: str,
        at: str,
        most: int,
        *,
        least: int = 1,
        needed: bool = True,
    ) -> list[tuple[str, Mapping[str, object]]]:
        """The objects of the list ``holder[key]`` with their pointers; a wrong length is a fault."""
        value = holder.get(key)
        if value is None and not needed:
            return []
        if not isinstance(value, (list, tuple)):
            self.fault(f"{at}/{key}", "must be a list")
            return []
        if len(value) < least:
            self.fault(f"{at}/{key}", f"must have at least {least} items")
        if len(value) > most:
            self.fault(f"{at}/{key}", f"must have at most {most} items")
        found: list[tuple[str, Mapping[str, object]]] = []
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                found.append((f"{at}/{key}/{index}", item))
            else:
                self.fault(f"{at}/{key}/{index}", "must be an object")
        return found

    def number(
        self,
        holder: Mapping[str, object],
        key: str,
        at: str,
        most: int,
        *,
        least: int = 1,
        needed: bool = False,
    ) -> None:
        """``holder[key]`` is a whole number from ``least`` to ``most``."""
        value = holder.get(key)
        if value is None and not needed:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(f"{at}/{key}", f"must be a number from {least} to {most}")

    def one_of(
        self, holder: Mapping[str, object], key: str, at: str, words: Sequence[str], *, needed: bool = False
    ) -> None:
        """``holder[key]`` is one of these words."""
        value = holder.get(key)
        if (value is not None or needed) and value not in words:
            self.fault(f"{at}/{key}", f"must be one of {', '.join(words)}")

    def unique(self, holder: Mapping[str, object], key: str, at: str) -> None:
        """``holder[key]``, if given, is an id that no other object of the payload has."""
        self.string(holder, key, at, MAX_ID_CHARS, needed=False)
        value = holder.get(key)
        if isinstance(value, str):
            if (key, value) in self.seen:
                self.fault(f"{at}/{key}", "must not be given twice")
            self.seen.add((key, value))

    def once_more(self, kind: str, most: int, at: str) -> None:
        """One more of a kind of which a message takes only so many."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] > most:
            self.fault(at, f"only {most} of this type in a message")
