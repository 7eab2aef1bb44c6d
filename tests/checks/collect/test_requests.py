import pytest

from checks.collect.requests import Container, Requirements, ResourceList, pod_requests
from checks.collect.source import UnreadError


def asks(cpu: str | None = None, memory: str | None = None, *, sidecar: bool = False) -> Container:
    requests = ResourceList(cpu=cpu, memory=memory)
    return Container(Requirements(requests), "Always" if sidecar else None)


def cpu(
    *containers: Container,
    init: tuple[Container, ...] = (),
    overhead: str | None = None,
    pod: str | None = None,
) -> int:
    return pod_requests(
        containers,
        init,
        ResourceList(cpu=overhead) if overhead else None,
        Requirements(ResourceList(cpu=pod)) if pod else None,
    ).cpu_milli


def test_containers_add_up() -> None:
    assert cpu(asks("100m"), asks("1"), Container()) == 1100


def test_the_largest_init_container_counts_when_it_asks_for_more() -> None:
    assert cpu(asks("100m"), init=(asks("300m"), asks("200m"))) == 300
    assert cpu(asks("500m"), init=(asks("300m"), asks("200m"))) == 500


def test_sidecars_run_beside_the_containers_and_beside_later_init_containers() -> None:
    assert cpu(asks("100m"), init=(asks("50m", sidecar=True),)) == 150
    assert cpu(asks("100m"), init=(asks("50m", sidecar=True), asks("300m"))) == 350
    assert cpu(asks("100m"), init=(asks("300m"), asks("50m", sidecar=True))) == 300


def test_overhead_comes_on_top_and_the_pods_own_request_replaces() -> None:
    assert cpu(asks("100m"), overhead="20m") == 120
    assert cpu(asks("100m"), pod="700m", overhead="20m") == 720


def test_each_resource_is_reckoned_on_its_own() -> None:
    found = pod_requests([asks("100m", "1Gi")], [asks("500m", "1Mi")])
    assert (found.cpu_milli, found.memory_bytes) == (500, 1 << 30)


def test_a_request_that_is_no_quantity_is_unreadable() -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: no quantity: 'lots'$"):
        cpu(asks("lots"))
