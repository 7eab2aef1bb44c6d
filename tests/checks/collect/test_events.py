import pytest

from checks.collect.events import MAX_ALIKE, read
from checks.collect.source import UnreadError
from checks.parts.kubernetes import Event, Events
from tests.builder.clock import ago, micro, stamp
from tests.checks.collect.told import Object, api_list, told


def event(name: str = "api-1", **fields: object) -> Object:
    return {
        "metadata": {"name": f"{name}.1", "namespace": "shop", "creationTimestamp": stamp(ago(hours=5))},
        "type": "Warning",
        "reason": "FailedScheduling",
        "message": "0/14 nodes are available",
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": name},
        "source": {"component": "default-scheduler"},
        "firstTimestamp": stamp(ago(hours=5)),
        "lastTimestamp": stamp(ago(minutes=1)),
        "count": 7,
        **fields,
    }


def read_events(*events: Object) -> tuple[Event, ...]:
    return read(told({Events.ASKED: api_list("Event", *events)})).items


def test_reads_what_was_seen_and_when() -> None:
    assert read_events(event()) == (
        Event(
            kind="Pod",
            namespace="shop",
            name="api-1",
            reason="FailedScheduling",
            message="0/14 nodes are available",
            last_seen=ago(minutes=1),
            first_seen=ago(hours=5),
            count=7,
            component="default-scheduler",
        ),
    )


@pytest.mark.parametrize(
    ("times", "speaks"),
    [
        ({"lastTimestamp": stamp(ago(minutes=10))}, True),
        ({"lastTimestamp": stamp(ago(minutes=10, seconds=1))}, False),
        ({"lastTimestamp": None, "eventTime": micro(ago(minutes=4))}, True),
        ({"lastTimestamp": None, "firstTimestamp": stamp(ago(minutes=4))}, True),
        ({"lastTimestamp": None, "firstTimestamp": None}, False),
        (
            {"lastTimestamp": None, "series": {"count": 3, "lastObservedTime": micro(ago(minutes=2))}},
            True,
        ),
        ({"lastTimestamp": stamp(ago(minutes=-1))}, True),
        ({"lastTimestamp": stamp(ago(minutes=-30))}, False),
    ],
)
def test_an_event_speaks_for_ten_minutes_after_its_last_sighting(times: Object, speaks: bool) -> None:
    assert bool(read_events({**event(), **times})) is speaks


def test_only_warnings_are_kept() -> None:
    assert read_events(event(type="Normal"), event(type=None)) == ()


def test_the_new_events_api_is_read_too() -> None:
    fields = {
        "source": {},
        "reportingComponent": "kubelet",
        "count": None,
        "series": {"count": 12, "lastObservedTime": micro(ago(minutes=2))},
        "lastTimestamp": None,
        "firstTimestamp": None,
        "eventTime": micro(ago(hours=1)),
    }
    [found] = read_events({**event(), **fields})
    assert (found.component, found.count, found.first_seen) == ("kubelet", 12, ago(hours=1))


def test_an_event_about_a_node_has_no_namespace() -> None:
    [found] = read_events(event(involvedObject={"kind": "Node", "name": "node-a"}))
    assert (found.kind, found.namespace, found.name) == ("Node", None, "node-a")


def test_messages_are_cut() -> None:
    assert len(read_events(event(message="x" * 9000))[0].message) == 2000


def test_of_many_alike_the_newest_are_kept_the_newest_last() -> None:
    many = [event(f"pod-{n}", lastTimestamp=micro(ago(seconds=600 - n * 0.1))) for n in range(3 * MAX_ALIKE)]
    found = read_events(event("rare", reason="FailedMount"), *many)
    assert len(found) == MAX_ALIKE + 1
    assert [found[0].name, found[-2].name, found[-1].name] == ["pod-2000", "pod-2999", "rare"]


def test_an_event_that_is_not_as_the_api_gives_it_is_unreadable() -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read_events(event(lastTimestamp="just now"))
