"""`cilium-bot demo`: /cilium status for the clusters of the evaluation, through the real bot."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from rich.console import Console, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from bot.standin.paint import paint
from bot.standin.stage import Stage, of_the_checkout, recordings, stage
from bot.standin.workspace import Message

CLUSTERS = ("phase1_native", "phase2_overlay", "phase3_eni_wrong_key", "healthy_eni_prefixes")
MAX_WIDTH = 100
MAX_NOTE_CHARS = 200


def demo(out: TextIO | None = None) -> int:
    """Ask once for each cluster and show the answers; 0 at the end. Raises SourceError."""
    screen = terminal(out or sys.stdout)
    paths = [of_the_checkout(name) for name in CLUSTERS]
    clusters = recordings(paths)
    with stage(clusters) as theatre:
        for path, cluster in zip(paths, clusters, strict=True):
            screen.print(Rule(Text(cluster.name, "bold"), align="left"))
            write(screen, [Text(note(path))])
            screen.print()
            screen.print(Text(f"> /cilium status {cluster.name}", "bold"))
            answer(screen, theatre, f"status {cluster.name}")
            screen.print()
    screen.print(Text("Ask yourself: cilium-bot console. All of it: cilium-bot check --recording PATH."))
    return 0


def answer(screen: Console, theatre: Stage, text: str) -> None:
    """Ask, show the progress, then the answer."""
    with Following(screen) as following:
        said = theatre.ask(text, following.show)
    for message in said:
        show(screen, message)


def terminal(out: TextIO) -> Console:
    """A console on this stream: colours only on a terminal, and never wider than can be read."""
    columns = min(shutil.get_terminal_size().columns, MAX_WIDTH)
    return Console(
        file=out,
        width=max(columns, 40),
        highlight=False,
        markup=False,
        emoji=False,
        no_color=bool(os.environ.get("NO_COLOR")) or None,
    )


def show(screen: Console, message: Message, first_button: int = 1) -> None:
    """Print a message; its buttons are numbered from ``first_button`` on."""
    if message.only_for is not None:
        screen.print(Text("Only you can see this", "dim"))
    write(screen, paint(message, first_button))


def write(screen: Console, pieces: Iterable[RenderableType]) -> None:
    """Print pieces with no blanks at the ends of lines; what is there to be copied is not broken."""
    with screen.capture() as captured:
        for piece in pieces:
            screen.print(piece, soft_wrap=isinstance(piece, Text) and bool(piece.no_wrap))
    screen.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


class Following:
    """Shows a message while it changes: in its place on a terminal, else a line for each change."""

    def __init__(self, screen: Console) -> None:
        """Nothing is shown yet."""
        self._screen = screen
        self._live = Live(console=screen, transient=True, auto_refresh=False) if screen.is_terminal else None

    def __enter__(self) -> "Following":
        """Begin."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take away what was shown in its place."""
        if self._live is not None:
            self._live.stop()

    def show(self, message: Message) -> None:
        """The message as it stands now."""
        if self._live is None:
            self._screen.print(Text(f"… {message.text.partition(chr(10))[0]}", "dim"))
        else:
            self._live.update(Text("\n").join(_lines(message)), refresh=True)


def note(path: Path) -> str:
    """The first sentence of what a recording says of itself."""
    said = str(json.loads((path / "recording.json").read_bytes()).get("note", ""))
    first = said.partition(". ")[0].rstrip(".")
    return (first[: MAX_NOTE_CHARS - 1] + "…" if len(first) > MAX_NOTE_CHARS else first + ".").strip()


def _lines(message: Message) -> list[Text]:
    return [piece for piece in paint(message) if isinstance(piece, Text)]
