"""deploy/ grants what the bot needs and nothing else: the real API server says so to the bot's own token."""

import copy
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from checks.collect.gather import gather
from checks.collect.live.dns import Outcome
from checks.collect.live.first_node import FirstNode
from checks.collect.live.operator_role import operator_role
from checks.collect.live.probes import Prober
from checks.collect.recording import Recording
from checks.collect.registry import collectors
from checks.collect.source import UnreadError
from checks.load import load_checks
from checks.snapshot import Snapshot
from tests.real.api import Api, Object, RefusedError, collection
from tests.real.load import Beside, api_server, loaded, moved, objects
from tests.real.servers import Servers, until

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CLUSTER = ROOT / "tests" / "recordings" / "healthy_eni_prefixes"
WRITES = ("create", "update", "patch", "delete", "deletecollection")
ABOUT_ONESELF = {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"}
EVERYBODYS = (
    "system:discovery",
    "system:public-info-viewer",
)  # give /version too, where nobody took them away


def documents(name: str) -> list[Object]:
    return [one for one in yaml.safe_load_all((DEPLOY / name).read_text()) if one]


def role(kind: str) -> Object:
    [found] = [one for one in documents("rbac.yaml") if one["kind"] == kind]
    return dict(found)


def rights(kind: str) -> list[str]:
    """The rights of a role in the collectors' words."""
    found = []
    for rule in role(kind)["rules"]:
        found += [f"get {url}" for url in rule.get("nonResourceURLs", [])]
        for group in rule.get("apiGroups", []):
            for resource in rule["resources"]:
                word = f"{group}/{resource}" if group else resource
                named = [f"get {word}/{name} in kube-system" for name in rule.get("resourceNames", [])]
                found += named or [f"list {word}"]
    return found


FURTHER = {  # role: what it opens, and the rights that the API server knows it by
    "exec-role.yaml": (("NODE/status", "NODE/health"), "pods/exec", ("get", "create")),
    "metrics-role.yaml": (("NODE/metrics.prom", "operator/metrics.prom"), "pods/proxy", ("get",)),
    "logs-role.yaml": (("NODE/log.txt", "operator/log.txt"), "pods/log", ("get",)),
}
FURTHER_PARTS = {
    collector.part for collector in collectors() if any("Cilium's namespace" in r for r in collector.rights)
}
ALL = [(kind, right) for kind in ("ClusterRole", "Role") for right in rights(kind)]


def without(rules: list[Object], right: str) -> list[Object]:
    """The rules that grant all but one right."""
    rules = copy.deepcopy(rules)
    for rule in rules:
        if right == "get /version":
            rule.pop("nonResourceURLs", None)
        for group in rule.get("apiGroups", []):
            for resource in list(rule["resources"]):
                word = f"{group}/{resource}" if group else resource
                if right == f"list {word}":
                    rule["resources"].remove(resource)
                for name in list(rule.get("resourceNames", [])):
                    if right == f"get {word}/{name} in kube-system":
                        rule["resourceNames"].remove(name)
    # without names a rule would be for all of them
    return [rule for rule in rules if rule.get("nonResourceURLs") or (rule.get("resources") and _named(rule))]


def _named(rule: Object) -> bool:
    return "resourceNames" not in rule or bool(rule["resourceNames"])


def holds(who: Api, right: str) -> bool:
    """Whether somebody has a right that is told in the collectors' words."""
    verb, what = right.removesuffix(" in kube-system").split()
    if what.startswith("/"):
        return who.can(verb, what)
    if verb == "list":
        return who.can(verb, what)
    resource, _, name = what.rpartition("/")
    return who.can(verb, resource, "kube-system", name)


@pytest.fixture(scope="module")
def bot(servers: Servers) -> Iterator[Api]:
    """The bot's ServiceAccount, with rbac.yaml applied and none of the further roles."""
    for thing in documents("rbac.yaml"):
        servers.admin.apply(thing)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    account = "/api/v1/namespaces/cilium-bot/serviceaccounts/cilium-bot"
    token = servers.admin.call("POST", f"{account}/token", asked)["status"]["token"]
    found = servers.as_user(token)
    until(lambda: all(holds(found, right) for _, right in ALL))
    yield found
    found.close()


@pytest.fixture(scope="module")
def cluster(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """A recorded cluster that is there."""
    version = servers.admin.call("GET", "/version")
    folder = moved(CLUSTER, tmp_path_factory.mktemp("cluster") / "recording", version)
    with loaded(servers, objects(folder), folder):
        yield Recording(folder)


@contextmanager
def taken_away(servers: Servers, bot: Api, kind: str, right: str) -> Iterator[None]:
    """The bot lacks one right for a while."""
    whole = role(kind)
    path = f"{collection(whole)}/{whole['metadata']['name']}"
    others = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    bindings = [servers.admin.call("GET", f"{others}/{name}") for name in EVERYBODYS]
    everybodys = bindings if right == "get /version" else []
    for binding in everybodys:
        servers.admin.call("DELETE", f"{others}/{binding['metadata']['name']}")
    servers.admin.call("PATCH", path, {"rules": without(whole["rules"], right)})
    try:
        until(lambda: not holds(bot, right))
        yield
    finally:
        servers.admin.call("PATCH", path, {"rules": whole["rules"]})
        for binding in everybodys:
            meta = {"name": binding["metadata"]["name"], "labels": binding["metadata"].get("labels", {})}
            servers.admin.apply(binding | {"metadata": meta})
        until(lambda: holds(bot, right))


def swept(bot: Api, cluster: Recording, folder: Path) -> Snapshot:
    return gather(Beside(cluster, api_server(bot, folder), recorded=()), deadline_s=60)


def test_every_collector_works_with_exactly_these_rights(
    bot: Api, cluster: Recording, tmp_path: Path
) -> None:
    live, recorded = swept(bot, cluster, tmp_path), gather(cluster)
    assert set(live.gaps) - FURTHER_PARTS == set(recorded.gaps)
    for half in (live.webhooks, live.cilium_policies, live.cilium_endpoints):
        assert half is not None
        assert half.unread == ""


def test_probes_and_the_way_to_aws_work_with_exactly_these_rights(
    bot: Api, cluster: Recording, tmp_path: Path
) -> None:
    api, fine = api_server(bot, tmp_path), Outcome(outcome="ok", seconds=0.01)
    prober = Prober(
        api,
        from_node=None,
        udp=lambda *_: fine,
        tcp=lambda *_: fine,
        connect=lambda *_: fine,
    )
    assert json.loads(prober.dns())["probes"]
    assert "probes" in json.loads(prober.tcp())
    assert (FirstNode(api).instance() or "").startswith("i-")
    assert (operator_role(api, "kube-system")() or "").startswith("arn:aws:iam:")


@pytest.mark.parametrize(("kind", "right"), ALL)
def test_what_is_not_granted_is_not_checked_and_the_grant_is_named(
    kind: str, right: str, servers: Servers, bot: Api, cluster: Recording, tmp_path: Path
) -> None:
    where = "ClusterRole" if kind == "ClusterRole" else "Role there"
    with taken_away(servers, bot, kind, right):
        found = swept(bot, cluster, tmp_path)
    halves = [half for half in (found.webhooks, found.cilium_policies, found.cilium_endpoints) if half]
    told = {(gap.reason, gap.grant) for gap in found.gaps.values()}
    told |= {(half.unread, half.grant) for half in halves}
    assert (f"refused: {right} (Forbidden)", f"{right}, in the bot's {where}") in told


@pytest.mark.parametrize("right", [right for _, right in ALL])
def test_what_is_granted_is_evidence_for_a_check(right: str) -> None:
    parts = {collector.part for collector in collectors() if right in collector.rights}
    assert any(parts & {*check.needs, *check.helps} for check in load_checks())


@pytest.mark.parametrize("namespace", ["default", "kube-system", "cilium-bot"])
def test_all_that_the_bot_may_do_is_read(namespace: str, bot: Api) -> None:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    told = bot.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review)["status"]
    assert told["resourceRules"]
    for rule in told["resourceRules"]:
        if set(rule["resources"]) <= ABOUT_ONESELF:
            continue
        assert set(rule["verbs"]) <= {"get", "list", "watch"}
        assert not {"*", "secrets", "pods/exec", "pods/proxy", "pods/log"} & set(rule["resources"])
        assert not {"configmaps", "serviceaccounts"} & set(rule["resources"]) or rule["resourceNames"]
    for rule in told["nonResourceRules"]:
        assert set(rule["verbs"]) <= {"get"}


@pytest.mark.parametrize("right", rights("ClusterRole")[:-1])
def test_the_bot_writes_nothing_that_it_reads(right: str, bot: Api) -> None:
    assert not [verb for verb in WRITES if bot.can(verb, right.split()[1])]


POD: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": "cilium-bot"},
    "spec": {"containers": [{"name": "x", "image": "x"}]},
}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/secrets", None),
        ("GET", "/api/v1/namespaces/cilium-bot/secrets/cilium-bot-slack", None),
        ("GET", "/api/v1/configmaps", None),
        ("GET", "/api/v1/namespaces/kube-system/configmaps/coredns", None),
        ("GET", "/api/v1/namespaces/kube-system/pods/x/exec?command=id&container=x&stdout=true", None),
        ("GET", "/api/v1/namespaces/kube-system/pods/x/log", None),
        ("GET", "/api/v1/namespaces/kube-system/pods/x:9962/proxy/metrics", None),
        ("POST", "/api/v1/namespaces/cilium-bot/pods", POD),
        ("PATCH", "/api/v1/nodes/ip-10-40-0-4.eu-west-1.compute.internal", {"spec": {"unschedulable": True}}),
        ("DELETE", "/apis/cilium.io/v2/ciliumnodes/ip-10-40-0-4.eu-west-1.compute.internal", None),
        ("POST", "/api/v1/namespaces/cilium-bot/serviceaccounts/cilium-bot/token", {}),
    ],
)
def test_writes_secrets_and_commands_are_refused(
    method: str, path: str, body: Object | None, bot: Api, cluster: Recording
) -> None:
    with pytest.raises(RefusedError) as caught:
        bot.call(method, path, body)
    assert (caught.value.status, caught.value.reason) == (403, "Forbidden")


@contextmanager
def further(servers: Servers, bot: Api, name: str) -> Iterator[None]:
    """One of the further roles is applied for a while."""
    _, resource, verbs = FURTHER[name]
    for thing in documents(name):
        servers.admin.apply(thing)
    until(lambda: all(bot.can(verb, resource, "kube-system") for verb in verbs))
    try:
        yield
    finally:
        for thing in documents(name):
            servers.admin.call("DELETE", f"{collection(thing)}/{thing['metadata']['name']}")
        until(lambda: not any(bot.can(verb, resource, "kube-system") for verb in verbs))


@pytest.mark.parametrize("name", FURTHER)
def test_each_further_role_opens_what_it_says_and_its_absence_is_told(
    name: str, servers: Servers, bot: Api, cluster: Recording, tmp_path: Path
) -> None:
    node = cluster.arguments("cilium")[0]
    paths = [f"cilium/{path.replace('NODE', node)}" for path in FURTHER[name][0]]
    source = Beside(cluster, api_server(bot, tmp_path))
    for path in paths:
        with pytest.raises(UnreadError, match="Forbidden") as caught:
            list(source.pages(path))
        assert f"(deploy/{name})" in (caught.value.grant or "")
    with further(servers, bot, name):
        for path in paths:
            assert list(source.pages(path)) == list(cluster.pages(path))


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_role_is_for_one_namespace_and_one_thing(name: str, servers: Servers, bot: Api) -> None:
    _, resource, verbs = FURTHER[name]
    others = {other for _, other, _ in FURTHER.values()} - {resource}
    with further(servers, bot, name):
        assert not [
            verb for verb in verbs for where in ("default", "cilium-bot") if bot.can(verb, resource, where)
        ]
        assert not [other for other in others if bot.can("get", other, "kube-system")]
        assert not [verb for verb in WRITES if bot.can(verb, "pods", "kube-system")]


@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.glob("*.yaml")))
def test_the_api_server_takes_every_manifest_under_strict_validation(
    name: str, servers: Servers, bot: Api
) -> None:
    manifests = [one for one in documents(name) if not re.match(r"eksctl\.io/", one["apiVersion"])]
    for manifest in manifests:
        servers.admin.apply(manifest, dry=True)
