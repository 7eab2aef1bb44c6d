"""What a guest would record: faults that are no business of Cilium's, and clusters that merely look odd."""

from tests.builder import Cluster, MemorySource, ago, items
from tests.builder.clock import Object, stamp
from tests.scenarios.agents import without_agent
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import group_rule
from tests.scenarios.retold import FRANKFURT, OREGON, VIRGINIA, abroad, late
from tests.scenarios.subnets import running, work
from tests.scenarios.ways import dns

KUBERNETES = "kubernetes/api/v1/"
HURT = ("degraded", "critical")


@scenario("look-alike", verdicts=HURT)
def a_sandbox_that_fails_for_its_pause_image() -> Cluster:
    c = work(running("1.18.4"))
    error = (
        'failed to get sandbox image "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/pause:3.10": failed '
        "to pull image: dial tcp 52.1.2.3:443: i/o timeout"
    )
    c.stuck("shop/cart", 4, error=error, minutes=20)
    for event in c.events:
        event.message = f"Failed to create pod sandbox: rpc error: code = Unknown desc = {error}"
    return c


@scenario("look-alike", verdicts=HURT)
def a_kubelet_that_stopped_talking_on_one_node() -> Cluster:
    c = plain("eni", "1.17.4")
    node = c.node_list[2]
    node.ready, node.ready_reason, node.ready_since = False, "NodeStatusUnknown", ago(minutes=25)
    node.ready_message, node.agent_answers = "Kubelet stopped posting node status.", False
    node.taints += [
        {"key": "node.kubernetes.io/unreachable", "effect": e} for e in ("NoSchedule", "NoExecute")
    ]
    for pod in c.on_node[node.name]:
        pod.ready, pod.since = False, ago(minutes=25)
    return c


@scenario("look-alike", verdicts=HURT)
def agents_that_refuse_a_flag_of_another_version() -> Cluster:
    c = plain("eni", "1.18.4")
    for node in c.node_list:
        c.agent_down(node)
        c.agent_lines[node.name] = ["Error: unknown flag: --enable-quantum-routing level=fatal subsys=daemon"]
    return c


@scenario("look-alike", verdicts=HURT)
def a_webhook_with_a_certificate_of_another_authority() -> Cluster:
    c = running()
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    c.webhook("kyverno/kyverno-svc", port=9443, fails="x509: certificate signed by unknown authority")
    return c


@scenario("look-alike", verdicts=HURT)
def metrics_server_crashing_by_itself_in_eni_mode() -> Cluster:
    c = work(running("1.18.4"))
    c.aggregated_api(
        "v1beta1.metrics.k8s.io", "kube-system/metrics-server", available=False, error="connection refused"
    )
    c.fails("kube-system/metrics-server")
    return c


@scenario("look-alike", verdicts=HURT)
def one_service_whose_only_pod_wants_a_secret_that_is_not_there() -> Cluster:
    c = plain("eni", "1.19.1")
    c.workload("shop/admin", 1)
    c.service("shop/admin")
    for pod in c.fails("shop/admin", reason="CreateContainerConfigError"):
        pod.phase, pod.waiting_message = "Pending", 'secret "admin" not found'
    return c


@scenario("look-alike", verdicts=("healthy", *HURT))
def replicas_beyond_a_quota_of_the_namespace() -> Cluster:
    c = plain("eni", "1.17.4")
    text = (
        'Error creating: pods "api-7d9c5b7f4-x2x9z" is forbidden: exceeded quota: compute, requested: '
        "requests.cpu=1, used: requests.cpu=20, limited: requests.cpu=20"
    )
    c.event(
        "ReplicaSet", "shop/api-7d9c5b7f4", "FailedCreate", text, component="replicaset-controller", count=9
    )
    return c


@scenario("look-alike", verdicts=HURT)
def lookups_of_names_outside_that_the_upstream_refuses() -> Cluster:
    c = plain("eni", "1.17.4")
    asked = [node.name for node in c.node_list[:3]]
    c.dns_probes = [dns("172.20.0.10", p, node, "ok") for node in asked for p in ("udp", "tcp")]
    c.dns_probes += [dns("172.20.0.10", "udp", node, "servfail", "db.corp.example.") for node in asked]
    return c


@scenario("single", "scheduler-placement-constraints")
def a_database_whose_claim_names_no_storage_class() -> Cluster:
    c = plain("eni", "1.18.4")
    c.workload("shop/db", 0, kind="StatefulSet")
    message = (
        "0/6 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/6 nodes "
        "are available: 6 Preemption is not helpful for scheduling."
    )
    c.pending("shop/db", 1, message, minutes=200)
    return c


@scenario("look-alike", "scheduler-insufficient-requests")
def most_nodes_short_of_cpu_and_two_at_their_pod_limit() -> Cluster:
    c = abroad(VIRGINIA, "1.18.4", prefix_delegation=True)
    c.nodes(10, type="c5.large", max_pods=110, zones=VIRGINIA)
    c.workload("shop/api", 30, cpu=500)
    two = c.nodes(2, type="c5.large", max_pods=14, zones=VIRGINIA, group="small")
    c.workload("shop/tiny", 20, on=two)
    c.workload("shop/api2", 25, cpu=900)
    return c


@scenario("healthy")
def healthy_recorded_by_hand_with_kubectl_and_nothing_else() -> MemorySource:
    source = plain("eni", "1.17.4").source()
    source.drop("aws/").drop("cilium/").drop("probes/")
    keep: tuple[str, ...] = (
        "nodes",
        "pods",
        "events",
        "services",
        "daemonsets",
        "deployments",
        "cilium-config",
    )
    keep += ("endpointslices", "ciliumnodes", "ciliumendpoints", "leases")
    for path in list(source.answers):
        if path.rpartition("/")[2] not in keep:
            source.drop(path)
    for path in list(source.answers):
        if "configmaps" not in path:
            source.edit(path, as_kubectl)
    return source


def as_kubectl(answer: Object) -> None:
    """The list as ``kubectl get -A -o json`` prints it."""
    kind = str(answer["kind"]).removesuffix("List")
    listed = answer["items"]
    assert isinstance(listed, list)
    version = answer["apiVersion"]
    answer["items"] = [{"apiVersion": version, "kind": kind} | item for item in listed]
    answer |= {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}}


@scenario("unread", verdicts=("unknown",))
def cilium_in_a_namespace_that_the_recording_does_not_name() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.namespace = "cilium-system"
    c.namespaces["cilium-system"] = {}
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 12)
    source = c.source()
    recording = dict(source.recording)
    recording.pop("cilium_namespace")
    return MemorySource({"recording": recording, **source.answers})


@scenario("healthy")
def healthy_with_a_pod_stuck_in_deletion_and_a_namespace_too() -> MemorySource:
    c = plain("eni", "1.18.4")
    pod = c.pods_of("shop/api")[2]
    pod.deleted, pod.ready, pod.since = ago(hours=60), False, ago(hours=60)
    source = c.source()

    def leaving(answer: Object) -> None:
        listed = answer["items"]
        assert isinstance(listed, list)
        meta = {"name": "old-team", "deletionTimestamp": stamp(ago(days=3))}
        listed.append({"metadata": meta, "spec": {"finalizers": ["x/y"]}, "status": {"phase": "Terminating"}})

    return source.edit("kubernetes/api/v1/namespaces", leaving)


@scenario("healthy")
def healthy_while_karpenter_drains_two_nodes() -> MemorySource:
    c = abroad(OREGON, "1.19.2", prefix_delegation=True)
    c.nodes(6, type="c5.xlarge", max_pods=110, zones=OREGON)
    c.workload("shop/api", 40)
    c.service("shop/api")
    going = c.node_list[4:]
    names = {node.name for node in going}
    for node in going:
        node.taints.append({"key": "karpenter.sh/disrupted", "effect": "NoSchedule"})
    for pod in [p for p in c.pods_of("shop/api") if p.node in going]:
        pod.deleted = ago(seconds=25)
    c.pending("shop/api", 4, "0/6 nodes are available: 6 Insufficient cpu.", minutes=0.4)
    source = c.source()

    def going_away(answer: Object) -> None:
        for item in items(answer):
            if item["metadata"]["name"] in names:
                item["metadata"] |= {
                    "deletionTimestamp": stamp(ago(seconds=40)),
                    "finalizers": ["karpenter.sh/t"],
                }

    return source.edit("kubernetes/api/v1/nodes", going_away)


@scenario("healthy")
def healthy_instances_named_by_their_id_on_bottlerocket() -> Cluster:
    c = abroad(FRANKFURT, "1.18.5", prefix_delegation=True, kube_proxy=False)
    c.nodes(4, type="m7g.large", max_pods=110, zones=FRANKFURT)
    for node in c.node_list:
        c.on_node[f"{node.instance_id}.{c.region}.compute.internal"] = c.on_node.pop(node.name)
        node.name = f"{node.instance_id}.{c.region}.compute.internal"
        node.os_image = "Bottlerocket OS 1.29.0 (aws-k8s-1.32)"
    c.workload("shop/api", 60)
    c.service("shop/api")
    return c


@scenario("healthy")
def healthy_with_ipv6_addresses_beside_in_eni_mode() -> MemorySource:
    source = work(running("1.18.4")).source()

    def interfaces(answer: Object) -> None:
        found = answer["NetworkInterfaces"]
        assert isinstance(found, list)
        for number, eni in enumerate(found):
            eni["Ipv6Addresses"] = [{"Ipv6Address": f"2a05:d018:1:2::{number:x}"}]

    def nodes(answer: Object) -> None:
        for number, item in enumerate(items(answer)):
            told = item["status"]["addresses"]
            assert isinstance(told, list)
            told.append({"type": "InternalIP", "address": f"2a05:d018:1:2::{number:x}"})

    source.edit("aws/ec2/describe-network-interfaces", interfaces)
    return source.edit("kubernetes/api/v1/nodes", nodes)


@scenario("healthy")
def healthy_pods_that_bring_their_own_dns_and_crash_alone() -> Cluster:
    c = plain("eni", "1.19.1")
    own = c.workload("crawl/spider", 3)
    own.dns_policy = "None"
    c.fails("crawl/spider", 1)
    c.workload("crawl/once", 0, kind="Job")
    c.leftover("crawl/once", 4, phase="Succeeded")
    c.event("CronJob", "crawl/nightly", "MissSchedule", "Missed scheduled time to start a job", minutes=3)
    c.event("HorizontalPodAutoscaler", "shop/api", "FailedGetResourceMetric", "no metrics returned", count=70)
    c.event(
        "Pod", "shop/api-x", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"
    )
    return c


@scenario("healthy")
def healthy_volume_that_a_pod_waits_for() -> Cluster:
    c = plain("eni", "1.17.4")
    [pod] = c.stuck("shop/db", 1, error="", minutes=15)
    c.events = [event for event in c.events if event.name != pod.name]
    text = 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node'
    c.event("Pod", pod.ref, "FailedAttachVolume", text, component="attachdetach-controller")
    return c


@scenario("healthy")
def healthy_half_way_from_1_17_to_1_18() -> MemorySource:
    c = plain("eni", "1.18.2")
    half = c.node_list[:3]
    for node in half:
        for pod in c.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.image = "quay.io/cilium/cilium:v1.17.8"
    moving = c.pods_of("kube-system/cilium")[3]
    moving.ready, moving.since, moving.created = False, ago(seconds=45), ago(seconds=55)
    c.config["upgrade-compatibility"] = "1.17"
    c.config["enable-ipv4-masquerade"] = "true"
    return c.source()


@scenario("healthy")
def healthy_throttled_an_hour_ago_and_calm_since() -> Cluster:
    c = work(running("1.18.4"))
    limit = "operation error EC2: AssignPrivateIpAddresses, api error RequestLimitExceeded: limit exceeded."
    c.log(*[f"time=2026-11-22T07:5{m}:02Z level=warn msg=Unable error={limit!r}" for m in range(6)])
    return c


@scenario("healthy")
def healthy_with_a_zone_nearly_full_and_nobody_waiting() -> Cluster:
    c = running("1.18.4")
    c.subnet("eu-west-1a", "10.40.3.0/26")
    c.nodes(3, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    c.fill_subnet("eu-west-1a", leave=6)
    return c


@scenario("healthy")
def healthy_with_a_spare_webhook_scaled_to_nothing() -> Cluster:
    c = plain("eni", "1.17.4")
    c.webhook("policy/old-engine", port=9443, replicas=0, policy="Ignore")
    c.workload("shop/retired", 0)
    c.service("shop/retired")
    return c


@scenario("healthy")
def healthy_overlay_with_most_places_taken() -> Cluster:
    c = abroad(VIRGINIA, "1.20.1", mode="cluster-pool")
    c.nodes(3, type="m5.xlarge", max_pods=110, zones=VIRGINIA)
    c.workload("shop/api", 310)
    return c


@scenario("look-alike", verdicts=HURT)
def a_disk_that_is_full_on_one_node() -> Cluster:
    c = plain("eni", "1.18.4")
    node = c.node_list[1]
    node.ready, node.ready_reason, node.ready_since = False, "KubeletNotReady", ago(minutes=15)
    node.ready_message = "container runtime is down, PLEG is not healthy: pleg was last seen active 14m ago"
    return c


@scenario("look-alike", "cilium-agent-unschedulable")
def an_agent_kept_from_arm_nodes_by_its_selector() -> Cluster:
    c = abroad(FRANKFURT, "1.17.4", mode="cluster-pool")
    c.nodes(3, type="m5.large", max_pods=29, zones=FRANKFURT)
    c.workload("shop/api", 9)
    c.find("kube-system/cilium").node_selector = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    added = c.nodes(2, type="m7g.large", max_pods=29, zones=FRANKFURT, group="arm", age_days=0.2)
    without_agent(c, added)
    return c


@scenario("look-alike", "operator-down-or-no-leader")
def operators_that_no_node_takes_after_every_node_was_tainted() -> Cluster:
    c = abroad(OREGON, "1.16.5")
    c.nodes(3, type="m5.large", max_pods=28, zones=OREGON)
    c.workload("shop/api", 20)
    late(c, 2, OREGON, type="m5.large", max_pods=28)
    c.operator(ready=0)
    message = (
        "0/5 nodes are available: 3 node(s) had untolerated taint {maintenance: true}, 2 node(s) had "
        "untolerated taint {node.kubernetes.io/not-ready: }."
    )
    for pod in c.pods_of("kube-system/cilium-operator"):
        pod.waiting, pod.restarts = "", 0
        c.evict(pod)
        c.place(pod, None, minutes=60, message=message)
    return c


@scenario("look-alike", "webhook-port-blocked")
def an_ingress_controller_hook_on_8443_behind_a_terraform_group() -> Cluster:
    c = abroad(VIRGINIA, "1.18.4")
    nodes = c.nodes(3, type="m5.large", max_pods=28, zones=VIRGINIA)
    c.security_group("node", [], nodes=nodes)
    own = c.groups[-1]
    own.ingress += [group_rule(c, "-1", own.id)]
    own.ingress += [group_rule(c, "tcp", c.groups[0].id, p, p) for p in (443, 4443, 6443, 9443, 10250)]
    c.workload("shop/api", 20)
    c.webhook("ingress/ingress-nginx-controller-admission", port=8443, fails="context deadline exceeded")
    return c


@scenario("look-alike", "aws-node-still-running")
def an_addon_that_came_back_and_hands_out_its_own_addresses() -> Cluster:
    c = abroad(FRANKFURT, "1.17.4")
    c.nodes(4, type="m5.large", max_pods=28, zones=FRANKFURT)
    c.workload("shop/api", 20)
    c.aws_node(running=True)
    c.addons["vpc-cni"] = ("v1.19.5-eksbuild.1", "ACTIVE")
    error = 'plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container'
    c.stuck("shop/cart", 6, error=error, minutes=30)
    for event in c.events:
        event.message = f"Failed to create pod sandbox: rpc error: code = Unknown desc = {error}"
    return c
