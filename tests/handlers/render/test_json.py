import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.render.json import UnreadableReport, decode, encode
from tests.handlers.render.conftest import Golden
from tests.handlers.render.samples import NOON, SAMPLES, half_read, incident


def test_looks_as_it_was_last_read_by_eye(golden: Golden) -> None:
    assert encode(incident(2, 3), indent=1).decode() == golden("json")


@pytest.mark.parametrize("name", SAMPLES)
def test_comes_back_as_it_was(name: str) -> None:
    assert decode(encode(SAMPLES[name])) == SAMPLES[name]


def test_keeps_the_order_of_the_format() -> None:
    raw = json.loads(encode(incident()))
    order = (
        "format cluster region taken_at seconds source verdict headline symptoms causes risks notes "
        "not_checked facts pending"
    )
    assert " ".join(raw) == order
    of_a_cause = (
        "id severity confidence title because subjects subjects_total evidence explains leads_to "
        "actions references"
    )
    assert " ".join(raw["causes"][0]) == of_a_cause


def test_writes_the_instant_in_utc_with_z() -> None:
    berlin = NOON.astimezone(timezone(timedelta(hours=1)))
    assert json.loads(encode(replace(incident(), taken_at=berlin)))["taken_at"] == "2026-11-22T12:00:00Z"


def test_writes_null_for_what_is_not_known() -> None:
    facts = json.loads(encode(half_read()))["facts"]
    assert facts["nodes"]["reachable"] is None
    assert facts["ipam"]["used"] is None


def test_cuts_nothing() -> None:
    raw = json.loads(encode(incident(500, 4_000)))
    assert len(raw["facts"]["nodes_detail"]) == 500
    assert len(raw["symptoms"][0]["subjects"]) == 4_000


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"{", b'{"format": 2}', b"\xff", b"[" * 5_000])
def test_says_what_is_no_report(raw: bytes) -> None:
    with pytest.raises(UnreadableReport):
        decode(raw)


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_raises_nothing_else_on_any_bytes(raw: bytes) -> None:
    with pytest.raises(UnreadableReport):
        decode(raw)
