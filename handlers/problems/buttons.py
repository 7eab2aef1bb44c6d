"""The buttons under anything that shows problems: who takes them on, and who wants no messages of them."""

from collections.abc import Sequence

from handlers.render.limits.numbers import MAX_BUTTON_VALUE_CHARS
from handlers.render.page import Button

ACKNOWLEDGE = "problem_acknowledge"
SILENCE = "problem_silence"
RELEASE = "problem_release"
UNSILENCE = "problem_unsilence"


def problem_buttons(cluster: str, ids: Sequence[str]) -> tuple[Button, ...]:
    """*Acknowledge* and *Silence* for these problems of a cluster; none when there are no problems."""
    if not ids:
        return ()
    value = problems_value(cluster, ids)
    return Button("Acknowledge", ACKNOWLEDGE, value), Button("Silence…", SILENCE, value)


def problems_value(cluster: str, ids: Sequence[str]) -> str:
    """What a button carries, a line for each: the cluster, then as many ids as there is room for."""
    value = cluster
    for id in ids:
        if len(value) + 1 + len(id) > MAX_BUTTON_VALUE_CHARS:
            break
        value += f"\n{id}"
    return value


def meant(value: str) -> tuple[str, tuple[str, ...]]:
    """The cluster and the ids that a button carries."""
    cluster, *ids = value.split("\n")
    return cluster, tuple(id for id in ids if id)
