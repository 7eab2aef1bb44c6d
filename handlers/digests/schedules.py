"""Which digests there are: those of the settings and those that people set, with who paused which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from handlers.command import Desk
from handlers.digests.model import Pause, Schedule
from handlers.store import Drawer, Store

KEY = "cilium:digests"
MAX_PER_CHANNEL = 10
MAX_ALL = 200


class ScheduleRefused(Exception):
    """This schedule is not added; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What people made: their schedules, and pauses by the schedule's id, also of those from the settings."""

    schedules: tuple[Schedule, ...] = ()
    pauses: tuple[Pause, ...] = ()


INDEX = Drawer(Index, keep=None)


def all_schedules(desk: Desk) -> tuple[Schedule, ...]:
    """Every schedule, those of the settings first, then in the order they were made. Raises StoreError."""
    return _all(desk.store, desk.fixed_digests)


def of_channel(desk: Desk, channel: str) -> tuple[Schedule, ...]:
    """This channel's schedules; a schedule's number is its place, from 1 on. Raises StoreError."""
    return tuple(one for one in all_schedules(desk) if one.channel == channel)


def channels_of(store: Store, fixed: Sequence[Schedule], cluster: str) -> tuple[str, ...]:
    """The channels that have a digest of this cluster which is not paused. Raises StoreError."""
    active = (one for one in _all(store, fixed) if one.covers(cluster) and one.paused is None)
    return tuple(dict.fromkeys(one.channel for one in active))


def add(desk: Desk, schedule: Schedule) -> None:
    """Add one that somebody made; the same one again changes nothing. Raises ScheduleRefused, StoreError."""
    if any(one.id == schedule.id for one in desk.fixed_digests):
        raise ScheduleRefused("The bot's settings have this very digest already.")

    def change(index: Index) -> Index:
        if any(one.id == schedule.id for one in index.schedules):
            return index
        if sum(one.channel == schedule.channel for one in index.schedules) >= MAX_PER_CHANNEL:
            raise ScheduleRefused(f"A channel has at most {MAX_PER_CHANNEL} digests; delete one first.")
        if len(index.schedules) >= MAX_ALL:
            raise ScheduleRefused(f"There are {MAX_ALL} digests in all, which is the most that I keep.")
        return replace(index, schedules=(*index.schedules, schedule))

    _change(desk.store, change)


def remove(store: Store, id: str) -> None:
    """Forget one that somebody made, with its pause. Raises StoreError."""
    _change(
        store,
        lambda index: Index(
            schedules=tuple(one for one in index.schedules if one.id != id),
            pauses=tuple(one for one in index.pauses if one.id != id),
        ),
    )


def pause(store: Store, pause: Pause) -> None:
    """Let one rest; the first pause stands. Raises StoreError."""

    def change(index: Index) -> Index:
        known = any(one.id == pause.id for one in index.pauses)
        return index if known else replace(index, pauses=(*index.pauses, pause))

    _change(store, change)


def resume(store: Store, id: str) -> None:
    """Let one come due again. Raises StoreError."""
    _change(store, lambda index: replace(index, pauses=tuple(one for one in index.pauses if one.id != id)))


def _all(store: Store, fixed: Sequence[Schedule]) -> tuple[Schedule, ...]:
    index = INDEX.get(store, KEY) or Index()
    pauses = {one.id: one for one in index.pauses}
    return tuple(replace(one, paused=pauses.get(one.id)) for one in (*fixed, *index.schedules))


def _change(store: Store, change: Callable[[Index], Index]) -> None:
    INDEX.change(store, KEY, lambda index: change(index or Index()))
