"""How a cluster's room went, as people see it."""

import json
from dataclasses import replace
from typing import Any  # fields of any type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.report import ReportSubject
from handlers.history.forecast import Outlook
from handlers.history.ring import ADDRESSES, NODE_TYPE, PODS, PREFIXES, SUBNET, WAITING, Figure, Track
from handlers.history.trend import DAY, FORTNIGHT, Trend
from handlers.history.word import message
from handlers.render.answer import Material
from handlers.render.chart import chart_block, chart_items
from handlers.render.detail import LISTS
from handlers.render.history import Past, history_page
from handlers.render.limits import message_faults
from handlers.render.limits import numbers as n
from handlers.render.outlook import days_left
from handlers.render.page import Chart, Curve, Grid, Section
from handlers.render.rich import rich_blocks
from handlers.render.subnets import subnets_page
from handlers.render.text import render_page
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, incident
from tests.handlers.render.test_blocks import assert_safe

STOPS = tuple(f"{hour:02}:00" for hour in range(0, 24, 2))
FALLING = tuple(range(450, 210, -20))
WAITED = (0, 0, 3, 14, 22, 9, 4, 0, 0, 0, 0, 0)
NAMES = tuple(f"subnet-0a1b2c3d4e5f6000{place}" for place in range(7))


def outlook(name: str, *, kind: str = SUBNET, unit: str = ADDRESSES, **more: Any) -> Outlook:
    usual: dict[str, Any] = {"free_now": 210, "days_low": 3.2, "days_high": 4.9, "why": "48 fewer a day"}
    return Outlook(subject=ReportSubject(kind=kind, name=name), unit=unit, **(usual | more))


STEADY: dict[str, Any] = {"days_low": None, "days_high": None, "why": "not shrinking"}
NEW = STEADY | {"known": False, "why": "too little history: 1 of the 4 days that a forecast needs"}


def past(*outlooks: Outlook, waiting: Figure = 0, **figures: tuple[Figure, ...]) -> Past:
    tracks: dict[Track, tuple[Figure, ...]] = {
        Track(kind=one.subject.kind, name=one.subject.name, unit=one.unit): figures.get("free", FALLING)
        for one in outlooks
    }
    found = Trend(DAY, "00:00", STOPS, tracks | {WAITING: figures.get("waited", WAITED)})
    return Past(cluster="payments-prod", trend=found, outlooks=outlooks, waiting=waiting)


PASTS: dict[str, Past] = {
    "falls": past(
        outlook(NAMES[0]),
        outlook(
            NAMES[0],
            unit=PREFIXES,
            free_now=12,
            days_low=24.4,
            days_high=None,
            why="less than one fewer a day",
        ),
        outlook(NAMES[1], free_now=1_440, **STEADY),
        outlook("m5.large (eni)", kind=NODE_TYPE, unit=PODS, free_now=30, **STEADY),
        waiting=1,
    ),
    "out": past(
        outlook(NAMES[0], free_now=0, days_low=0.0, days_high=0.0, why="none is free now"), waiting=22
    ),
    "new": past(outlook(NAMES[0], **NEW), waiting=None),
    "gaps": past(
        outlook(NAMES[0], free_now=None, **(NEW | {"why": "not read in the last two hours"})),
        free=(*FALLING[:5], None, None, None, *FALLING[8:]),
    ),
    "many": past(
        *(outlook(name, days_low=1.0 + day, days_high=2.5 + day) for day, name in enumerate(NAMES * 2))
    ),
    "first": replace(
        past(outlook(NAMES[0], **NEW)),
        trend=Trend(
            DAY,
            "10:00",
            ("10:00",),
            {Track(kind=SUBNET, name=NAMES[0], unit=ADDRESSES): (450,), WAITING: (3,)},
        ),
    ),
    "nothing": replace(past(), trend=Trend(FORTNIGHT, "", (), {}), outlooks=(), waiting=None),
}


@pytest.mark.parametrize("name", PASTS)
def test_looks_in_slack_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    told = message(PASTS[name])
    assert not message_faults(told.blocks, told.text)
    assert not message_faults(told.plain, told.text)
    shown = {"text": told.text, "blocks": told.blocks, "plain": told.plain}
    assert json.dumps(shown, indent=2, ensure_ascii=False) == golden("json")


@pytest.mark.parametrize("name", PASTS)
def test_reads_in_a_terminal_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    assert render_page(history_page(PASTS[name])(LISTS[0])) == golden("txt")


def test_without_pictures_there_are_bars() -> None:
    told = message(replace(PASTS["falls"], pictures=False))
    assert "data_visualization" not in json.dumps(told.blocks)
    assert "█" in json.dumps(told.blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0, 0.0, "0"),
        (0.0, 0.4, "less than 1"),
        (0.3, 2.1, "less than 3"),
        (3.2, 4.9, "3 to 5"),
        (24.4, None, "24 or more"),
        (None, None, "none seen"),
    ],
)
def test_says_days_left_as_a_range(low: float | None, high: float | None, said: str) -> None:
    assert days_left(outlook("a", days_low=low, days_high=high)) == said


def test_says_that_nothing_can_be_said() -> None:
    assert days_left(outlook("a", **NEW)) == "unknown"


def chart(*curves: tuple[Figure, ...]) -> Chart:
    named = tuple(Curve(f"c{place}", figures, "1 to 2") for place, figures in enumerate(curves))
    return Chart("title", tuple(map(str, range(len(curves[0])))) if curves else (), named)


def drawn(of: Chart) -> list[list[tuple[str, int]]]:
    block = json.loads(json.dumps(chart_block(of)))
    return [[(p["label"], p["value"]) for p in series["data"]] for series in block["chart"]["series"]]


def test_a_stop_at_which_a_figure_is_unknown_is_left_out_of_the_picture_and_never_0() -> None:
    found = drawn(chart((1, None, 3, 4), (5, 6, 7, 8)))
    assert found == [[("0", 1), ("2", 3), ("3", 4)], [("0", 5), ("2", 7), ("3", 8)]]


@pytest.mark.parametrize("of", [chart(), chart((1,)), chart((1, None), (None, 2))])
def test_too_little_to_draw_is_no_picture(of: Chart) -> None:
    assert chart_block(of) is None
    assert chart_items(of)


def test_names_that_end_alike_are_told_apart() -> None:
    alike = [outlook(f"blue-green-{head}-a-very-long-name-of-a-pool") for head in range(4)]
    told = message(past(*alike))
    assert not message_faults(told.blocks, told.text)
    labels = [line.partition(":")[0] for line in told.text.split("\n") if "lowest" in line]
    assert len(set(labels)) == len(labels) == 4


def test_hostile_names_stay_text() -> None:
    told = message(past(outlook(HOSTILE), outlook(f"{HOSTILE}2", unit=PODS)))
    assert_safe(told)
    assert not message_faults(told.blocks, told.text)


figures = st.lists(st.none() | st.integers(0, 10**9), min_size=12, max_size=12).map(tuple)


@given(st.lists(st.tuples(st.text(max_size=300), figures), max_size=60), figures)
def test_any_past_is_within_slacks_limits(
    rooms: list[tuple[str, tuple[Figure, ...]]], waited: tuple[Figure, ...]
) -> None:
    outlooks = [outlook(name, free_now=free[-1]) for name, free in rooms]
    tracks = {Track(kind=SUBNET, name=name, unit=ADDRESSES): free for name, free in rooms}
    known = {
        track: free
        for track, free in (tracks | {WAITING: waited}).items()
        if any(f is not None for f in free)
    }
    told = message(Past(cluster="c", trend=Trend(DAY, "00:00", STOPS, known), outlooks=outlooks))
    assert not message_faults(told.blocks, told.text)
    assert not message_faults(told.plain, told.text)


def test_subnets_show_the_fewest_days_of_their_addresses_and_blocks() -> None:
    report = incident()
    first, second, third = (subnet.id for subnet in report.facts.subnets)
    outlooks = (
        outlook(second, unit=PREFIXES, days_low=1.2, days_high=2.8),
        outlook(second),
        outlook(first, **STEADY),
        outlook(third, kind=NODE_TYPE),
    )
    lay = subnets_page(Material(report=report, outlooks=outlooks))
    [grid] = [item for section in lay(LISTS[0]).sections for item in section.items if isinstance(item, Grid)]
    assert grid.columns[-1] == "Days left"
    assert {row[0]: row[-1] for row in grid.rows} == {first: "none seen", second: "1 to 3", third: "unknown"}


def test_charts_beyond_those_that_a_message_takes_become_lines() -> None:
    curve = Curve("a", (1, 2), "1 to 2")
    page = replace(
        history_page(PASTS["falls"])(LISTS[0]),
        sections=(Section(tuple(Chart(f"t{place}", ("0", "1"), (curve,)) for place in range(4))),),
    )
    kinds = [block["type"] for block in rich_blocks(page)]
    assert kinds.count("data_visualization") == n.MAX_CHARTS
    assert not message_faults(rich_blocks(page), "")
    assert json.dumps(rich_blocks(page), ensure_ascii=False).count("▅█") == 2
