import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.report import Report, Verdict
from handlers.render.clusters import Looked
from handlers.render.home import OLD_S, Digest, Home, Taken, Talk, home_view, refused_view
from handlers.render.limits import view_faults
from handlers.render.limits.numbers import MAX_VIEW_BLOCKS
from handlers.render.message import Block, Message
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import HOSTILE, NOON, SAMPLES, half_read, healthy, hostile, incident

LINK = "https://example.slack.com/archives/C0OPS/p1700000000000100"
TAKEN = Taken(cluster="shop", title="14 nodes are at their pod limit", until=NOON, link=LINK)
DIGEST = Digest(
    channel="C0OPS",
    said="weekdays 09:00 Europe/Berlin",
    sent=NOON - timedelta(days=1),
    due=NOON + timedelta(days=1),
    link=LINK,
)
TALK = Talk(channel="C0OPS", at=NOON, what="why shop/api", link=LINK)


def unknown() -> Report:
    return half_read()


HOMES: dict[str, Home] = {
    "several": Home(
        now=NOON,
        clusters=[
            Looked("dev", healthy(), 60.0),
            Looked("shop", incident(), 42.0),
            Looked("bank", unknown(), 120.0),
            Looked("lab"),
            Looked("stage", healthy(), 95.0),
            Looked("old", healthy(), 10_000.0),
        ],
        taken=[TAKEN],
        digests=[DIGEST, replace(DIGEST, cluster="shop", said="every 6h UTC", sent=None, due=None, link="")],
        talks=[TALK],
    ),
    "one_healthy": Home(now=NOON, clusters=[Looked("shop", healthy(), 30.0)]),
    "checking": Home(
        now=NOON,
        clusters=[Looked("shop", incident(), 42.0)],
        checked="shop",
        faults=["My store does not answer, so that digests are not shown."],
    ),
}


def texts(view: Block) -> Iterator[str]:
    """What is shown: a button's value is not."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            shown = (part for key, part in value.items() if key != "value")
            yield from (text for part in shown for text in walk(part))
        elif isinstance(value, list | tuple):
            yield from (text for part in value for text in walk(part))
        elif isinstance(value, str):
            yield value

    return walk(view)


def said(view: Block) -> str:
    return "\n".join(texts(view))


@pytest.mark.parametrize("name", HOMES)
def test_looks_as_it_was_last_read_by_eye(name: str, golden: Golden) -> None:
    view = home_view(HOMES[name])
    assert view_faults(view) == ()
    assert json.dumps(view, ensure_ascii=False, indent=2) == golden("json")


def test_the_sick_come_first_and_the_worst_of_them_at_the_top() -> None:
    shown = said(home_view(HOMES["several"]))
    order = [shown.index(name) for name in ("shop", "bank", "old", "lab", "dev", "stage")]
    assert order == sorted(order)


def test_what_was_healthy_long_ago_is_not_said_to_be() -> None:
    old = Home(now=NOON, clusters=[Looked("shop", healthy(), OLD_S)])
    shown = said(home_view(old))
    assert "1 of 1 cluster to look at" in shown
    assert "not looked at since" in shown
    assert "is healthy" not in shown


def test_clusters_without_a_report_are_not_healthy() -> None:
    shown = said(home_view(Home(now=NOON, clusters=[Looked("a", healthy(), 1.0), Looked("b")])))
    assert "1 of 2 clusters healthy, the rest not looked at yet" in shown


@pytest.mark.parametrize("report", [incident(), healthy(), hostile()])
def test_fifty_clusters_and_long_lists_fit(report: Report) -> None:
    clusters = [Looked(f"{HOSTILE}-{n}", report, 1.0) for n in range(50)]
    many = Home(
        now=NOON,
        clusters=[*clusters, *(Looked(f"cluster-number-{n}") for n in range(50))],
        taken=[replace(TAKEN, cluster=HOSTILE, title=HOSTILE, link=LINK * 4)] * 40,
        digests=[replace(DIGEST, channel=HOSTILE, said=HOSTILE, cluster=HOSTILE)] * 200,
        talks=[replace(TALK, what=HOSTILE)] * 5,
        faults=[HOSTILE],
    )
    view = home_view(many)
    assert view_faults(view) == ()
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks) < MAX_VIEW_BLOCKS
    for text in texts(view):
        assert "<!" not in text
        assert "<@" not in text
    shown = said(view)
    assert "and 30 more problems" in shown
    assert "and 190 more digests" in shown


def test_more_sick_clusters_than_have_room_are_counted() -> None:
    clusters = [Looked(f"c{n}", incident(), 1.0) for n in range(200)]
    view = home_view(Home(now=NOON, clusters=clusters))
    assert view_faults(view) == ()
    assert "and 155 more clusters" in said(view)


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "https://x|y", "https://x> <!here"])
def test_links_only_to_what_is_an_address(link: str) -> None:
    view = home_view(replace(HOMES["one_healthy"], taken=[replace(TAKEN, link=link)]))
    assert '"type": "link"' not in json.dumps(view)


def test_a_refusal_takes_the_place_of_everything() -> None:
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": "You may not"}}
    view = refused_view(Message("You may not", [block]))
    assert view == {"type": "home", "blocks": [block]}
    assert view_faults(view) == ()


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=300), st.sampled_from(sorted(SAMPLES))), max_size=5),
    st.sampled_from(Verdict),
)
def test_slack_takes_it_whatever_a_cluster_is_called(named: list[tuple[str, str]], verdict: Verdict) -> None:
    clusters = [Looked(name, replace(SAMPLES[of], verdict=verdict), 1.0) for name, of in named]
    assert view_faults(home_view(Home(now=NOON, clusters=clusters))) == ()
