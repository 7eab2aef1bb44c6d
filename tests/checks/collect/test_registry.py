from dataclasses import fields
from typing import get_args, get_type_hints

from checks.collect.registry import collectors
from checks.snapshot import Snapshot

MADE_ELSEWHERE = {"meta", "gaps", "seconds", "accounts", "waiting"}


def test_every_part_has_one_collector() -> None:
    found = [collector.part for collector in collectors()]
    assert sorted(found) == sorted({field.name for field in fields(Snapshot)} - MADE_ELSEWHERE)


def test_collectors_make_the_type_of_their_part() -> None:
    hints = get_type_hints(Snapshot)
    for collector in collectors():
        made = get_type_hints(collector.read)["return"]
        assert made in get_args(hints[collector.part]), collector.part


def test_rights_are_in_one_of_four_forms() -> None:
    for collector in collectors():
        for right in collector.rights:
            assert right.split(" ")[0] in ("list", "get", "create") or right.count(":") == 1, right
