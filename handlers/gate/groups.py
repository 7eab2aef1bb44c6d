"""Who is in a user group, as Slack tells it, kept for some minutes.

https://docs.slack.dev/reference/methods/usergroups.users.list: about 20 questions a minute for the workspace.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from handlers.gate.rules import Undecided
from handlers.web import Refused, Web, ask

logger = logging.getLogger(__name__)

FRESH_S = 300.0
STALE_S = 3_600.0  # good enough for reading, while Slack does not answer
PAUSE_S = 30.0  # after a refusal nobody asks again for so long
SCOPE = "usergroups:read"


@dataclass(frozen=True, slots=True)
class _Told:
    users: frozenset[str]
    at: float


class Groups:
    """See handlers.gate.rules.Members; for the pool's threads, not for Slack's."""

    def __init__(self, web: Web, clock: Callable[[], float]) -> None:
        """``clock`` counts seconds and never goes back. Nothing is asked yet."""
        self._web = web
        self._clock = clock
        self._told: dict[str, _Told] = {}
        self._refused: dict[str, tuple[float, str]] = {}
        self._lock = Lock()

    def within(self, user: str, group: str, *, lately: bool) -> bool:
        """See Members."""
        with self._lock:  # whoever comes meanwhile wants the same
            told = self._told.get(group)
            if told is None or self._clock() - told.at >= FRESH_S:
                told = self._ask(group, told if lately else None)
            return user in told.users

    def _ask(self, group: str, stale: _Told | None) -> _Told:
        """What Slack says now, or ``stale`` when it says nothing. Raises Undecided."""
        since, code = self._refused.get(group, (0.0, ""))
        if not code or self._clock() - since >= PAUSE_S:
            try:
                answer = ask(self._web, "usergroups.users.list", {"usergroup": group})
            except Refused as error:
                code = error.code
                if code == "missing_scope":
                    code += f": {error.needed or SCOPE}"
                self._refused[group] = (self._clock(), code)
                logger.warning("Slack does not tell who is in the user group %s: %s", group, code)
            else:
                users = answer.get("users")
                known = users if isinstance(users, list | tuple) else ()
                self._told[group] = _Told(frozenset(map(str, known)), self._clock())
                self._refused.pop(group, None)
                return self._told[group]
        if stale is not None and self._clock() - stale.at < STALE_S:
            return stale
        raise Undecided(code)
