"""Renders each report once for everybody who gets it: after a shared sweep, sixty messages are the same."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from handlers.render.answer import Lay, again_value, answer_blocks
from handlers.render.blocks import blocks
from handlers.render.message import Message
from handlers.render.status import diagnosis_menu
from handlers.work import Seen

KEPT = 24  # some words of a few clusters


class Pages:
    """Reports as messages; thread-safe. A message tells its report's age in whole seconds."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """``now`` is aware."""
        self._now = now
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], tuple[Seen, Message]] = OrderedDict()

    def of(self, seen: Seen, word: str = "", named: tuple[str, ...] = (), lay: Lay | None = None) -> Message:
        """The report as a message, with its age when it was not made for this question.

        ``lay`` shows of it what ``word`` asks for of ``named``; without it the message is the whole status.
        """
        age_s = None if seen.age_s is None else float(round(seen.age_s))
        key = (id(seen.report), age_s, word, named)  # whoever is kept is alive, so its id is nobody else's
        with self._lock:  # also while it renders: those who wait want the very same
            if key not in self._kept:
                again = again_value(seen.report.cluster, word, named)
                if lay is None:
                    message = blocks(seen.report, now=self._now(), age_s=age_s)
                else:
                    message = answer_blocks(
                        lay,
                        seen.report,
                        again,
                        now=self._now(),
                        age_s=age_s,
                        menu=diagnosis_menu(seen.report.cluster),
                    )
                self._kept[key] = (seen, message)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key][1]
