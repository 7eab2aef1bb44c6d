"""Where a list goes on is told by the list's own metadata and by nothing that looks like it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.live.paging import continues

FOOL = {"metadata": {"continue": "no", "labels": {"continue": "no"}}, "list": [], "kind": "Foo"}


@pytest.mark.parametrize(
    "page",
    [
        {"kind": "PodList", "metadata": {"continue": "yes"}, "items": [FOOL]},
        {"apiVersion": "v1", "items": [FOOL], "kind": "L", "metadata": {"continue": "yes"}},
        {"items": [FOOL], "metadata": {"continue": "yes"}},
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_finds_the_token_wherever_the_metadata_stands(page: object, separators: tuple[str, str]) -> None:
    assert continues(json.dumps(page, separators=separators).encode() + b"\n") == "yes"


@pytest.mark.parametrize(
    "page",
    [
        {"kind": "PodList", "metadata": {}, "items": [FOOL]},
        {"items": [FOOL], "kind": "L", "metadata": {"resourceVersion": "1"}},
        {"items": [FOOL]},
        {"data": {"continue": "no", "items": '"items":[],"kind":"X","metadata":{"continue":"no"}}'}},
        [FOOL],
        3,
    ],
)
def test_ignores_what_only_looks_like_a_token(page: object) -> None:
    assert continues(json.dumps(page, separators=(",", ":")).encode()) == ""


@given(st.binary() | st.text().map(str.encode))
def test_never_raises(page: bytes) -> None:
    assert continues(page) == ""


def test_never_raises_for_what_is_nested_deep() -> None:
    assert continues(b'{"metadata":' + b"[" * 100_000) == ""


texts = st.sampled_from(["items", '"items"', '],"kind"', "continue", "{", "}", "", "é"])
values = st.lists(texts | st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=2), max_size=3)


@given(st.dictionaries(texts, texts), values, texts, st.permutations(["kind", "metadata", "items"]))
def test_agrees_with_decoding(
    labels: dict[str, str], items: list[object], token: str, order: list[str]
) -> None:
    whole = {"kind": "L", "metadata": {"labels": labels, "continue": token}, "items": items}
    page = json.dumps({key: whole[key] for key in order}, separators=(",", ":")).encode()
    assert continues(page) == token
