"""Writes tests/recordings anew: ``python -m tests.builder.write [NAME …]``."""

import shutil
import sys
from pathlib import Path

from tests.builder.recordings import RECORDINGS

FOLDER = Path(__file__).parents[1] / "recordings"


def main(names: list[str]) -> None:
    """Writes the named recordings, or all of them; files that no longer belong to one go."""
    for name in names or sorted(RECORDINGS):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        RECORDINGS[name]().write(FOLDER / name)


if __name__ == "__main__":
    main(sys.argv[1:])
