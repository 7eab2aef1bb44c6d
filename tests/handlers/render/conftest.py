"""Goldens: one file per rendering, to be read by eye before it is updated."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class TextFile(SingleFileSnapshotExtension):
    """A golden as people read it."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class JsonFile(TextFile):
    """A golden to paste into Block Kit Builder."""

    file_extension = "json"


class MarkdownFile(TextFile):
    """A golden to open beside a ticket."""

    file_extension = "md"


Golden = Callable[[str], SnapshotAssertion]


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> Golden:
    kinds = {"txt": TextFile, "json": JsonFile, "md": MarkdownFile}

    def use(kind: str) -> SnapshotAssertion:
        return snapshot.use_extension(kinds[kind])

    return use
