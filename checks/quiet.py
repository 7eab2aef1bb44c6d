"""Fewer passes of the cyclic garbage collector while a sweep makes its many small values.

A sweep of 15,000 pods makes some hundred thousand tuples, none of them part of a cycle; with Python's default
thresholds a quarter of its time goes into looking for some (docs/decisions/0003-speed-of-a-sweep.md).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_SELDOM = 20_000
_lock = Lock()
_depth = 0
_before = gc.get_threshold()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Raise the threshold of the youngest generation while anybody is inside; sweeps may overlap."""
    global _depth, _before  # noqa: PLW0603 - the collector itself is one for the whole process
    with _lock:
        if _depth == 0:
            _before = gc.get_threshold()
            gc.set_threshold(max(_SELDOM, _before[0]), *_before[1:])
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                gc.set_threshold(*_before)
