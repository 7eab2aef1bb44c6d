"""deploy/ grants what the collectors declare: all of it, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.collect.registry import collectors

DEPLOY = Path(__file__).parent.parent / "deploy"
READ = {"get", "list", "watch"}
RIGHTS = sorted({right for collector in collectors() for right in collector.rights})
OPTIONAL = {
    "create pods/exec in Cilium's namespace": "exec-role.yaml",
    "get pods/proxy in Cilium's namespace": "metrics-role.yaml",
    "get pods/log in Cilium's namespace": "logs-role.yaml",
}
AWS = [right for right in RIGHTS if re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+", right)]
KUBERNETES = [right for right in RIGHTS if right not in AWS and right not in OPTIONAL]


def documents(name: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all((DEPLOY / name).read_text()) if document]


def rules(name: str, kind: str) -> list[dict[str, Any]]:
    return [rule for document in documents(name) if document["kind"] == kind for rule in document["rules"]]


def granted(name: str) -> set[str]:
    """The rights of a file in the collectors' words."""
    found = set()
    for rule in rules(name, "ClusterRole"):
        for url in rule.get("nonResourceURLs", []):
            found.add(f"get {url}")
        for group in rule.get("apiGroups", []):
            found.update(f"list {group}/{kind}".replace(" /", " ") for kind in rule["resources"])
    for rule in rules(name, "Role"):
        for resource in rule["resources"]:
            found.update(f"get {resource}/{name} in kube-system" for name in rule["resourceNames"])
    return found


def actions() -> list[str]:
    policy = json.loads((DEPLOY / "iam-policy.json").read_text())
    assert all(statement["Effect"] == "Allow" for statement in policy["Statement"])
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def container() -> dict[str, Any]:
    [deployment] = documents("deployment.yaml")
    [only] = deployment["spec"]["template"]["spec"]["containers"]
    return dict(only)


def test_every_form_of_right_is_known() -> None:
    for right in KUBERNETES:
        assert re.fullmatch(
            r"list ([a-z0-9.]+/)?[a-z0-9]+|get /version|"
            r"get (configmaps|serviceaccounts)/[a-z-]+ in kube-system",
            right,
        ), right


def test_the_cluster_role_grants_what_collectors_declare_and_nothing_else() -> None:
    assert granted("rbac.yaml") == set(KUBERNETES)


def test_the_iam_policy_grants_what_collectors_declare_and_nothing_else() -> None:
    assert sorted(actions()) == AWS


@pytest.mark.parametrize("action", actions())
def test_the_iam_policy_only_reads(action: str) -> None:
    reads = r"[a-z0-9-]+:(Describe|List|Get)[A-Za-z]+"
    also_reads = r"cloudtrail:LookupEvents|iam:SimulatePrincipalPolicy"  # IAM's answer, without any call made
    assert re.fullmatch(f"{reads}|{also_reads}", action)


def test_the_cluster_role_only_reads_and_no_secret() -> None:
    for rule in rules("rbac.yaml", "ClusterRole") + rules("rbac.yaml", "Role"):
        assert set(rule["verbs"]) <= READ
        for text in rule.get("resources", []) + rule.get("apiGroups", []):
            assert "*" not in text
            assert text not in ("secrets", "configmaps") or rule["resourceNames"]


@pytest.mark.parametrize(("right", "name"), OPTIONAL.items())
def test_each_further_right_has_a_role_of_its_own(right: str, name: str) -> None:
    assert right in RIGHTS
    [rule] = rules(name, "Role")
    resource = right.split()[1]
    assert rule["resources"] == [resource]
    assert set(rule["verbs"]) <= {"create", "get"}
    assert right.split(maxsplit=1)[0] in rule["verbs"]
    assert resource not in (DEPLOY / "rbac.yaml").read_text().replace("# ", "")


@pytest.mark.parametrize("name", ["rbac.yaml", *OPTIONAL.values()])
def test_every_role_is_bound_to_the_bot_alone(name: str) -> None:
    found = documents(name)
    roles = {(d["kind"], d["metadata"]["name"]) for d in found if d["kind"] in ("Role", "ClusterRole")}
    bound = {(d["roleRef"]["kind"], d["roleRef"]["name"]): d["subjects"] for d in found if "roleRef" in d}
    assert bound.keys() == roles
    for subjects in bound.values():
        assert subjects == [{"kind": "ServiceAccount", "name": "cilium-bot", "namespace": "cilium-bot"}]


def test_the_deployment_works_inside_the_incident() -> None:
    [deployment] = documents("deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    assert (pod["hostNetwork"], pod["dnsPolicy"]) == (True, "Default")
    tolerated = {toleration["key"]: toleration.get("effect") for toleration in pod["tolerations"]}
    assert tolerated.keys() >= {"node.cilium.io/agent-not-ready", "node.kubernetes.io/not-ready"}
    assert tolerated["node.kubernetes.io/unreachable"] == "NoExecute"  # nothing starts on a node that is gone


def test_the_deployment_gives_the_bot_nothing_to_break() -> None:
    [deployment] = documents("deployment.yaml")
    pod, security = deployment["spec"]["template"]["spec"], container()["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container()["resources"]["limits"]["memory"]


def test_the_deployment_holds_no_secret_itself() -> None:
    assert not any("TOKEN" in variable["name"] for variable in container()["env"])
    assert container()["envFrom"] == [{"secretRef": {"name": "cilium-bot-slack"}}]
