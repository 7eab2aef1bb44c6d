from checks.model import Severity
from checks.parts.kubernetes import Events
from checks.parts.pods import Pods
from checks.run import Verdict
from checks.symptoms.pods_not_scheduled import pods_not_scheduled
from tests.checks.symptoms.seen import cluster, names, result, seen

TOO_MANY = "0/6 nodes are available: 6 Too many pods."


def test_counts_the_pods_that_have_no_node() -> None:
    c = cluster()
    c.pending("shop/api", 3, TOO_MANY)
    found = seen(pods_not_scheduled, c)
    assert found is not None
    assert found.title == "3 pods wait for the scheduler"
    assert len(names(found)) == 3


def test_is_silent_while_every_pod_has_a_node_or_just_came() -> None:
    c = cluster()
    assert seen(pods_not_scheduled, c) is None
    c.pending("shop/api", 3, TOO_MANY, minutes=1.9)
    assert seen(pods_not_scheduled, c) is None


def test_ignores_a_pod_that_has_a_node_and_no_address() -> None:
    c = cluster()
    c.stuck("shop/api", 3)
    assert seen(pods_not_scheduled, c) is None


def test_shows_the_schedulers_words_and_how_many_pods_got_them() -> None:
    c = cluster()
    c.pending("shop/api", 3, TOO_MANY)
    found = seen(pods_not_scheduled, c)
    assert found is not None
    assert [(e.asked, e.value, e.count) for e in found.evidence] == [(Pods.ASKED, TOO_MANY, 3)]


def test_reads_the_events_where_the_condition_says_nothing() -> None:
    c = cluster()
    c.pending("shop/api", 1, TOO_MANY)
    source = c.source()

    def mute(answer: dict[str, list[dict[str, dict[str, object]]]]) -> None:
        for pod in answer["items"]:
            pod["status"].pop("conditions", None)

    source.edit(Pods.ASKED, mute)
    found = seen(pods_not_scheduled, source)
    assert found is not None
    assert found.evidence[0].asked == Events.ASKED


def test_severity_follows_the_share_of_live_pods() -> None:
    c = cluster()
    c.pending("shop/api", 1, TOO_MANY)
    found = seen(pods_not_scheduled, c)
    assert found is not None
    assert found.severity is Severity.LOW
    c.pending("shop/api", 20, TOO_MANY)
    found = seen(pods_not_scheduled, c)
    assert found is not None
    assert found.severity is Severity.HIGH
    c.pending("shop/api", 100, TOO_MANY)
    found = seen(pods_not_scheduled, c)
    assert found is not None
    assert found.severity is Severity.CRITICAL


def test_is_not_checked_without_the_pods() -> None:
    assert result(pods_not_scheduled, cluster().source().refuse(Pods.ASKED)).verdict is Verdict.NOT_CHECKED
