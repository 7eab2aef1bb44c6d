"""Whether memory stays flat: ten thousand sweeps of a recorded cluster, with all that follows them.

A round is five minutes, so that is five weeks of one cluster.
"""

import gc
import logging
import sys
import time
from pathlib import Path

from bench.sweep import MB, resident
from bot.app import Bot, build_app
from bot.arenas import few_arenas
from bot.clusters import recorded
from bot.settings import Secret, SlackSettings
from bot.store import MemoryStore

RECORDING = Path(__file__).parents[1] / "tests" / "recordings" / "phase1_native"
WARM = 1_000  # until then caches fill
SWEEPS = 10_000
TOLD = 1_000
MOST_MB = 6.0
NOBODY = "http://127.0.0.1:1/api/"  # nothing is posted: no channel has a digest


def bench(sweeps: int = SWEEPS) -> bool:
    """Sweep, measure and print; whether memory stayed flat."""
    few_arenas()
    logging.disable(logging.WARNING)
    slack = SlackSettings(
        bot_token=Secret("xoxb-none"),
        app_token=None,
        signing_secret=Secret("none"),
        api_url=NOBODY,
    )
    bot = build_app(slack, [recorded(RECORDING)], MemoryStore())
    began, at_first = time.perf_counter(), 0.0
    for number in range(1, sweeps + 1):
        _sweep(bot)
        if number == min(WARM, sweeps // 2):
            at_first = _resident_mb()
        if number % TOLD == 0:
            _tell(f"  {number:>6,} sweeps, {_resident_mb():.1f} MB, {time.perf_counter() - began:.0f} s")
    grown = _resident_mb() - at_first
    bot.stop(5)
    met = grown <= MOST_MB
    _tell(f"months {grown:+.1f} MB since the first {WARM:,} sweeps, at most {MOST_MB:.0f}: {_word(met)}")
    return met


def _sweep(bot: Bot) -> None:
    """One sweep, and its report's way through the history, the problems and the watches."""
    [name] = bot.sweeps.names
    bot.sweeps.join(name).report()
    bot.pool.idle(10)


def _resident_mb() -> float:
    gc.collect()
    return resident() / MB


def _word(met: bool) -> str:
    return "met" if met else "MISSED"


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
