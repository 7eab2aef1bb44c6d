"""The chart: helm finds no fault, refuses wrong values, and installs it in a real API server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.access import Access
from bot.clusters_file import read_clusters
from bot.options import OPTIONS
from tests.real.api import RefusedError as GoneError
from tests.real.helm import ABOVE, CHART, DEPLOY, RefusedError, helm, manifest, objects, rendered
from tests.real.servers import Servers

POD_NETWORK = "--set=hostNetwork=false,dnsPolicy=ClusterFirst"
REDIS = "--set=redis.inCluster.enabled=true,redis.inCluster.secretName=cilium-bot-redis"
POLICIES = "--set=networkPolicy.enabled=true,ciliumNetworkPolicy.enabled=true"
RIGHTS = "--set=rights.exec=true,rights.metrics=true,rights.logs=true"
PROMETHEUS = (
    "--set=prometheus.podMonitor.enabled=true,prometheus.rules.enabled=true,prometheus.dashboard.enabled=true"
)
TWO = "--set=replicas=2,podDisruptionBudget.enabled=true,redis.secretName=cilium-bot-redis"
PLACE = "--set=cluster.name=payments-prod,cluster.region=eu-west-1,cluster.apiServerHost=10.0.0.1"
ROLE = "--set=aws.roleArn=arn:aws:iam::111122223333:role/cilium-bot"
HTTP = "--set=slack.httpPort=3000"
CLUSTERS = {
    "clusters": [{"name": "here", "inCluster": True}, {"name": "pay", "region": "eu-west-1"}],
    "discover": [{"regions": ["eu-north-1"], "role": "arn:aws:iam::444455556666:role/cilium-bot"}],
}
DIGESTS = '[{"channel": "C1", "cron": "0 9 * * 1-5"}]'
WAYS: dict[str, tuple[str, ...]] = {
    "as it comes": (),
    "with everything": (
        REDIS,
        RIGHTS,
        PROMETHEUS,
        PLACE,
        ROLE,
        HTTP,
        "--set=ciliumNetworkPolicy.enabled=true",
    ),
    "on the Pod network": (POD_NETWORK, REDIS, POLICIES, HTTP),
    "two replicas": (TWO, ROLE),
    "many clusters": (f"--set-json=clusters={json.dumps(CLUSTERS)}", "--set=rights.groups={cilium-bot}"),
    "a digest, and settings of its own": (
        f"--set-json=settings={json.dumps({'CILIUM_BOT_DIGESTS': DIGESTS})}",
        '--set-json=serviceAccount.annotations={"owner": "platform"}',
        "--set=image.digest=sha256:" + "0" * 64,
    ),
}
WRONG = {
    "--set=image.tag=a b": "image/tag",
    "--set=image.digest=latest": "image/digest",
    "--set=slack.botToken=xoxb-1": "botToken",
    "--set=slack.secretName=": "slack/secretName",
    "--set=slack.httpPort=80": "slack/httpPort",
    "--set=settings.SLACK_BOT_TOKEN=xoxb-1": "SLACK_BOT_TOKEN",
    "--set=settings.CILIUM_BOT_PASSWORD=x": "CILIUM_BOT_PASSWORD",
    "--set=cluster.region=Frankfurt": "cluster/region",
    "--set=aws.roleArn=cilium-bot": "aws/roleArn",
    "--set=replicas=two": "replicas",
    "--set=tolerations[0].operator=Maybe": "tolerations",
    "--set=metricsPort=80": "metricsPort",
    "--set=unheardof=1": "unheardof",
    "--set=rights.everything=true": "everything",
    "--set=replicas=2": "more than one needs a Redis",
    "--set=redis.inCluster.enabled=true": "redis.inCluster.secretName is missing",
    f"{REDIS},redis.secretName=other": "exclude each other",
    "--set=networkPolicy.enabled=true": "binds no Pod on the host's network",
    "--set=ciliumNetworkPolicy.enabled=true": "binds no Pod on the host's network",
    "--set=slack.httpPort=8571": "the same port",
    '--set-json=clusters={"clusters":[]},cluster={"name":"shop"}': "cluster.name and clusters exclude",
    '--set-json=clusters={"more":[]}': "more",
    "--set=rights.groups={system:masters}": "rights/groups",
}
OPERATORS = ("PodMonitor", "PrometheusRule")  # the Prometheus operator's definitions are not served here


def deployment(*words: str) -> dict[str, Any]:
    [found] = [thing for thing in objects(*words) if thing["kind"] == "Deployment"]
    return dict(found["spec"]["template"]["spec"])


def environment(pod: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in pod["containers"][0]["env"]}


@pytest.mark.parametrize("way", WAYS)
def test_helm_finds_no_fault(way: str) -> None:
    helm("lint", "--strict", "--kube-version=1.34.2", str(CHART), *WAYS[way])


@pytest.mark.parametrize("value", WRONG)
def test_wrong_values_are_refused_with_the_reason(value: str) -> None:
    with pytest.raises(RefusedError) as refused:
        objects(value)
    assert WRONG[value] in str(refused.value)


@pytest.mark.parametrize("name", ABOVE)
def test_the_plain_manifests_are_the_charts(name: str) -> None:
    assert (DEPLOY / f"{name}.yaml").read_text() == manifest(name)


@pytest.mark.parametrize("way", WAYS)
def test_the_api_server_takes_every_object(way: str, servers: Servers) -> None:
    things = [thing for thing in objects("--namespace=default", *WAYS[way]) if thing["kind"] not in OPERATORS]
    for thing in things:
        servers.admin.apply(thing, dry=True)
    assert things


def test_it_is_installed_changed_and_taken_away_again(servers: Servers, tmp_path: Path) -> None:
    cluster = "--namespace=default", f"--kubeconfig={servers.admin.kubeconfig(tmp_path)}"
    said = helm("install", "cilium-bot", str(CHART), "--take-ownership", REDIS, *cluster)
    notes = said.partition("NOTES:")[2]
    assert "/cilium doctor" in notes
    assert "create secret generic cilium-bot-redis" in notes
    assert "create secret generic cilium-bot-slack" in notes
    helm("upgrade", "cilium-bot", str(CHART), POD_NETWORK, REDIS, POLICIES, RIGHTS, ROLE, HTTP, *cluster)
    found = servers.admin.call("GET", "/apis/apps/v1/namespaces/default/deployments/cilium-bot")
    assert found["spec"]["template"]["spec"].get("hostNetwork", False) is False
    helm("uninstall", "cilium-bot", *cluster)
    with pytest.raises(GoneError, match="NotFound"):
        servers.admin.call("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/cilium-bot")


def test_every_template_is_rendered_by_some_way() -> None:
    text = "".join(rendered(*way) for way in WAYS.values())
    for template in (CHART / "templates").glob("*.yaml"):
        assert f"# Source: cilium-bot/templates/{template.name}" in text


def test_no_object_is_a_secret_nor_holds_one() -> None:
    for way in WAYS.values():
        assert "Secret" not in [thing["kind"] for thing in objects(*way)]
        for name, value in environment(deployment(*way)).items():
            assert "secretKeyRef" in value if "PASSWORD" in name else "TOKEN" not in name


def test_the_redis_beside_the_bot_is_named_without_cluster_dns() -> None:
    pod = deployment(REDIS)
    names = list(environment(pod))
    assert (
        environment(pod)["REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@$(CILIUM_BOT_REDIS_SERVICE_HOST):6379/0"
    )
    assert names.index("REDIS_PASSWORD") < names.index("REDIS_URL")  # else it is not put in
    assert pod["enableServiceLinks"] is True
    [service] = [thing for thing in objects(REDIS) if thing["kind"] == "Service"]
    assert (
        service["metadata"]["name"].upper().replace("-", "_") + "_SERVICE_HOST"
        == "CILIUM_BOT_REDIS_SERVICE_HOST"
    )
    assert "clusterIP" not in service["spec"]


def test_no_service_link_shadows_a_setting() -> None:
    for thing in objects(REDIS, HTTP):
        if thing["kind"] == "Service":
            above = thing["metadata"]["name"].upper().replace("-", "_")
            links = {f"{above}_{end}" for end in ("PORT", "SERVICE_HOST", "SERVICE_PORT")}
            assert not {option.name for option in OPTIONS} & links


def test_settings_reach_the_bot_as_they_were_written() -> None:
    [way] = [way for name, way in WAYS.items() if "settings" in name]
    assert environment(deployment(*way))["CILIUM_BOT_DIGESTS"] == DIGESTS


def test_the_bot_reads_the_clusters_that_the_values_name(tmp_path: Path) -> None:
    way = WAYS["many clusters"]
    [held] = [thing for thing in objects(*way) if thing["metadata"]["name"] == "cilium-bot-clusters"]
    pod = deployment(*way)
    [mount] = [one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "clusters"]
    [(name, text)] = held["data"].items()
    assert environment(pod)["CILIUM_BOT_CLUSTERS"] == f"{mount['mountPath']}/{name}"
    (tmp_path / name).write_text(text)
    (tmp_path / "token").write_text("x")
    found = read_clusters(tmp_path / name, Access(), service_account=tmp_path)
    assert [one.alias for one in found.named] == ["here", "pay"]
    assert [one.region for one in found.searches] == ["eu-north-1"]


def test_a_group_has_the_same_rights_and_no_group_of_the_systems_own() -> None:
    for thing in objects(*WAYS["many clusters"]):
        if thing["kind"] in ("ClusterRoleBinding", "RoleBinding"):
            assert [(one["kind"], one["name"]) for one in thing["subjects"]] == [
                ("ServiceAccount", "cilium-bot"),
                ("Group", "cilium-bot"),
            ]


def test_irsa_is_an_annotation_and_pod_identity_needs_nothing() -> None:
    [with_irsa] = [thing for thing in objects(ROLE) if thing["kind"] == "ServiceAccount"]
    [without] = [thing for thing in objects() if thing["kind"] == "ServiceAccount"]
    assert with_irsa["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].endswith("role/cilium-bot")
    assert "annotations" not in without["metadata"]


def test_each_further_right_is_off_unless_asked_for() -> None:
    roles = [thing["metadata"]["name"] for thing in objects() if thing["kind"] == "Role"]
    assert roles == ["cilium-bot"]
    further = [thing["metadata"]["name"] for thing in objects(RIGHTS) if thing["kind"] == "Role"]
    assert sorted(further) == ["cilium-bot", "cilium-bot-exec", "cilium-bot-logs", "cilium-bot-metrics"]


def test_another_namespace_of_cilium_moves_every_role() -> None:
    things = objects(RIGHTS, "--set=cluster.ciliumNamespace=cilium")
    assert {
        thing["metadata"]["namespace"] for thing in things if thing["kind"] in ("Role", "RoleBinding")
    } == {"cilium"}
    assert environment(deployment("--set=cluster.ciliumNamespace=cilium"))["CILIUM_BOT_NAMESPACE"] == "cilium"


def test_pods_of_the_bot_and_of_its_redis_are_told_apart() -> None:
    things = objects(REDIS)
    [bot] = [thing for thing in things if thing["kind"] == "Deployment"]
    [redis] = [thing for thing in things if thing["kind"] == "StatefulSet"]
    assert (
        bot["spec"]["selector"]["matchLabels"].items()
        - redis["spec"]["template"]["metadata"]["labels"].items()
    )


def test_the_readmes_line_installs_it_with_what_it_names() -> None:
    text = (DEPLOY.parent / "README.md").read_text().replace("\\\n", " ")
    [line] = re.findall(r"^ *helm install cilium-bot deploy/chart -n cilium-bot (.*)$", text, re.MULTILINE)
    words = line.replace("REGION", "eu-west-1").split()
    given = environment(deployment(*words, ROLE))
    assert (given["CILIUM_BOT_CLUSTER"], given["AWS_REGION"]) == ("CLUSTER", "eu-west-1")
    assert deployment(*words)["containers"][0]["image"].startswith("REGISTRY/cilium-bot:")
