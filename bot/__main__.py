"""The command line: check, run, record, console and demo, with the exit statuses of the report format."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn, TextIO

from bot.options import OPTIONS, Group
from bot.settings import SettingsError, read_access
from checks.collect.source import SourceError
from checks.report import Report, Verdict

EXIT = {Verdict.HEALTHY: 0, Verdict.DEGRADED: 1, Verdict.CRITICAL: 2, Verdict.UNKNOWN: 3}
CANNOT = 4
FORMATS = ("text", "markdown", "json", "blocks")
MAX_WIDTH = 120


class UsageError(Exception):
    """The command line cannot be understood; the text says what would help."""


class _Parser(argparse.ArgumentParser):
    """argparse, but a mistake is one line and exit status 4, as report-format.md has it."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; what went wrong is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 gets ?, not a traceback
    try:
        options = parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except SettingsError as error:
        for problem in error.problems:
            _complain(problem)
    except (UsageError, SourceError) as error:
        _complain(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        _complain("interrupted")
    return CANNOT


def parser() -> argparse.ArgumentParser:
    """The command line's grammar; every setting is an option as well as an environment variable."""
    top = _Parser(
        prog="cilium-bot", description="Says which limit binds when pods get no address. It only reads."
    )
    top.add_argument("--version", action="version", version=f"cilium-bot {version('cilium-bot')}")
    words = top.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    checking = words.add_parser("check", help="look at the cluster once and print the report")
    checking.add_argument(
        "--recording", type=Path, metavar="PATH", help="a recording instead of a live cluster"
    )
    checking.add_argument("--format", choices=FORMATS, default="text", help="what to print (default text)")
    checking.add_argument(
        "--width", type=int, metavar="COLUMNS", help="width of the text (default: the terminal's)"
    )
    _add_settings(checking, "cluster")
    checking.set_defaults(command=check)

    asking = words.add_parser("why", help="one pod or node, step by step, and where it stops")
    asking.add_argument("name", metavar="POD|NODE", help="namespace/name, a pod, a workload or a node")
    asking.add_argument(
        "--recording", type=Path, metavar="PATH", help="a recording instead of a live cluster"
    )
    _add_settings(asking, "cluster")
    asking.set_defaults(command=why)

    answering = words.add_parser("ask", help="any word of /cilium, such as pending, nodes, limits m5.large")
    answering.add_argument("words", nargs="+", metavar="WORD", help="as after /cilium")
    answering.add_argument(
        "--recording", type=Path, metavar="PATH", help="a recording instead of a live cluster"
    )
    answering.add_argument(
        "--width", type=int, metavar="COLUMNS", help="width of the text (default: the terminal's)"
    )
    _add_settings(answering, "cluster")
    answering.set_defaults(command=ask)

    running = words.add_parser("run", help="serve Slack")
    running.add_argument(
        "--recording", type=Path, metavar="PATH", help="a recording instead of a live cluster"
    )
    _add_settings(running, "slack", "cluster", "run")
    running.set_defaults(command=run)

    recording = words.add_parser("record", help="write what the collectors read into a recording")
    recording.add_argument("out", type=Path, metavar="OUT", help="a folder, or a file ending in .tar.gz")
    recording.add_argument(
        "--anonymise", action="store_true", help="replace names, addresses and ids, consistently"
    )
    _add_settings(recording, "cluster")
    recording.set_defaults(command=record)

    trying = words.add_parser("console", help="type commands and see the answers, with no Slack")
    trying.add_argument(
        "--recording", type=Path, action="append", default=[], metavar="PATH", help="may be repeated"
    )
    trying.add_argument("--cluster", metavar="NAME", help="the cluster to begin with")
    trying.set_defaults(command=console)

    showing = words.add_parser("demo", help="see /cilium status for the clusters of the evaluation")
    showing.set_defaults(command=demo)
    return top


def check(options: argparse.Namespace) -> int:
    """Look once, print the report, and return the verdict's exit status."""
    from bot.clusters import reached, recorded

    cluster = recorded(options.recording) if options.recording else reached(read_access(given(options)))
    report = cluster.sweep(None)
    write(report, options.format, options.width, sys.stdout)
    return EXIT[report.verdict]


def why(options: argparse.Namespace) -> int:
    """Follow one pod or node; 0 when nothing stops it, 1 when something does, 4 when it was not read."""
    from bot.clusters import snapshot_of
    from checks.way import NotFound
    from checks.way import why as follow
    from handlers.render.way import way_text

    found = follow(snapshot_of(options.recording, lambda: read_access(given(options))), options.name)
    if isinstance(found, NotFound):
        _complain(way_text(found))
        return CANNOT
    sys.stdout.write(way_text(found) + "\n")
    return 1 if found.stop else 0


def ask(options: argparse.Namespace) -> int:
    """Print what /cilium would answer to these words; 0 whatever the answer is."""
    from bot.ask import page_of
    from bot.clusters import snapshot_of
    from handlers.render.text import render_page

    page = page_of(options.words, lambda: snapshot_of(options.recording, lambda: read_access(given(options))))
    columns, colour = _screen(options.width)
    sys.stdout.write(render_page(page, width=columns, colour=colour) + "\n")
    return 0


def run(options: argparse.Namespace) -> int:
    """Serve Slack until it is told to stop."""
    from bot.serve import CannotServe, serve

    try:
        return serve(given(options), options.recording)
    except CannotServe as error:
        _complain(str(error))
        return CANNOT


def record(options: argparse.Namespace) -> int:
    """Write a recording of the live cluster."""
    from bot.record import record as write_recording

    return write_recording(read_access(given(options)), options.out, anonymise=options.anonymise)


def console(options: argparse.Namespace) -> int:
    """Type commands, see the answers."""
    from bot.console import console as talk

    return talk(options.recording, options.cluster)


def demo(options: argparse.Namespace) -> int:
    """Show the answers for the clusters of the evaluation."""
    from bot.demo import demo as show

    return show()


def given(options: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings by name: an option wins over the environment."""
    values = {option.name: environ.get(option.name, "") for option in OPTIONS}
    said = {option.name: getattr(options, option.name, None) for option in OPTIONS}
    return values | {name: value for name, value in said.items() if value is not None}


def write(report: Report, form: str, width: int | None, out: TextIO) -> None:
    """Print the report in one of FORMATS; only the renderer that is asked for is imported."""
    if form == "json":
        from handlers.render.json import encode

        out.write(encode(report).decode())
    elif form == "blocks":
        import json

        from handlers.render.blocks import blocks

        message = blocks(report, now=report.taken_at)
        out.write(json.dumps({"text": message.text, "blocks": message.blocks}, ensure_ascii=False, indent=2))
    elif form == "markdown":
        from handlers.render.markdown import render as markdown

        out.write(markdown(report))
    else:
        from handlers.render.text import render as text

        columns, colour = _screen(width)
        out.write(text(report, width=columns, colour=colour and out.isatty()))
    out.write("\n")
    out.flush()


def _screen(width: int | None) -> tuple[int, bool]:
    """The columns to write in, and whether in colours."""
    columns = width or min(shutil.get_terminal_size().columns, MAX_WIDTH)
    return max(columns, 40), sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _add_settings(command: argparse.ArgumentParser, *groups: Group) -> None:
    for group in groups:
        section = command.add_argument_group(f"settings: {group}")
        for option in OPTIONS:
            if option.group == group:
                section.add_argument(
                    option.flag, dest=option.name, metavar="…", help=f"{option.about} [{option.name}]"
                )


def _complain(line: str) -> None:
    sys.stderr.write("cilium-bot: " + " ".join(line.split()) + "\n")


if __name__ == "__main__":
    sys.exit(main())
