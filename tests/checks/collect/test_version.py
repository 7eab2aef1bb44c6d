import pytest

from checks.collect.source import UnreadError
from checks.collect.version import read, version_of_image
from checks.parts.cilium import CiliumVersion
from tests.checks.collect.told import Object, api_list, entry, refusal, told

ASKED = CiliumVersion.ASKED


def daemonset(image: str, name: str = "cilium", namespace: str = "kube-system", **labels: str) -> Object:
    containers = [{"name": "mount-bpf", "image": "busybox:9.9"}, {"name": "cilium-agent", "image": image}]
    template = {"metadata": {"labels": {"k8s-app": "cilium"}}, "spec": {"containers": containers}}
    item = entry(name, namespace, spec={"template": template})
    item["metadata"] = {"name": name, "namespace": namespace, "labels": labels}
    return item


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("quay.io/cilium/cilium:v1.14.6", "1.14.6"),
        (
            "quay.io/cilium/cilium:v1.14.6@sha256:37a49f1abb333279a9b802ee8a21c61cde9dd9138b5ac55f77bdfca733ba852a",
            "1.14.6",
        ),
        ("registry.example:5000/mirror/cilium:v1.19.0", "1.19.0"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/eks/cilium/cilium:v1.17.6-eksbuild.1", "1.17.6"),
        ("quay.io/isovalent/cilium:v1.15.4-cee.1", "1.15.4"),
        ("cilium:1.16", "1.16"),
        ("quay.io/cilium/cilium-ci:v1.20.0-rc.1", "1.20.0-rc.1"),
        ("quay.io/cilium/cilium:v1.21.0-pre.0", "1.21.0-pre.0"),
        ("registry.example:5000/cilium/cilium@sha256:37a49f", None),
        ("registry.example:5000/cilium/cilium", None),
        ("quay.io/cilium/cilium:latest", None),
        ("quay.io/cilium/cilium:a1b2c3d", None),
        ("", None),
        (None, None),
    ],
)
def test_finds_the_version_in_an_image(image: str | None, version: str | None) -> None:
    assert version_of_image(image) == version


def test_takes_the_agents_container_of_ciliums_daemonset() -> None:
    other = daemonset("example/cilium:v0.1.0", namespace="shop")
    envoy = daemonset("quay.io/cilium/cilium-envoy:v1.30.9-174", name="cilium-envoy")
    mine = daemonset("quay.io/cilium/cilium:v1.18.2")
    got = read(told({ASKED: api_list("DaemonSet", other, envoy, mine)}))
    assert got == CiliumVersion(text="1.18.2")
    assert got.minor == (1, 18)


@pytest.mark.parametrize(
    "label", [{"app.kubernetes.io/version": "1.17.4"}, {"helm.sh/chart": "cilium-1.17.4"}]
)
def test_takes_the_labels_where_the_image_is_a_digest(label: dict[str, str]) -> None:
    item = daemonset("registry.example:5000/cilium/cilium@sha256:37a49f", **label)
    assert read(told({ASKED: api_list("DaemonSet", item)})).text == "1.17.4"


def test_does_not_guess_a_version_that_nothing_names() -> None:
    item = daemonset("quay.io/cilium/cilium:latest")
    with pytest.raises(UnreadError, match=r"^unreadable: neither image nor labels"):
        read(told({ASKED: api_list("DaemonSet", item)}))


def test_cilium_without_a_daemonset_was_not_found() -> None:
    source = told({ASKED: api_list("DaemonSet", daemonset("x:v1.2.3"))}, cilium_namespace="cilium")
    with pytest.raises(UnreadError) as caught:
        read(source)
    assert caught.value.reason == "not found: no DaemonSet cilium in namespace cilium"


@pytest.mark.parametrize(
    "item", [entry("cilium", "kube-system"), entry("cilium", "kube-system", spec={"template": None})]
)
def test_a_daemonset_without_containers_is_unreadable(item: Object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: api_list("DaemonSet", item)}))


def test_refused_daemonsets_are_refused() -> None:
    with pytest.raises(UnreadError, match=r"^refused: list apps/daemonsets"):
        read(told({ASKED: refusal(ASKED)}))
