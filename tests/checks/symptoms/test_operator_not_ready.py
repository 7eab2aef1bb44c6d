import pytest

from checks.model import Severity
from checks.parts.kubernetes import Leases
from checks.parts.workloads import Deployments
from checks.run import Verdict
from checks.symptoms.operator_not_ready import operator_not_ready
from tests.builder import items
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_says_that_no_replica_is_ready() -> None:
    c = cluster()
    c.operator(ready=0)
    found = seen(operator_not_ready, c)
    assert names(found) == ["cilium-operator"]
    assert found is not None
    assert found.severity is Severity.HIGH


def test_says_that_the_lease_has_lapsed() -> None:
    c = cluster()
    c.operator(lease_age_s=120)
    found = seen(operator_not_ready, c)
    assert found is not None
    assert "lease" in found.title


@pytest.mark.parametrize("age", [1, 14])
def test_is_silent_while_the_lease_is_renewed(age: float) -> None:
    c = cluster()
    c.operator(lease_age_s=age)
    assert seen(operator_not_ready, c) is None


def test_ignores_the_second_replica() -> None:
    c = cluster()
    c.operator(ready=1)
    assert seen(operator_not_ready, c) is None


def test_is_critical_when_pods_wait_for_it() -> None:
    c = cluster()
    c.operator(ready=0)
    c.stuck("shop/api", 2)
    found = seen(operator_not_ready, c)
    assert found is not None
    assert found.severity is Severity.CRITICAL


def test_shows_the_lease_and_the_ready_replicas() -> None:
    c = cluster()
    c.operator(ready=0, lease_age_s=600)
    found = seen(operator_not_ready, c)
    assert found is not None
    assert [e.asked for e in found.evidence] == [Deployments.ASKED, Leases.ASKED, Leases.ASKED]


def test_makes_do_without_the_leases_and_not_without_the_deployments() -> None:
    c = cluster()
    c.operator(ready=0)
    assert seen(operator_not_ready, c.source().refuse(Leases.ASKED)) is not None
    source = c.source().refuse(Deployments.ASKED)
    assert result(operator_not_ready, source).verdict is Verdict.NOT_CHECKED


def test_a_lease_that_could_not_be_read_may_have_lapsed() -> None:
    source = cluster().source().refuse(Leases.ASKED)
    assert result(operator_not_ready, source).verdict is Verdict.NOT_CHECKED


def test_is_not_checked_where_the_deployment_was_not_found() -> None:
    source = cluster().source()
    source.edit(
        "kubernetes/apis/apps/v1/deployments",
        lambda answer: answer.update(
            items=[item for item in items(answer) if item["metadata"]["name"] != "cilium-operator"]
        ),
    )
    assert result(operator_not_ready, source).reason.startswith("not found: no Deployment cilium-operator")
