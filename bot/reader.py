"""Reads settings one by one, keeps every complaint, and shows no secret."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from handlers.gate.rules import RulesError

T = TypeVar("T")


class SettingsError(Exception):
    """One or more settings are missing or malformed; ``problems`` names each of them, none with its value."""

    def __init__(self, problems: list[str]) -> None:
        """``problems`` are short sentences that begin with the setting's name."""
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that never shows itself in a log, an error or a repr."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself, for the client that needs it."""
        return self._value

    def __str__(self) -> str:
        """Three stars, whatever the value."""
        return "***"


class Reader:
    """Reads values one by one and keeps every complaint."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """``given`` are the settings by name; "" is as good as none."""
        self.given = given
        self.problems: list[str] = []

    def text(self, name: str, pattern: str = r"(?s).+", wanted: str = "") -> str | None:
        """The value when it fits ``pattern``; None when it is not given or does not fit."""
        value = self.given.get(name, "").strip()
        if not value:
            return None
        if re.fullmatch(pattern, value) is None:
            self.problems.append(f"{name} is malformed: {wanted}")
            return None
        return value

    def secret(self, name: str, pattern: str, wanted: str) -> Secret | None:
        """As ``text``, wrapped so that it never shows."""
        value = self.text(name, pattern, wanted)
        return None if value is None else Secret(value)

    def port(self, name: str) -> int | None:
        """A TCP port; 0 lets the system choose."""
        value = self.text(name, r"[0-9]{1,5}", "a port number is wanted")
        if value is not None and int(value) > 65535:
            self.problems.append(f"{name} is malformed: a port number is at most 65535")
            return None
        return None if value is None else int(value)

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        """An absolute URL with one of the schemes. The value may hold a password and is never repeated."""
        value = self.text(name)
        if value is None:
            return None
        wanted = " or ".join(f"{scheme}://…" for scheme in schemes)
        try:
            parts = urlsplit(value)
            whole = parts.scheme in schemes and (parts.hostname or parts.scheme == "unix")
            whole = whole and (parts.port is None or parts.port > 0)
        except ValueError:
            whole = False
        if not whole:
            self.problems.append(f"{name} is malformed: {wanted} is wanted")
            return None
        return value

    def flag(self, name: str) -> bool | None:
        """Yes, no, or None when it is left open."""
        value = self.text(name, r"(?i)yes|no|true|false|1|0|on|off", "yes or no is wanted")
        return None if value is None else value.lower() in ("yes", "true", "1", "on")

    def several(self, name: str, decode: Callable[[str], tuple[T, ...]]) -> tuple[T, ...]:
        """What ``decode`` makes of the value; its complaints are kept."""
        value = self.text(name)
        try:
            return decode(value) if value else ()
        except (SettingsError, RulesError) as error:
            self.problems.extend(error.problems)
            return ()

    def done(self, make: Callable[[], T]) -> T:
        """What ``make`` makes, unless something was wrong."""
        if self.problems:
            raise SettingsError(self.problems)
        return make()
