"""`cilium-bot console`: type commands as in Slack and see the answers, with no Slack."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.clusters import Cluster
from bot.demo import Following, show, terminal
from bot.standin.inputs import elements
from bot.standin.stage import Stage, of_the_checkout, recordings, stage
from bot.standin.workspace import Message
from checks.collect.source import SourceError

KNOWN = (
    "phase1_native",
    "phase1_native_requests",
    "phase2_overlay",
    "phase3_eni_wrong_key",
    "phase3_eni_done_right",
    "healthy_eni_prefixes",
)
WORD = "/cilium"
PROMPT = "> "


def console(
    paths: Sequence[Path],
    cluster: str | None,
    *,
    lines: Iterable[str] | None = None,
    out: TextIO | None = None,
) -> int:
    """Answer line after line until quit or the end of the input; 0. Raises SourceError.

    ``lines`` and ``out`` are the terminal's unless given.
    """
    screen = terminal(out or sys.stdout)
    clusters = _begin_with(recordings(tuple(paths) or [of_the_checkout(name) for name in KNOWN]), cluster)
    with stage(clusters) as theatre:
        names = ", ".join(cluster.name for cluster in clusters)
        screen.print(Text(f"Clusters: {names}; a bare status means the first.", "dim"))
        screen.print(Text("Type status, status CLUSTER, help, click N, or quit.", "dim"))
        talk = Talk(screen, theatre)
        for line in _typed(screen) if lines is None else lines:
            if not talk.take(line.strip()):
                break
    return 0


class Talk:
    """One conversation; it remembers the buttons that were shown last."""

    def __init__(self, screen: Console, theatre: Stage) -> None:
        """Nothing was said yet."""
        self._screen = screen
        self._theatre = theatre
        self._buttons: list[tuple[Message, str]] = []

    def take(self, line: str) -> bool:
        """Answer a line; False when it ends the conversation."""
        word, _, rest = line.partition(" ")
        if line in ("quit", "exit"):
            return False
        if word == "click":
            self._click(rest.strip())
        elif word == WORD:
            self._ask(rest.strip())
        elif line.startswith("/"):
            self._tell(f"Only {WORD} is installed here.")
        elif line:
            self._ask(line)
        return True

    def _ask(self, text: str) -> None:
        with Following(self._screen) as following:
            said = self._theatre.ask(text, following.show)
        self._show(said)

    def _click(self, number: str) -> None:
        if not number.isdecimal() or not 1 <= int(number) <= len(self._buttons):
            self._tell(f"Buttons that can be clicked: {len(self._buttons)}; click 1 takes the first.")
            return
        message, action = self._buttons[int(number) - 1]
        with Following(self._screen) as following:
            said = self._theatre.click(message, action, following.show)
        self._show(said)

    def _show(self, said: Sequence[Message]) -> None:
        found: list[tuple[Message, str]] = []
        for message in said:
            show(self._screen, message, len(found) + 1)
            found += [(message, str(element["action_id"])) for _, element in elements(message.blocks)]
        self._buttons = found or self._buttons

    def _tell(self, text: str) -> None:
        self._screen.print(Text(text, "dim"))


def _begin_with(clusters: Sequence[Cluster], name: str | None) -> Sequence[Cluster]:
    if name is None:
        return clusters
    if name not in [cluster.name for cluster in clusters]:
        known = ", ".join(cluster.name for cluster in clusters)
        raise SourceError(f"there is no cluster {name!r} among the recordings; they are {known}")
    return sorted(clusters, key=lambda cluster: cluster.name != name)


def _typed(screen: Console) -> Iterator[str]:
    """The lines of standard input: asked for on a terminal, repeated where they come from a pipe."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            screen.print(Text(f"{PROMPT}{line.rstrip()}", "bold"))
            yield line
        return
    with suppress(ImportError):  # not on every system
        import readline  # noqa: F401 # arrow keys and a history, for input()
    with suppress(EOFError):
        while True:
            yield input(PROMPT)
