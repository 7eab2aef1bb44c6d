"""Pages of several lists come as they are read, all of them, and stop when one fails."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from checks.collect.live.side_by_side import side_by_side
from checks.collect.source import UnreadError


def numbered(name: str, pages: int) -> Iterator[bytes]:
    for page in range(pages):
        yield f"{name}{page}".encode()


@pytest.mark.parametrize("lists", [0, 1, 3, 40])
def test_hands_out_every_page_and_each_list_in_order(lists: int) -> None:
    names = [f"{number}-" for number in range(lists)]
    found = list(side_by_side([partial(numbered, name, 5) for name in names], 4))
    assert sorted(found) == sorted(f"{name}{page}".encode() for name in names for page in range(5))
    for name in names:
        own = [page for page in found if page.startswith(name.encode())]
        assert own == sorted(own)


def test_raises_what_one_list_raises() -> None:
    def refused() -> Iterator[bytes]:
        yield b"x"
        raise UnreadError("refused: list pods (Forbidden)")

    with pytest.raises(UnreadError, match="Forbidden"):
        list(side_by_side([refused, *[partial(numbered, "a", 5)] * 9], 4))


def test_reads_no_more_than_so_many_at_a_time() -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def counted() -> Iterator[bytes]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        yield b"x"
        with lock:
            at_once -= 1

    assert len(list(side_by_side([counted] * 30, 4))) == 30
    assert most <= 4


def test_stops_when_nobody_listens_any_more() -> None:
    ended = threading.Event()

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            ended.set()

    pages = side_by_side([endless], 1)
    next(pages)
    pages.close()  # type: ignore[attr-defined] # it is a generator
    assert ended.wait(5)
