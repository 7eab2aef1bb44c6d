import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect import helm_values
from checks.collect.helm_values import read
from checks.collect.source import UnreadError
from checks.parts.cilium import HelmValues
from tests.checks.collect.told import told

ASKED = HelmValues.ASKED

leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('aä{}[]" ', max_size=4)
keys = st.text(alphabet="abcXYZ-", min_size=1, max_size=4)
values = st.dictionaries(
    keys,
    st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
    ),
)


def test_flattens_into_dotted_keys_with_json_text() -> None:
    given_values = {
        "ipam": {"mode": "eni", "operator": {"clusterPoolIPv4PodCIDRList": ["10.0.0.0/8"]}},
        "eni": {"enabled": True},
        "tunnel": None,
        "nodeSelector": {},
    }
    assert read(told({ASKED: given_values})).items == {
        "ipam.mode": '"eni"',
        "ipam.operator.clusterPoolIPv4PodCIDRList": '["10.0.0.0/8"]',
        "eni.enabled": "true",
        "tunnel": "null",
        "nodeSelector": "{}",
    }


@given(values)
def test_nothing_is_lost_in_flattening(given_values: dict[str, object]) -> None:
    def flat(prefix: str, value: object) -> dict[str, object]:
        if not isinstance(value, dict) or not value:
            return {prefix: value}
        found: dict[str, object] = {}
        for key, inner in value.items():
            found |= flat(f"{prefix}.{key}" if prefix else key, inner)
        return found

    got = read(told({ASKED: given_values})).items
    assert {key: json.loads(text) for key, text in got.items()} == (
        flat("", given_values) if given_values else {}
    )


def test_writes_the_same_value_in_the_same_way() -> None:
    assert read(told({ASKED: b'{"a": [1,  2]\n, "b": { } }'})).items == {"a": "[1,2]", "b": "{}"}


@pytest.mark.parametrize("raw", [b"null", b"null\n", b"{}"])
def test_a_release_without_values_has_none(raw: bytes) -> None:
    assert read(told({ASKED: raw})) == HelmValues()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"ipam:\n  mode: eni\n",
        b"[1]",
        b'"eni"',
        b'{"a": {"b": tru}}',
        b'{"a": "\xff"}',
        b'{"a": ' * 200 + b"1" + b"}" * 200,
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_object_of_values_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: raw}))


def test_more_than_any_chart_has_is_refused() -> None:
    many = {str(n): n for n in range(helm_values.MAX_KEYS + 1)}
    with pytest.raises(UnreadError, match="more than 20000 keys"):
        read(told({ASKED: many}))
    with pytest.raises(UnreadError, match="more than 4194304 bytes"):
        read(told({ASKED: {"a": "x" * helm_values.MAX_BYTES}}))


def test_values_that_nobody_handed_over_were_not_asked() -> None:
    with pytest.raises(UnreadError, match=r"^not asked"):
        read(told())
