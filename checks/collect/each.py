"""Asks the same of many: one path per node or per subnet, a few at a time, each with its own fate."""

from collections import Counter
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from checks.collect.source import Source, UnreadError

AT_ONCE = 4
"""Agents and API calls asked at the same time; the bot is a guest of both."""

T = TypeVar("T")


def ask_each(
    source: Source, below: str, form: str, read: Callable[[str], T]
) -> tuple[Mapping[str, T], Mapping[str, str]]:
    """What ``read`` makes of each path below one, and why the others were not read; both by argument, sorted.

    ``form`` is the rest of the path: "{argument}", "{argument}/status". One that was not asked is in neither
    mapping. Raises UnreadError, with the commonest reason, when not one was read.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    for argument in sorted(source.arguments(below)):
        waiting.put(argument)
    fates: dict[str, T | UnreadError] = {}

    def work() -> None:
        while (argument := _next(waiting)) is not None:
            try:
                fates[argument] = read(f"{below}/{form.format(argument=argument)}")
            except UnreadError as error:
                fates[argument] = error

    # Daemon threads: one that hangs in a dead connection must not keep the process from ending.
    workers = [
        Thread(target=work, name="ask-each", daemon=True) for _ in range(min(AT_ONCE, waiting.qsize()))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    fates = dict(sorted(fates.items()))
    errors = {key: fate for key, fate in fates.items() if isinstance(fate, UnreadError)}
    found = {key: fate for key, fate in fates.items() if not isinstance(fate, UnreadError)}
    asked = {key: error for key, error in errors.items() if not error.reason.startswith("not asked")}
    if not found:
        raise _commonest({f"{below}/{form.format(argument=key)}": e for key, e in (asked or errors).items()})
    return found, {key: error.reason for key, error in asked.items()}


def _next(waiting: "SimpleQueue[str]") -> str | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def _commonest(errors: Mapping[str, UnreadError]) -> UnreadError:
    """The error that stands for all, by path: reasons that differ only in their path are the same reason."""
    alike = {path: error.reason.replace(path, "…") for path, error in errors.items()}
    if not alike:
        return UnreadError("not asked")
    [(reason, _)] = Counter(alike.values()).most_common(1)
    return next(errors[path] for path in errors if alike[path] == reason)
