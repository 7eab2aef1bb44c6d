import threading
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from bot.store import MemoryStore
from checks.report import Report
from handlers.outcome import Outcome, Problem
from handlers.question import Place
from handlers.render.compared import Since, changed_page
from handlers.store import Store, StoreError
from handlers.threads.memory import (
    LOST,
    MOST_LOOKS,
    NEW,
    Look,
    Subject,
    Thread,
    about,
    recall,
    remember,
)
from handlers.threads.outline import DAY, HOUR, earlier, outline
from handlers.threads.since import since_look, since_then
from tests.handlers.render.samples import NOON, SAMPLES, healthy, incident, refused

IN_THREAD = Place(channel="C1", user="U1", response_url="", thread_ts="1.1")
POSTED = Outcome(how="post", channel="C1", ts="2.2")
SHOP = Subject(cluster="shop")


class Away(MemoryStore):
    """A store that is away."""

    def get(self, key: str) -> bytes | None:
        raise StoreError("away")


def look(number: int = 0, told: str = "Critical: x") -> Look:
    at = NOON + timedelta(minutes=number)
    return Look(at=at, user="U1", asked="status", cluster="shop", taken_at=at, told=told)


def keep(
    store: Store, subject: Subject = SHOP, *, place: Place = IN_THREAD, outcome: Outcome = POSTED, n: int = 0
) -> None:
    remember(store, place, outcome, subject, look(n), outline(incident()))


def test_a_message_of_the_channel_begins_a_thread_of_its_own() -> None:
    store = MemoryStore()
    keep(store, place=replace(IN_THREAD, thread_ts=None))
    found = recall(store, replace(IN_THREAD, thread_ts="2.2"))
    assert found is not None
    assert found.subject == SHOP
    assert recall(store, IN_THREAD) is NEW
    assert recall(store, replace(IN_THREAD, thread_ts=None)) is None
    clicked = recall(store, replace(IN_THREAD, thread_ts=None, message_ts="2.2"))
    assert clicked == found


@pytest.mark.parametrize(
    ("place", "outcome"),
    [
        (replace(IN_THREAD, quiet=True), POSTED),
        (IN_THREAD, Outcome(problem=Problem.CHANNEL)),
        (replace(IN_THREAD, thread_ts=None), Outcome(how="reply")),
    ],
)
def test_remembers_nothing_that_did_not_stand_for_everybody(place: Place, outcome: Outcome) -> None:
    store = MemoryStore()
    keep(store, place=place, outcome=outcome)
    assert recall(store, IN_THREAD) is NEW


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (Subject(cluster="shop", node="n1"), SHOP, Subject(cluster="shop", node="n1")),
        (Subject(cluster="shop", node="n1"), Subject(cluster="bank"), Subject(cluster="bank")),
        (
            Subject(cluster="shop", node="n1"),
            Subject(cluster="shop", pod="a/b"),
            Subject(cluster="shop", pod="a/b"),
        ),
    ],
)
def test_what_was_named_last_is_the_subject(before: Subject, said: Subject, after: Subject) -> None:
    store = MemoryStore()
    for subject in (before, said):
        keep(store, subject)
    found = recall(store, IN_THREAD)
    assert found is not None
    assert found.subject == after


def test_keeps_the_last_looks_and_counts_the_others() -> None:
    store = MemoryStore()
    for number in range(MOST_LOOKS + 5):
        keep(store, n=number)
    found = recall(store, IN_THREAD)
    assert found is not None
    assert (len(found.looks), found.more) == (MOST_LOOKS, 5)
    assert found.looks[-1].at == NOON + timedelta(minutes=MOST_LOOKS + 4)


def test_no_look_is_lost_when_several_come_at_once() -> None:
    store = MemoryStore()
    threads = [threading.Thread(target=keep, args=(store,), kwargs={"n": n}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = recall(store, IN_THREAD)
    assert found is not None
    assert len(found.looks) == 8


def test_stays_small_whatever_the_cluster_and_the_texts() -> None:
    large = replace(incident(5_000), not_checked=refused(130))
    loud = replace(large, causes=tuple(replace(c, title="x" * 5_000) for c in large.causes))
    thread = Thread(looks=(look(told="x" * 300),) * MOST_LOOKS, last=outline(loud))
    assert len(msgspec.json.encode(thread)) < 40_000


def test_an_older_report_does_not_take_the_place_of_a_newer() -> None:
    store = MemoryStore()
    older = replace(incident(), taken_at=NOON - timedelta(hours=1))
    keep(store)
    remember(store, IN_THREAD, POSTED, SHOP, look(), outline(older))
    found = recall(store, IN_THREAD)
    assert found is not None
    assert found.last is not None
    assert found.last.taken_at == NOON


def test_a_store_that_is_away_costs_the_memory_and_says_so() -> None:
    keep(Away())
    found = recall(Away(), IN_THREAD)
    assert found is LOST
    assert since_look(LOST, incident()).fault == "what was seen in this thread could not be read"
    assert since_then(Away(), incident(), None).fault == "earlier reports could not be read"


class Keeper:
    """What outline.keep needs of a desk."""

    def __init__(self, store: Store) -> None:
        self.store = store


def kept(store: Store, report: Report, hours: float) -> None:
    from handlers.threads.outline import keep as keep_outline

    moved = replace(report, taken_at=NOON - timedelta(hours=hours))
    keep_outline(moved, Keeper(store))  # type: ignore[arg-type] # of a desk it needs the store


def test_a_day_of_outlines_answers_what_was_an_hour_and_a_day_ago() -> None:
    store = MemoryStore()
    for back in range(24 * 12 * 2, 0, -1):  # every five minutes for two days
        kept(store, healthy() if back > 18 else incident(), back / 12)
    hour = earlier(store, "payments-prod", HOUR, NOON)
    day = earlier(store, "payments-prod", DAY, NOON)
    assert hour is not None
    assert day is not None
    assert timedelta(hours=1) <= NOON - hour.taken_at < timedelta(hours=3)
    assert timedelta(days=1) <= NOON - day.taken_at <= timedelta(days=2)
    since = since_then(store, replace(incident(), taken_at=NOON), None)
    assert (since.called, since.fault) == ("an hour ago", "")


@pytest.mark.parametrize("ago", [timedelta(minutes=10), HOUR, timedelta(hours=12), DAY, timedelta(days=7)])
def test_never_gives_a_younger_report_than_was_asked_for(ago: timedelta) -> None:
    store = MemoryStore()
    for minutes in range(0, 60 * 24 * 9, 35):
        kept(store, healthy(), minutes / 60)
    found = earlier(store, "payments-prod", ago, NOON)
    assert found is None or NOON - found.taken_at >= ago


def test_is_honest_where_nothing_is_kept() -> None:
    since = since_then(MemoryStore(), incident(), timedelta(hours=5))
    assert (since.called, since.fault) == ("5 h ago", "no report of that time is kept")
    page = changed_page(incident(), since)
    assert isinstance(since, Since)
    assert page is not None


def test_another_clusters_look_is_no_baseline() -> None:
    other = Thread(last=outline(replace(SAMPLES["healthy"], cluster="bank")))
    assert since_look(other, incident()).fault == "the last look in this thread was at bank"
    assert since_look(NEW, incident()).fault == "there is no earlier look in this thread"


def test_a_thread_under_a_message_that_nobody_asked_for_knows_its_cluster() -> None:
    store = MemoryStore()
    about(store, "C1", "1.1", "shop")
    found = recall(store, IN_THREAD)
    assert found == Thread(subject=SHOP)
    keep(store, Subject(cluster="bank"))
    about(store, "C1", "1.1", "shop")
    found = recall(store, IN_THREAD)
    assert found is not None
    assert found.subject.cluster == "bank"
    about(Away(), "C1", "1.1", "shop")
