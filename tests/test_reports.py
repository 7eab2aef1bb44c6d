"""What the bot says of every recording, word for word; read the difference before you accept it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from checks.judge import judge
from checks.snapshot import Snapshot
from handlers.render.text import render
from tests.conftest import RECORDINGS

NAMES = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())


class TextFile(SingleFileSnapshotExtension):
    """One text file per recording, to be read as it would be in a terminal."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.mark.parametrize("name", NAMES)
def test_says_what_was_last_read_by_eye(
    name: str, recorded: Callable[[str], Snapshot], snapshot: SnapshotAssertion
) -> None:
    report = replace(judge(recorded(name)), seconds=0.0)
    assert render(report, width=80) == snapshot(extension_class=TextFile)
