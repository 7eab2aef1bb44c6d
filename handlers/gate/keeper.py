"""The gate: puts the rules to every deed, and writes each down with what became of it."""

import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from checks.report import Report
from handlers.gate import journal
from handlers.gate.journal import Entry
from handlers.gate.refusal import refusal_message
from handlers.gate.rules import Bar, Members, Rule, Undecided, bar
from handlers.question import Place
from handlers.render.message import Message
from handlers.rights import Deed, Right
from handlers.store import Store
from handlers.web import Refused, Web, call

STRANGER = "of another workspace"


class Keeper:
    """See handlers.rights.Gate; for the pool's threads."""

    def __init__(
        self,
        rules: Sequence[Rule],
        members: Members,
        home: Callable[[], frozenset[str]],
        store: Store,
        now: Callable[[], datetime],
    ) -> None:
        """``home`` gives the ids of our own workspace and organisation; it may raise Undecided."""
        self._rules = tuple(rules)
        self._members = members
        self._home = home
        self._store = store
        self._now = now
        self._here = threading.local()  # a deed and its answer are done by one thread

    @property
    def reading_is_free(self) -> bool:
        """See Gate."""
        return not any(rule.right is Right.READ for rule in self._rules)

    def refusal(self, deed: Deed) -> Message | None:
        """See Gate."""
        barred = self._bar(deed)
        entry = self._here.entry = Entry(
            id=secrets.token_hex(6),
            at=self._now(),
            user=deed.place.user,
            team=deed.team,
            channel=deed.place.channel,
            thread=deed.place.thread_ts or "",
            right=deed.right.value,
            what=journal.told(deed.what),
            refused="" if barred is None else reason(barred),
        )
        journal.write(self._store, entry)
        return None if barred is None else refusal_message(barred)

    def allows(self, right: Right, place: Place) -> bool:
        """See Gate."""
        return self._bar(Deed(right=right, place=place, what="")) is None

    def answered(self, report: Report) -> None:
        """See Gate. Without a deed of this thread nothing was asked, and nothing is written."""
        deed: Entry | None = getattr(self._here, "entry", None)
        if deed is None:
            return
        answer = Entry(
            id=deed.id,
            at=self._now(),
            user=deed.user,
            channel=deed.channel,
            thread=deed.thread,
            cluster=journal.told(report.cluster),
            verdict=report.verdict.value,
        )
        journal.write(self._store, answer)

    def _bar(self, deed: Deed) -> Bar | None:
        stranger = False
        if deed.team and deed.right is not Right.READ:
            try:
                stranger = deed.team not in self._home()
            except Undecided as error:
                return Bar(right=deed.right, stranger=True, fault=str(error))
        return bar(self._rules, deed, self._members, stranger=stranger)


def reason(barred: Bar) -> str:
    """Why somebody might not, in short, for the record."""
    names = ", ".join(rule.name for rule in barred.rules[:3])
    found = names or (STRANGER if barred.stranger else f"no rule gives {barred.right.value}")
    return f"{found} (undecided: {barred.fault})" if barred.fault else found


class Workspace:
    """The ids of the workspace that installed the bot, and of its organisation; asked for once."""

    def __init__(self, web: Web) -> None:
        """Nothing is asked yet."""
        self._web = web
        self._ids: frozenset[str] = frozenset()
        self._lock = Lock()

    def __call__(self) -> frozenset[str]:
        """The ids. Raises Undecided as long as Slack does not tell them."""
        with self._lock:
            if not self._ids:
                try:
                    answer = call(self._web, "auth.test", {})
                except Refused as error:
                    raise Undecided(error.code) from error
                told = (answer.get("team_id"), answer.get("enterprise_id"))
                self._ids = frozenset(str(id) for id in told if id)
            if not self._ids:
                raise Undecided("auth.test names no workspace")
            return self._ids
