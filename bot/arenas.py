"""Keeps the C library from setting memory aside for each of the many threads that sweeps begin.

glibc gives threads up to eight arenas a core, and each keeps the most that it ever held: over months that is
megabytes which nobody uses. https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
FEW = 2  # one waits for the interpreter most of the time anyway


def few_arenas() -> None:
    """Let the process have few arenas, where its C library knows of any; before threads begin."""
    with suppress(OSError, AttributeError):  # another library, or none that can be asked
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, FEW)
