from checks.helm_upgrade import AGENTS, helm_upgrade
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
