"""`cilium-bot demo`: /cilium status for the clusters of the evaluation, through the real bot."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from bot.standin.paint import paint
from bot.standin.stage import Stage, of_the_checkout, recordings, stage
from bot.standin.workspace import Message

CLUSTERS = (
    ("phase1_native", "Phase 1: native routing, and 40 of 160 pods run"),
    ("phase2_overlay", "Phase 2: the overlay, and DNS and webhooks time out"),
    ("phase3_eni_wrong_key", "Phase 3: ENI mode, with a Helm key that no chart knows"),
    ("healthy_eni_prefixes", "A healthy cluster, for comparison"),
)
MAX_WIDTH = 100
MAX_NOTE_CHARS = 160


def demo(out: TextIO | None = None) -> int:
    """Ask once for each cluster and show the answers; 0 at the end. Raises SourceError."""
    screen = terminal(out or sys.stdout)
    paths = [of_the_checkout(name) for name, _ in CLUSTERS]
    clusters = recordings(paths)
    with stage(clusters) as theatre:
        for (_, heading), path, cluster in zip(CLUSTERS, paths, clusters, strict=True):
            screen.print(Rule(Text(heading, "bold"), align="left"))
            screen.print(Text(note(path), "dim"))
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
    """Print a message; what is there to be copied is not broken into lines."""
    with screen.capture() as captured:
        if message.only_for is not None:
            screen.print(Text("Only you can see this", "dim"))
        for piece in paint(message, first_button):
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
