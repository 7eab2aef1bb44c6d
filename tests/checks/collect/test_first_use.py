"""Collectors run side by side, and so does the first use of every struct that they decode into."""

import sys
from collections.abc import Iterator
from threading import Barrier, Thread

import msgspec
import pytest

from checks.collect.wire import decode

RAW = b'{"metadata": {"name": "a", "labels": {"b": "c"}}, "more": [{"name": "d"}]}'


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def fresh_form() -> type[msgspec.Struct]:
    """A struct that nothing has been decoded into yet, with another one inside."""
    inner = msgspec.defstruct("Inner", [("name", str, ""), ("labels", dict[str, str] | None, None)])
    several = list[inner] | None  # type: ignore[valid-type] # made at run time: that is what is tested
    return msgspec.defstruct("Outer", [("metadata", inner | None, None), ("more", several, None)])


@pytest.mark.usefixtures("eager_threads")
def test_survives_threads_that_decode_into_a_struct_for_the_first_time() -> None:
    for _ in range(150):
        assert decoded_by_six_at_once(fresh_form()) == [b"a"] * 6


def decoded_by_six_at_once(form: type[msgspec.Struct]) -> list[bytes]:
    """What each of six threads read, all of them started together."""
    together = Barrier(6)
    names: list[bytes] = []

    def work() -> None:
        together.wait()
        again = msgspec.json.encode(decode(RAW, form, "a thing"))
        names.append(again[21:22])

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return names
