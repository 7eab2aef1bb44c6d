"""`cilium-bot console`: type commands as in Slack and see the answers, with no Slack."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.clusters import Cluster
from bot.demo import Following, show, terminal, write
from bot.standin.inputs import SEVERAL, Unfilled, elements
from bot.standin.office import View
from bot.standin.paint import paint_dialog
from bot.standin.stage import Stage, of_the_checkout, recordings, stage
from bot.standin.standin import Invocation
from bot.standin.workspace import Block, Message
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
        screen.print(Text("Type status, status CLUSTER, help, click N, pick N OPTION, or quit;", "dim"))
        screen.print(Text("in a dialog pick N TEXT fills a field, and submit or close ends it.", "dim"))
        talk = Talk(screen, theatre)
        for line in _typed(screen) if lines is None else lines:
            if not talk.take(line.strip()):
                break
    return 0


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that was shown with a number; a ``field`` is sent with its dialog, not by itself."""

    where: Message | View
    element: Block
    field: bool


class Talk:
    """One conversation; it remembers what was shown last, and what was entered in the open dialog."""

    def __init__(self, screen: Console, theatre: Stage) -> None:
        """Nothing was said yet."""
        self._screen = screen
        self._theatre = theatre
        self._things: list[Thing] = []
        self._entered: dict[str, object] = {}
        self._dialog: View | None = None

    def take(self, line: str) -> bool:
        """Answer a line; False when it ends the conversation."""
        word, _, rest = line.partition(" ")
        if line in ("quit", "exit"):
            return False
        if word in ("click", "pick"):
            number, _, value = rest.strip().partition(" ")
            self._use(number, value.strip())
        elif line in ("submit", "close"):
            self._end_dialog(send=line == "submit")
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
        self.show(said)

    def _use(self, number: str, value: str) -> None:
        """Press a button, choose in a menu, or enter something in a field of the dialog."""
        if not number.isdecimal() or not 1 <= int(number) <= len(self._things):
            self._tell(f"Buttons that can be clicked: {len(self._things)}; click 1 takes the first.")
            return
        thing = self._things[int(number) - 1]
        kind, action = str(thing.element.get("type")), str(thing.element["action_id"])
        chosen: object = _option(thing.element, value)
        if kind in SEVERAL:
            chosen = [_option(thing.element, one.strip()) for one in value.split(",")]
        if kind != "button" and not value:
            self._tell(f"It takes a value: pick {number} and what you choose.")
        elif thing.field:
            self._entered[action] = chosen
            self._tell(f"{action} = {value}")
        else:
            self._do(lambda: self._theatre.standin.choose(thing.where, action, chosen))

    def _end_dialog(self, *, send: bool) -> None:
        view, entered = self._dialog, self._entered
        if view is None:
            self._tell("No dialog is open.")
        elif send:
            self._do(lambda: self._theatre.standin.submit(view, entered))
        else:
            self._do(lambda: self._theatre.standin.close(view))

    def _do(self, gesture: Callable[[], Invocation | None]) -> None:
        """Do something at the stand-in and show what came of it; what Slack's client refuses is told."""
        became: list[Invocation | None] = []
        try:
            with Following(self._screen) as following:
                said = self._theatre.follow(lambda: became.append(gesture()), following.show)
        except (LookupError, Unfilled) as error:
            self._tell(f"Slack does not take that: {error}")
            return
        for invocation in filter(None, became):
            for block, fault in invocation.faults.items():
                self._tell(f"{block}: {fault}")
            if invocation.error is not None:
                self._tell(f"Slack says: {invocation.error}")
        self.show(said)

    def show(self, said: Sequence[Message]) -> None:
        """Print messages and the dialog that is open; what they offer is numbered from now on."""
        found: list[Thing] = []
        for message in said:
            show(self._screen, message, len(found) + 1)
            found += _things(message)
        view = self._theatre.standin.modal()
        if view is not None and (said or view != self._dialog):
            write(self._screen, paint_dialog(view.content, len(found) + 1))
            found += _things(view)
        if view != self._dialog:
            self._dialog, self._entered = view, {}
        self._things = found or self._things

    def _tell(self, text: str) -> None:
        self._screen.print(Text(text, "dim"))


def _option(element: Block, said: str) -> str:
    """The value of the option that is read like that; else what was said."""
    options = element.get("options")
    for option in options if isinstance(options, list | tuple) else ():
        text = option.get("text")
        if isinstance(text, Mapping) and str(text.get("text")).lower() == said.lower():
            return str(option.get("value"))
    return said


def _things(where: Message | View) -> list[Thing]:
    return [
        Thing(where, element, field=where.blocks[block].get("type") == "input")
        for block, element in elements(where.blocks)
    ]


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
