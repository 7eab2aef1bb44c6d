"""How a sweep scales: against the plainest reading of the same pages, and in memory."""

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.child import Child
from bench.reading import floor, sweep
from bot.arenas import few_arenas

PAIRS = 9
MOST_RATIO = 2.0
MOST_MB = 60.0
MB = 1 << 20
MEMORY = "memory"


def bench(server: Child) -> bool:
    """Measure and print; whether both bars are met."""
    base = server.ready
    sizes: dict[str, list[int]] = json.loads(server.ask("sizes"))
    for path, (items, size) in sorted(sizes.items(), key=lambda pair: -pair[1][1])[:4]:
        _tell(f"  {path}: {items:,} objects, {size / items / 1000:.1f} KB each, {size / 1e6:.1f} MB")
    server.ask("asked")
    report = sweep(base)  # the imports, and what the server makes when it is asked for the first time
    targets: list[str] = json.loads(server.ask("asked"))
    floor(base, targets)
    _tell(f"  the sweep asks for {len(targets)} pages and says: {report.headline}")
    sweeps, floors = [], []
    for _ in range(PAIRS):
        sweeps.append(_timed(lambda: sweep(base)))
        floors.append(_timed(lambda: floor(base, targets)))
    own, least = statistics.median(sweeps), statistics.median(floors)
    ratio = own / least
    with Child("sweep", MEMORY, base) as fresh:
        above = float(fresh.ready)
    _tell(f"sweep  {own:.3f} s ({min(sweeps):.3f} to {max(sweeps):.3f}), reading alone {least:.3f} s")
    _tell(f"ratio  {ratio:.2f}, at most {MOST_RATIO:.1f}: {_word(ratio <= MOST_RATIO)}")
    _tell(f"memory {above:.1f} MB above the imports, at most {MOST_MB:.0f}: {_word(above <= MOST_MB)}")
    return ratio <= MOST_RATIO and above <= MOST_MB


def memory(base: str) -> float:
    """The peak of one sweep in this fresh process, in MB above what the imports take."""
    from checks.collect.registry import collectors
    from checks.load import load_checks

    few_arenas()  # as the bot does before its threads begin
    collectors(), load_checks()
    gc.collect()
    before = resident()
    sweep(base)
    return (_peak() - before) / MB


def _timed(task: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    task()
    return time.perf_counter() - began


def resident() -> int:
    """Bytes now; where the system does not tell, the peak so far."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * resource.getpagesize() if pages.exists() else _peak()


def _peak() -> int:
    """Bytes at the most. In ru_maxrss Linux counts what the process was before it ran this program."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _word(met: bool) -> str:
    return "met" if met else "MISSED"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _tell(f"{memory(sys.argv[2]):.3f}")
