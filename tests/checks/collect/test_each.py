import threading

import pytest

from checks.collect.each import AT_ONCE, ask_each
from checks.collect.source import UnreadError
from tests.checks.collect.told import told

NODES = [f"node-{n:02}" for n in range(2 * AT_ONCE)]
SOURCE = told({f"cilium/{node}/status": {} for node in NODES})


def test_asks_a_few_at_a_time_and_never_more() -> None:
    together = threading.Barrier(AT_ONCE, timeout=10)
    at_work: list[str] = []
    most = 0
    lock = threading.Lock()

    def read(path: str) -> str:
        nonlocal most
        with lock:
            at_work.append(path)
            most = max(most, len(at_work))
        together.wait()  # nobody goes on before so many are here
        with lock:
            at_work.remove(path)
        return path

    found, errors = ask_each(SOURCE, "cilium", "{argument}/status", read)
    assert most == AT_ONCE
    assert list(found) == NODES
    assert errors == {}


def test_tells_apart_who_failed_and_who_was_not_asked() -> None:
    def read(path: str) -> str:
        match path.split("/")[1]:
            case "node-00":
                return "fine"
            case "node-01":
                raise UnreadError("refused: exec")
            case _:
                raise UnreadError("not asked")

    found, errors = ask_each(SOURCE, "cilium", "{argument}/status", read)
    assert (found, errors) == ({"node-00": "fine"}, {"node-01": "refused: exec"})


def test_reasons_that_name_their_path_are_one_reason() -> None:
    def read(path: str) -> str:
        if path.split("/")[1] < "node-03":
            raise UnreadError("timed out after 5 s")
        raise UnreadError(f"refused: {path}", "exec")

    with pytest.raises(UnreadError, match=r"^refused: cilium/node-03/status$") as caught:
        ask_each(SOURCE, "cilium", "{argument}/status", read)
    assert caught.value.grant == "exec"


def test_nobody_to_ask_is_not_asked() -> None:
    with pytest.raises(UnreadError, match=r"^not asked$"):
        ask_each(told(), "cilium", "{argument}/status", str)
