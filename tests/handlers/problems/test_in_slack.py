"""Problems before a whole Slack: told, clicked, silenced in a dialog, restarted, over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event

from bot.app import Bot, build_app
from bot.clusters import Cluster
from bot.serve import SocketDoor
from bot.standin.standin import CHANNEL, USER, Standin
from bot.store import MemoryStore
from checks.report import Report
from handlers.digests.model import Schedule
from handlers.digests.schedules import add
from handlers.problems.model import LEDGERS, ledger_key
from handlers.render.limits import message_faults
from tests.bot.fakes import HandSweep
from tests.handlers.problems.world import CLUSTER, cause, report
from tests.handlers.render.samples import NOON

DAILY = Schedule(id="d1", channel=CHANNEL, cron="0 9 * * *", zone="Europe/Berlin", by=USER, made=NOON)


class Clock:
    """Time that passes with each look."""

    def __init__(self) -> None:
        self.now = NOON


@contextmanager
def running(standin: Standin, store: MemoryStore, sweep: HandSweep, clock: Clock) -> Iterator[Bot]:
    slack = standin.settings()
    bot = build_app(slack, [Cluster(CLUSTER, sweep)], store, default=True, now=lambda: clock.now)
    door = SocketDoor(bot, slack)
    try:
        door.open(Event())
        standin.wait_connected()
        yield bot
    finally:
        door.close()
        bot.stop(grace_s=5)


def look(bot: Bot, sweep: HandSweep, clock: Clock, shown: Report) -> None:
    """One round, kept before the next one begins."""
    clock.now += timedelta(minutes=5)
    sweep.report = replace(shown, taken_at=clock.now)
    bot.sweeps.join(CLUSTER).report()
    kept = Event()
    for _ in range(1_000):
        ledger = LEDGERS.get(bot.store, ledger_key(CLUSTER))
        if ledger is not None and ledger.at == clock.now:
            return
        kept.wait(0.01)
    raise TimeoutError("the report is not followed")


def test_a_problem_lives_through_clicks_a_dialog_and_a_restart() -> None:
    store, sweep, clock = MemoryStore(), HandSweep(report()), Clock()
    with Standin() as standin:
        standin.limits.on = False
        with running(standin, store, sweep, clock) as bot:
            add(bot.desk, DAILY)
            look(bot, sweep, clock, report(cause()))
            told = standin.wait_message(lambda message: message.text.startswith("Problem:"))
            standin.click(told, "problem_acknowledge")
            standin.wait_message(lambda message: f"Acknowledged by <@{USER}>" in message.text)
            standin.click(told, "problem_silence")
            view = standin.wait_modal()
            assert not standin.submit(view, {"term": "30d", "reason": "x"}).faults
            standin.wait_message(lambda message: "until 2026-12-22 12:05 UTC: x." in message.text)
        with running(standin, store, sweep, clock) as bot:
            for _ in range(2):
                look(bot, sweep, clock, report(cause(subjects_total=20)))
            standin.wait_message(lambda message: "20 now" in message.text)
            for _ in range(2):
                look(bot, sweep, clock, report())
            standin.wait_message(lambda message: message.text.startswith("Over after 15 min:"))
            standin.command(USER, CHANNEL, "ack")
            standin.wait_message(lambda message: message.text.startswith("Open: no problem"))
        problems = [m for m in standin.messages() if m.ts == told.ts]
        assert len(problems) == 1
        assert [m.ts for m in standin.messages() if "14 nodes run" in m.text] == [told.ts]
        for message in standin.messages():
            for text, blocks in [(v.text, v.blocks) for v in message.before] + [
                (message.text, message.blocks)
            ]:
                assert not message_faults(blocks, text)
