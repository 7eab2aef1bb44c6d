"""Lists a custom resource that Cilium serves under one API version or another, or that is not installed."""

from collections.abc import Sequence
from typing import TypeVar

from checks.collect.source import Source, UnreadError
from checks.collect.wire import items

T = TypeVar("T")


def served(source: Source, paths: Sequence[str], type: type[T], kind: str) -> tuple[T, ...]:
    """The items of the first path that has any; none when every path that was asked is empty or unknown.

    A 404 means that this version of the definition is not installed, which is an answer. Raises UnreadError
    when a path was refused or could not be read, or when none was asked.
    """
    answered = False
    problem: UnreadError | None = None
    for path in paths:
        try:
            found = tuple(items(source, path, type, kind))
        except UnreadError as error:
            answered = answered or error.missing
            if not error.missing and (problem is None or problem.reason.startswith("not asked")):
                problem = error
            continue
        if found:
            return found
        answered = True
    if problem is not None and not (answered and problem.reason.startswith("not asked")):
        raise problem
    return ()
