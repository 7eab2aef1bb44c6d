import subprocess
import sys

import pytest

COUNT = """
import threading
from pathlib import Path
from bot.arenas import few_arenas

few_arenas()
together, go = threading.Barrier(25), threading.Event()

def hold() -> None:
    kept = [bytes(2_000) for _ in range(100)]
    together.wait()
    go.wait()

for _ in range(24):
    threading.Thread(target=hold).start()
together.wait()
starts = [line.split("-")[0] for line in Path("/proc/self/maps").read_text().splitlines() if " rw-p " in line]
print(sum(int(start, 16) % (64 << 20) == 0 for start in starts))
go.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that has arenas")
def test_many_threads_share_few_arenas() -> None:
    counted = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert int(counted.stdout) <= 2
