"""What every test may ask for: the snapshot of a recording, by its name; AWS as moto keeps it."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, settings

from bot.logs import Redacting
from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.snapshot import Snapshot

# Time is measured by the benches; a loaded machine must not fail a property.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

LEVEL, HOOK = logging.getLogger().level, threading.excepthook
RECORDINGS = Path(__file__).parent / "recordings"


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Snapshot]:
    """Reads tests/recordings/NAME through the real collectors; each name once per run."""
    read: dict[str, Snapshot] = {}

    def snapshot(name: str) -> Snapshot:
        if name not in read:
            read[name] = gather(Recording(RECORDINGS / name))
        return read[name]

    return snapshot


@pytest.fixture(autouse=True)
def _logging_as_a_process_begins() -> None:
    """What another test, or the fixture of a module, has configured for a whole process is gone."""
    root = logging.getLogger()
    root.handlers[:] = [held for held in root.handlers if not isinstance(held.formatter, Redacting)]
    root.setLevel(LEVEL)
    logging.captureWarnings(False)
    threading.excepthook = HOOK


@pytest.fixture
def moto_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an AWS that keeps state, and begins with none."""
    from moto.server import ThreadedMotoServer

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST"), timeout=10).close()
    yield f"http://{host}:{port}"
    server.stop()
