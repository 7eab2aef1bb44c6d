from checks.helm_upgrade import AGENTS, helm_append, helm_upgrade, pinned
from checks.parts.cilium import CiliumVersion


def test_stays_at_the_version_that_runs() -> None:
    assert helm_upgrade("kube-system", CiliumVersion(text="1.16.5"), "--set", "a=b") == (
        "helm upgrade cilium cilium/cilium -n kube-system --version 1.16.5 --reuse-values --set a=b"
    )


def test_an_unknown_version_stops_the_shell() -> None:
    assert '--version "${VERSION:?}"' in helm_upgrade("kube-system", None, "--set", "a=b")


def test_restarts_what_reads_the_configuration_at_its_start() -> None:
    told = helm_upgrade("cilium", None, "--set", "a=b", restart=(AGENTS,))
    assert told.endswith(" && kubectl -n cilium rollout restart daemonset/cilium")


def test_pins_what_an_advice_left_open_and_leaves_the_rest() -> None:
    open_ = "helm upgrade cilium cilium/cilium --reuse-values --set a=b && kubectl -n x get pods"
    assert pinned(open_, "cilium", CiliumVersion(text="1.17.4")) == (
        "helm upgrade cilium cilium/cilium -n cilium --version 1.17.4 --reuse-values --set a=b"
        " && kubectl -n x get pods"
    )
    held = "helm upgrade cilium cilium/cilium -n kube-system --version 1.20.2 --reuse-values"
    assert pinned(held, "cilium", None) == held
    assert pinned("kubectl get pods", "cilium", None) == "kubectl get pods"
    assert pinned(None, "cilium", None) is None


def test_without_a_known_version_the_shell_stops() -> None:
    command = pinned("helm upgrade cilium cilium/cilium -n a --reuse-values", "a", None)
    assert command == 'helm upgrade cilium cilium/cilium --version "${VERSION:?}" -n a --reuse-values'


def test_keeps_what_a_list_has_and_pins_the_version() -> None:
    told = helm_append("cilium", CiliumVersion(text="1.12.9"), "operator.extraArgs", "--limit-ipam-api-qps=2")
    got, _, upgrade = told.partition(" && ")
    assert got.startswith("helm get values cilium -n cilium -o json | jq ")
    assert "'.operator.extraArgs += [\"--limit-ipam-api-qps=2\"]'" in got
    assert "--version 1.12.9 --reuse-values -f cilium-values.json" in upgrade
    assert pinned(told, "cilium", CiliumVersion(text="1.12.9")) == told
