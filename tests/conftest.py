"""What every test may ask for: the snapshot of a recording, by its name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.snapshot import Snapshot

# Time is measured by the benches; a loaded machine must not fail a property.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

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
