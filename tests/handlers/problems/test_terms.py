from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.problems.terms import LONGEST, BadTerm, Said, said, term

CLUSTERS = ("shop", "bank")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("x", Said(("x",), None, "")),
        ("x for 4h", Said(("x",), timedelta(hours=4), "")),
        ("x FOR 30M on it", Said(("x",), timedelta(minutes=30), "on it")),
        ("x bank for 2d new nodes for bank", Said(("x", "bank"), timedelta(days=2), "new nodes for bank")),
        ("x bank on it", Said(("x", "bank"), None, "on it")),
        ("x on it", Said(("x",), None, "on it")),
        ("for 1w away", Said((), timedelta(weeks=1), "away")),
        ("x 4h on it", Said(("x",), timedelta(hours=4), "on it")),
        ("x bank 2d on it", Said(("x", "bank"), timedelta(days=2), "on it")),
        ("2h away", Said((), timedelta(hours=2), "away")),
        ("x saw 5m ago", Said(("x",), None, "saw 5m ago")),
        ("x waiting a while for you", Said(("x",), None, "waiting a while for you")),
    ],
)
def test_reads_the_problem_the_time_and_the_reason(typed: str, meant: Said) -> None:
    assert said(typed.split(), CLUSTERS) == meant


def test_a_time_goes_after_for() -> None:
    with pytest.raises(BadTerm, match="goes after"):
        said(["x", "for"], CLUSTERS)


@given(
    st.lists(st.sampled_from(["for", "For", "4h", "x", "shop", "9" * 12, "1w", "٣h", "\u202e"]), max_size=8)
)
def test_refuses_or_understands_and_nothing_else(words: list[str]) -> None:
    try:
        found = said(words, CLUSTERS)
    except BadTerm:
        return
    assert found.term is None or timedelta(0) < found.term <= LONGEST


@given(st.text(max_size=12))
def test_no_text_is_an_endless_time(text: str) -> None:
    with suppress(BadTerm):
        assert timedelta(0) < term(text) <= LONGEST
