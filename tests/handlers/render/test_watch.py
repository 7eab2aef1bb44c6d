"""The message that follows the waiting pods, as people see it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.render.watch import End, watch_message
from handlers.watch.model import Group, Watch
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, NOON
from tests.handlers.render.test_blocks import assert_safe

NEW = Watch(
    cluster="payments-prod",
    channel="C1",
    ts="1.1",
    by="U1",
    since=NOON,
    until=NOON + timedelta(minutes=30),
)
LIMIT = "14 nodes run the 11 pods their kubelet allows, with 3,486 addresses free"
GROUPS = (
    Group(whose="shop/api", pods=40, waits_for="scheduler", limit=LIMIT),
    Group(whose="shop/etl", pods=2, waits_for="image", limit=""),
)
SEEN = replace(
    NEW,
    waiting=42,
    known=42,
    seen=120,
    read=NOON + timedelta(minutes=7),
    looked=NOON + timedelta(minutes=7),
    groups=GROUPS,
    more=3,
)
WATCHES: dict[str, tuple[Watch, End | None]] = {
    "new": (NEW, None),
    "under_way": (SEEN, None),
    "unread": (replace(SEEN, waiting=None, looked=NOON + timedelta(minutes=9)), None),
    "done": (replace(SEEN, waiting=0, known=0, groups=(), more=0), End.DONE),
    "time": (SEEN, End.TIME),
    "stopped": (SEEN, End.STOPPED),
}


@pytest.mark.parametrize("name", WATCHES)
def test_looks_in_slack_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    watch, end = WATCHES[name]
    told = watch_message(watch, end, NOON + timedelta(minutes=12))
    assert_safe(told)
    shown = {"text": told.text, "blocks": told.blocks}
    assert json.dumps(shown, indent=2, ensure_ascii=False) == golden("json")


def test_screen_readers_hear_figures_and_no_bar() -> None:
    told = watch_message(SEEN)
    assert "78 of 120 no longer wait" in told.text
    assert "█" not in told.text
    assert "█" in json.dumps(told.blocks, ensure_ascii=False)


@pytest.mark.parametrize(("known", "full"), [(120, 0), (119, 0), (60, 10), (1, 19), (0, 20)])
def test_the_bar_is_full_when_none_waits_and_not_before(known: int, full: int) -> None:
    told = watch_message(replace(SEEN, waiting=known, known=known))
    assert json.dumps(told.blocks, ensure_ascii=False).count("█") == full


def test_hostile_names_stay_text() -> None:
    group = Group(whose=HOSTILE, pods=1, waits_for=HOSTILE, limit=HOSTILE)
    assert_safe(watch_message(replace(SEEN, cluster=HOSTILE, groups=(group,) * 5)))
