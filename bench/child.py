"""A process of its own, asked and answered line by line over its standard input and output."""

import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Child:
    """Runs a module of this package until the block ends. Its first line, ``ready``, is its address."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it and wait until it says that it is ready."""
        command = [sys.executable, "-m", f"bench.{module}", *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.ready = self._line()

    def ask(self, question: str) -> str:
        """One line there, one line back. Raises RuntimeError when the process is gone."""
        if self._process.stdin is not None:
            self._process.stdin.write(question + "\n")
        return self._line()

    def __enter__(self) -> Self:
        """It is already running."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it: the end of its input is its signal."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait(20)}")
        return line.strip()


def answer(ready: str, questions: Callable[[str], str]) -> None:
    """The other side: say that we are ready, then answer until the input ends."""
    sys.stdout.write(ready + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(questions(line.strip()) + "\n")
        sys.stdout.flush()
