import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import MemoryStore
from handlers.history.ring import (
    ADDRESSES,
    DAYS,
    HOURS,
    MAX_COLUMNS,
    MINUTES,
    PREFIXES,
    RESOLUTIONS,
    SUBNET,
    USED,
    WAITING,
    Ring,
    Sample,
    Track,
    merged,
)

NOW = datetime(2026, 11, 23, 10, 7, tzinfo=UTC)
FREE = Track(kind=SUBNET, name="subnet-1", unit=ADDRESSES)
MOST = 6
looks = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 99)), max_size=40)


def ring_of(looks: Sequence[tuple[int, int]], track: Track = FREE) -> Ring | None:
    ring: Ring | None = None
    for number, value in looks:
        ring = merged(ring, number, {track: value}, MOST)
    return ring


@given(looks)
def test_keeps_the_worst_of_each_of_the_newest_buckets(looks: list[tuple[int, int]]) -> None:
    """Against the plainest thing that could keep them, for reports in their order."""
    looks.sort(key=lambda look: look[0])
    for track, worst in ((FREE, min), (WAITING, max)):
        ring = ring_of(looks, track) or Ring()
        last = max((number for number, _ in looks), default=0)
        known = {
            number: worst(value for at, value in looks if at == number)
            for number, _ in looks
            if number > last - MOST
        }
        column = ring.columns.get(track.key, ())
        found = {ring.first + place: one for place, one in enumerate(column) if one is not None}
        assert found == known
        assert ring.length <= MOST


@given(looks, st.randoms(use_true_random=False))
def test_a_report_that_is_told_twice_or_by_two_replicas_changes_nothing(
    looks: list[tuple[int, int]], chance: random.Random
) -> None:
    looks.sort(key=lambda look: look[0])
    again = list(looks)
    for look in looks:
        again.insert(chance.randint(again.index(look), len(again)), look)
    assert ring_of(looks) == ring_of(again)


def test_a_report_older_than_the_ring_changes_nothing() -> None:
    ring = merged(None, 100, {FREE: 5}, MOST)
    assert merged(ring, 99, {FREE: 1}, MOST) == ring


def test_a_long_pause_leaves_nothing_of_before() -> None:
    ring = merged(merged(None, 1, {FREE: 5}, MOST), 10_000_000, {FREE: 7}, MOST)
    assert ring == Ring(10_000_000, 1, {FREE.key: [7]})


def test_what_is_no_longer_told_is_unknown_and_then_forgotten() -> None:
    ring = merged(None, 1, {FREE: 5, USED: 1}, MOST)
    for number in range(2, 5):
        ring = merged(ring, number, {USED: 1}, MOST)
    assert ring.columns[FREE.key] == [5, None, None, None]
    assert ring.latest(FREE, 3) is None
    assert ring.latest(FREE, 4) == 5
    for number in range(5, 9):
        ring = merged(ring, number, {USED: 1}, MOST)
    assert FREE.key not in ring.columns


def test_has_room_for_so_many_figures_and_the_first_stay() -> None:
    ring: Ring | None = None
    tracks = [Track(kind=SUBNET, name=f"subnet-{n}", unit=ADDRESSES) for n in range(MAX_COLUMNS + 9)]
    for number in range(3):
        ring = merged(ring, number, dict.fromkeys(tracks, 1), MOST)
    assert ring is not None
    assert len(ring.columns) == MAX_COLUMNS
    assert tracks[0].key in ring.columns


def test_leaves_a_name_of_unheard_of_length_out() -> None:
    assert not merged(None, 1, {Track(kind=SUBNET, name="x" * 999, unit=ADDRESSES): 1}, MOST).columns


def test_after_a_pause_the_newest_buckets_are_unknown() -> None:
    store = MemoryStore()
    HOURS.add(store, "prod", NOW - timedelta(hours=3), {FREE: 5})
    assert HOURS.get(store, "prod", NOW).columns[FREE.key] == [5, None, None, None]
    assert HOURS.get(store, "other", NOW) == Ring()


@pytest.mark.parametrize("track", [FREE, WAITING, Track(kind=SUBNET, name="a", unit=PREFIXES, whole=True)])
def test_a_track_is_found_again_by_its_key(track: Track) -> None:
    assert Track.of(track.key) == track


def test_a_clusters_whole_history_has_a_known_size() -> None:
    """Fifty subnets with prefixes, ten types of nodes: 0.7 MB in the store, so 35 MB for fifty clusters."""
    sample: dict[Track, int] = {WAITING: 120, USED: 31_000}
    for n in range(50):
        name = f"subnet-0a1b2c3d4e5f{n:05}"
        sample |= {Track(kind=SUBNET, name=name, unit=ADDRESSES): 4_091 - n}
        sample |= {Track(kind=SUBNET, name=name, unit=PREFIXES): 255 - n}
    for n in range(10):
        track = Track(kind="Node type", name=f"m5.{n}xlarge (eni)", unit="pods")
        sample |= {track: 2_000, Track(kind=track.kind, name=track.name, unit="pods", whole=True): 9_000}
    size = 0
    for resolution in RESOLUTIONS:
        store, columns = (
            MemoryStore(),
            {track.key: [value] * resolution.most for track, value in sample.items()},
        )
        last = resolution.number(NOW)
        full = Ring(last - resolution.most + 1, resolution.most, columns)
        resolution.drawer.put(store, f"cilium:prod:history:{resolution.name}", full)
        resolution.add(store, "prod", NOW + resolution.step, sample)
        kept = store.get(f"cilium:prod:history:{resolution.name}")
        assert kept is not None
        size += len(kept)
    assert 500_000 < size < 700_000


def test_replicas_that_write_at_once_lose_nothing() -> None:
    store = MemoryStore()
    tracks = [Track(kind=SUBNET, name=f"subnet-{n}", unit=ADDRESSES) for n in range(8)]

    def write(track: Track) -> None:
        for value in range(9, 4, -1):
            DAYS.add(store, "prod", NOW, {track: value})

    threads = [Thread(target=write, args=(track,)) for track in tracks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept: Sample = {
        Track.of(key): column[0] or 0 for key, column in DAYS.get(store, "prod", NOW).columns.items()
    }
    assert kept == dict.fromkeys(tracks, 5)


def test_a_day_two_weeks_and_a_year_are_kept() -> None:
    assert [resolution.step * resolution.most for resolution in (MINUTES, HOURS, DAYS)] == [
        timedelta(days=1),
        timedelta(days=14),
        timedelta(days=365),
    ]
