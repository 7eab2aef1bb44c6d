"""The list, the preview and the short answers about digests."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from handlers.digests.model import Pause, Schedule
from handlers.digests.phrases import EXAMPLES, When, read
from handlers.render import digests as shown
from handlers.render.detail import LISTS
from handlers.render.digest import Part
from handlers.render.digests import Listed, Plan
from handlers.render.doctor import Checkup, GivenUp, doctor_page
from handlers.render.limits import message_faults
from handlers.render.message import Message
from handlers.render.told import told
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, NOON, healthy, incident
from tests.handlers.render.test_blocks import assert_safe

NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEKDAYS = Schedule(
    id="a1", channel="C0OPS", cron="0 9 * * mon-fri", zone="Europe/Berlin", by="U1", made=NOON
)
PAUSED = Schedule(
    id="b2",
    channel="C0OPS",
    cron="0 */6 * * *",
    cluster="payments-prod",
    paused=Pause(id="b2", at=NOON, why="the channel is archived"),
)
FIXED = Schedule(id="c3", channel="C0OPS", cron="15 9 1 * *", zone="America/New_York", fixed=True)


def entry(number: int, schedule: Schedule, *notes: str) -> Listed:
    next = "paused since Sun 22 Nov 12:00 (UTC): the channel is archived" if schedule.paused else "next Tue"
    return Listed(
        number=number, schedule=schedule, sent="last sent Mon 23 Nov 09:00 (UTC)", next=next, notes=notes
    )


def plan(zone_said: bool = True) -> Plan:
    runs = "Mon 23 Nov 09:00, Tue 24 Nov 09:00, Wed 25 Nov 09:00 (Europe/Berlin)"
    when = When("0 9 * * mon-fri", "Europe/Berlin", zone_said)
    part = Part(cluster="payments-prod", report=incident())
    return Plan(when=when, cluster=None, next=runs, parts=(part,), now=NOON)


MESSAGES: dict[str, Callable[[], Message]] = {
    "list": lambda: shown.list_message(
        [
            entry(1, FIXED),
            entry(2, WEEKDAYS, "The digest of Sun 22 Nov 09:00 (UTC) was missed: I was not running."),
            entry(3, PAUSED),
        ],
        note="Digest 3 is paused.",
    ),
    "empty": lambda: shown.list_message([], shared=False),
    "preview": lambda: shown.preview_message(plan()),
    "preview_own_zone": lambda: shown.preview_message(plan(zone_said=False)),
    "delete": lambda: shown.delete_message(entry(2, WEEKDAYS)),
    "saved": lambda: shown.saved_message(WEEKDAYS, "next Tue 24 Nov 09:00 (Europe/Berlin)", shared=False),
    "asked": lambda: shown.asked_message("I know no zone “Europe/Berln”", "The nearest: …"),
    "done": lambda: shown.done_message("nothing was saved"),
    "dead": lambda: shown.dead_message(WEEKDAYS, "the channel is archived"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    message = MESSAGES[name]()
    assert message.blocks
    assert message.plain
    for blocks in (message.blocks, message.plain):
        assert not message_faults(blocks, message.text)
    assert json.dumps(
        {"text": message.text, "blocks": message.blocks}, indent=1, ensure_ascii=False
    ) == golden("json")


@pytest.mark.parametrize("count", [1, 12, 13, 110])
def test_a_list_of_any_length_is_within_slacks_limits(count: int) -> None:
    entries = [entry(number, WEEKDAYS, "x" * 900) for number in range(1, count + 1)]
    message = shown.list_message(entries)
    assert f"this channel has {count:,} digest" in message.text
    assert (f"and {count - shown.MOST_LISTED} more\n" in message.text) == (count > shown.MOST_LISTED)
    for blocks in (message.blocks, message.plain):
        faults = [fault for fault in message_faults(blocks, message.text) if "action_id" not in str(fault)]
        assert not faults


def test_one_from_the_settings_has_no_delete() -> None:
    assert "Delete" not in str(shown.list_message([entry(1, FIXED)]).blocks)
    assert "Delete" in str(shown.list_message([entry(1, WEEKDAYS)]).blocks)


def test_is_safe_whatever_a_cluster_is_called() -> None:
    hostile = Schedule(id="d4", channel="C0OPS", cron="0 9 * * *", cluster=HOSTILE)
    assert_safe(shown.list_message([entry(1, hostile, HOSTILE)], note=HOSTILE))
    assert_safe(shown.saved_message(hostile, HOSTILE, shared=True))
    assert_safe(shown.asked_message(HOSTILE, HOSTILE))
    assert_safe(shown.delete_message(entry(1, hostile)))


def test_the_button_carries_the_schedule_that_is_shown() -> None:
    message = shown.preview_message(plan())
    buttons = [block for block in message.blocks if block["type"] == "actions"]
    assert "0 9 * * mon-fri\\nEurope/Berlin\\n" in json.dumps(buttons)


def test_shows_examples_that_work() -> None:
    text = shown.list_message([]).text
    for example in EXAMPLES:
        assert example in text
        assert read(example.split())
    assert healthy().headline not in text


def test_doctor_names_the_digests_that_rest() -> None:
    given_up = (GivenUp("C0OLD", "the channel is archived", True), GivenUp("C0TEAM", "I am not in it", False))
    page = doctor_page(Checkup(report=healthy(), digests=given_up))(LISTS[0])
    text = told(page)
    assert "2 digests paused" in page.headline
    assert "<#C0OLD> the channel is archived: `digest resume`" in text
    assert "CILIUM_BOT_DIGESTS" in text
