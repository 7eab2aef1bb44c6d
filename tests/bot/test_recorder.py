import tarfile
import threading
from io import BytesIO
from pathlib import Path

import pytest

from bot.clusters import Cluster, recorded
from bot.record.write import Bounds, write
from bot.recorder import FreshRecorder
from checks.collect.recording import Recording
from checks.collect.source import SourceError
from handlers.work import NotRecorded
from tests.bot.fakes import HandSweep

RECORDING = Path(__file__).parents[1] / "recordings" / "phase1_native"
KEY = b"k" * 32


def test_makes_a_whole_anonymised_archive_in_a_process_of_its_own() -> None:
    cluster = recorded(RECORDING)
    made = FreshRecorder([cluster])(cluster.name)
    with tarfile.open(fileobj=BytesIO(made.content)) as archive:
        names = archive.getnames()
        head = archive.extractfile("recording/recording.json")
        assert head is not None
        said = head.read().decode()
    assert "anonymised" in said
    assert cluster.name not in said
    assert len(names) > 10


def test_says_why_there_is_none() -> None:
    cluster = recorded(RECORDING)
    with pytest.raises(NotRecorded, match="cannot read elsewhere"):
        FreshRecorder([cluster])("elsewhere")
    with pytest.raises(NotRecorded, match="cannot read by-hand"):
        FreshRecorder([Cluster("by-hand", HandSweep())])("by-hand")
    with pytest.raises(NotRecorded, match="it took too long"):
        FreshRecorder([cluster], patience_s=0.0)(cluster.name)


def test_tells_the_reason_of_a_reading_that_failed() -> None:
    cluster = recorded(RECORDING)
    gone = Cluster("gone", cluster.sweep, source=recorded_elsewhere)
    with pytest.raises(NotRecorded, match=r"There is no recording: .*record --anonymise"):
        FreshRecorder([gone])("gone")


def recorded_elsewhere(seconds: float) -> Recording:
    return Recording(Path("no-such-recording"))


def test_one_recording_is_made_at_a_time() -> None:
    cluster = recorded(RECORDING)
    recorder = FreshRecorder([cluster])
    assert recorder._lock.acquire(blocking=False)
    with pytest.raises(NotRecorded, match="Another recording is being made"):
        recorder(cluster.name)


def test_gives_up_when_the_bot_stops() -> None:
    cluster = recorded(RECORDING)
    recorder = FreshRecorder([cluster])
    told: list[str] = []

    def make() -> None:
        try:
            recorder(cluster.name)
        except NotRecorded as error:
            told.append(str(error))

    maker = threading.Thread(target=make)
    maker.start()
    while recorder._child is None and maker.is_alive():
        maker.join(0.01)
    recorder.stop()
    maker.join(20)
    assert told == ["I am being restarted: ask again in a minute."]
    with pytest.raises(NotRecorded):
        recorder(cluster.name)


@pytest.mark.parametrize("most", [1_000, 200_000])
def test_keeps_no_half_of_a_recording_that_is_too_large(tmp_path: Path, most: int) -> None:
    with pytest.raises(SourceError, match="is more than 0 MB"):
        write(Recording(RECORDING), tmp_path / "x.tar.gz", anonymise=True, key=KEY, bounds=Bounds(60, most))
    assert list(tmp_path.iterdir()) == []
