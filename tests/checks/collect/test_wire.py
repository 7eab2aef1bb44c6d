import json
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.source import RestartError, UnreadError
from checks.collect.wire import Item, before, both, clip, decode, entries, instant, items, one
from checks.parts.pods import Pods
from tests.checks.collect.told import api_list, entry, refusal, told

PODS = Pods.ASKED


class _Number(msgspec.Struct, gc=False):
    n: int


def names(*pages: object, optional: bool = False) -> list[str]:
    paths = [PODS, *(f"{PODS}.{number}" for number in range(2, len(pages) + 1))]
    source = told(dict(zip(paths, pages, strict=True)))
    return [item.metadata.name for item in items(source, PODS, Item, "Pod", optional=optional)]


@given(st.lists(st.lists(st.text("abc", min_size=1), max_size=4), min_size=1, max_size=4))
def test_pages_hold_what_one_list_would(pages: list[list[str]]) -> None:
    listed = [api_list("Pod", *(entry(name) for name in page)) for page in pages]
    assert names(*listed) == [name for page in pages for name in page]


def test_takes_the_list_that_kubectl_prints() -> None:
    assert names({"kind": "List", "apiVersion": "v1", "items": [{"kind": "Pod", **entry("a")}]}) == ["a"]


def test_an_empty_list_is_an_answer() -> None:
    assert names({"kind": "PodList", "items": []}) == []
    assert names({"kind": "PodList", "items": None}) == []


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (api_list("Service", entry("a")), "unreadable: a ServiceList where a PodList was asked for"),
        ({"kind": "List", "items": [{"kind": "Service"}]}, "unreadable: a Service in a list of Pods"),
        ({"kind": "Pod", "metadata": {"name": "a"}}, "unreadable: PodList: Object missing required field"),
        ({"kind": "PodList", "items": [{"metadata": {"name": 7}}]}, "unreadable: PodList: Expected `str`"),
        ({"kind": "PodList", "items": {"a": 1}}, "unreadable: PodList: Expected `array"),
        ([], "unreadable: PodList: Expected `object`"),
        (b"", "unreadable: PodList: empty"),
        (b'{"kind": "PodList", "items": [{"meta', "unreadable: PodList: Input data was truncated"),
        (b'{"kind": "\xff"}', "unreadable: PodList: "),
        (b'{"other": ' + b"[" * 100_000, "unreadable: PodList: nested too deep"),
        (refusal(PODS), "refused: list pods"),
        (refusal(PODS, "NotFound"), "not found: list pods"),
    ],
)
def test_whatever_is_no_such_list_is_unread_in_one_line(page: object, reason: str) -> None:
    with pytest.raises(UnreadError) as caught:
        names(page)
    assert caught.value.reason.startswith(reason)
    assert "\n" not in caught.value.reason


def test_what_is_not_installed_is_an_empty_list_where_the_collector_says_so() -> None:
    assert names(refusal(PODS, "NotFound"), optional=True) == []
    with pytest.raises(UnreadError):
        names(refusal(PODS), optional=True)


def test_one_object_must_be_of_its_kind() -> None:
    source = told({"a": {"kind": "ConfigMap", **entry("a")}, "b": {"kind": "Secret", **entry("b")}})
    assert one(source, "a", Item, "ConfigMap").metadata.name == "a"
    with pytest.raises(UnreadError, match=r"^unreadable: a Secret where a ConfigMap was asked for$"):
        one(source, "b", Item, "ConfigMap")


def test_entries_need_their_key() -> None:
    source = told({"aws/a/b": {"Numbers": [{"n": 1}, {"n": 2}]}})
    assert [e.n for e in entries(source, "aws/a/b", "Numbers", _Number)] == [1, 2]
    with pytest.raises(UnreadError, match=r"^unreadable: an answer without Letters$"):
        list(entries(source, "aws/a/b", "Letters", _Number))


def test_one_of_two_lists_is_enough_and_the_other_is_told() -> None:
    def refused() -> list[int]:
        raise UnreadError("refused: list x", "list x")

    def restarted() -> list[int]:
        raise RestartError("unreadable: changed")

    assert both(lambda: [1], lambda: [2]) == ([1, 2], "", None)
    assert both(refused, lambda: [2]) == ([2], "refused: list x", "list x")
    with pytest.raises(UnreadError, match="refused"):
        both(refused, refused)
    with pytest.raises(RestartError):
        both(lambda: [1], restarted)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "items", "metadata", "name", "labels"]), inner)
    ),
    max_leaves=15,
)


@given(st.binary(max_size=40) | json_values.map(lambda value: json.dumps(value).encode()))
def test_nothing_but_unread_error_is_ever_raised(raw: bytes) -> None:
    with suppress(UnreadError):
        decode(raw, list[Item], "answer")


def test_times_without_a_zone_are_no_times() -> None:
    assert instant(None) is None
    assert instant("2026-11-22T09:00:00Z") == datetime(2026, 11, 22, 9, tzinfo=UTC)
    for text in ("2026-11-22T09:00:00", "yesterday", "2026-13-22T09:00:00Z"):
        with pytest.raises(UnreadError, match=r"^unreadable"):
            instant(text)


def test_the_calendar_ends_without_an_error() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert before(noon, 3600).hour == 11
    assert before(noon, 10**30).year == 1
    assert before(noon, -(10**30)).year == 9999


def test_texts_are_cut() -> None:
    assert (clip(None), clip("abc", 2), len(clip("x" * 9999))) == ("", "ab", 2000)
