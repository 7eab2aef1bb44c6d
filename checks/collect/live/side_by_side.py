"""Several lists read at the same time, each page handed out as it comes."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import Full, Queue

from checks.collect.source import UnreadError

Pages = Callable[[], Iterator[bytes]]
"""Begins to read one list."""

LOOK_S = 0.1  # how soon a reader that waits for room sees that nobody wants its pages any more


class _Readers:
    """Threads that share a pile of lists and one queue with room for a page each."""

    def __init__(self, lists: Iterable[Pages], at_once: int) -> None:
        self._left = deque(lists)
        self._pages: Queue[bytes | UnreadError | None] = Queue(at_once)
        self._over = threading.Event()
        self._at_once = at_once

    def pages(self) -> Iterator[bytes]:
        for number in range(self._at_once):
            threading.Thread(target=self._read, name=f"list-{number}", daemon=True).start()
        try:
            for _ in range(self._at_once):  # each reader says when it is done
                while (page := self._pages.get()) is not None:
                    if isinstance(page, UnreadError):
                        raise page
                    yield page
        finally:
            self._over.set()

    def _read(self) -> None:
        try:
            while self._left and not self._over.is_set():
                for page in self._left.popleft()():
                    if not self._put(page):
                        return
        except IndexError:
            pass  # another reader was faster with the last list
        except UnreadError as error:
            self._put(error)
        self._put(None)

    def _put(self, page: bytes | UnreadError | None) -> bool:
        """Hand it out; False when nobody takes it any more."""
        while not self._over.is_set():
            try:
                self._pages.put(page, timeout=LOOK_S)
            except Full:
                continue
            return True
        return False


def side_by_side(lists: Iterable[Pages], at_once: int) -> Iterator[bytes]:
    """The pages of all lists, those of one list in order; at most ``at_once`` are read at a time.

    Raises the first UnreadError that any of them raises; the others stop then, as they do when the pages
    are no longer asked for.
    """
    yield from _Readers(lists, at_once).pages()
