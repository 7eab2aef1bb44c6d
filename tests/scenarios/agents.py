"""How nodes and agents come up, and what they run beside."""

from tests.builder import Cluster, MemorySource, ago
from tests.builder.clock import Object
from tests.builder.joining import without_network
from tests.builder.model import Node
from tests.scenarios.capacity import foreign
from tests.scenarios.corpus import scenario
from tests.scenarios.healthy import plain
from tests.scenarios.objects import LAUNCHED, put_list
from tests.scenarios.subnets import interface_failures, running, work

STARTUP: Object = {"key": "node.cilium.io/agent-not-ready", "value": "true", "effect": "NoExecute"}
NO_SOCKET = (
    "unable to connect to Cilium agent: failed to create cilium agent client after 30.000000 "
    "seconds timeout: Get "
    '"http://localhost/v1/config": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory'
)


def tainted(c: Cluster, count: int = 3) -> list[Node]:
    """Nodes whose agents are ready since hours and that still have Cilium's taint."""
    added = c.nodes(
        count, group="burst", age_days=0.2, type="m5.large", max_pods=29, labels={"pool": "burst"}
    )
    for node in added:
        node.taints.append(dict(STARTUP))
    return added


@scenario("single", "agent-not-ready-taint-left")
def a_taint_that_nobody_is_asked_to_remove() -> Cluster:
    c = plain(version="1.15.3")
    c.config["remove-cilium-node-taints"] = "false"
    c.config["set-cilium-node-taints"] = "false"
    tainted(c)
    c.workload("shop/cart", 12, node_selector={"pool": "burst"})
    return c


@scenario("pair", "agent-not-ready-taint-left", "scheduler-insufficient-requests")
def requests_full_everywhere_but_behind_the_taint() -> Cluster:
    c = plain(version="1.15.3")
    c.config["remove-cilium-node-taints"] = "false"
    c.config["set-cilium-node-taints"] = "false"
    c.workload("shop/batch", 6, cpu=1400)
    tainted(c)
    c.workload("shop/cart", 6, cpu=900)
    return c


@scenario("pair", "operator-down-or-no-leader", "agent-not-ready-taint-left")
def no_operator_and_ready_nodes_that_keep_their_taint() -> Cluster:
    c = plain(version="1.16.5")
    c.operator(ready=0)
    for node in tainted(c):
        node.network_condition = False
    c.workload("shop/cart", 12, node_selector={"pool": "burst"})
    return c


@scenario("look-alike", "cilium-agent-unschedulable")
def agents_that_do_not_tolerate_a_new_groups_taint() -> Cluster:
    c = plain()
    agent = c.find("kube-system/cilium")
    agent.tolerations = [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}]
    added = c.nodes(
        3,
        type="m5.large",
        max_pods=29,
        group="gpu",
        age_days=0.2,
        taints=[{"key": "gpu", "value": "yes", "effect": "NoSchedule"}],
    )
    without_agent(c, added)
    return c


def without_agent(c: Cluster, nodes: list[Node]) -> None:
    """Nodes on which no agent ever ran."""
    for node in nodes:
        for pod in [pod for pod in c.on_node[node.name] if pod.owner.name == "cilium"]:
            c.on_node[node.name].remove(pod)
            c.pods.remove(pod)
        node.cilium_node = node.agent_answers = False
        node.lent.clear()
        node.block = None
        without_network(node)


@scenario("single", "cilium-agent-unschedulable")
def agents_whose_image_cannot_be_pulled_without_a_network() -> Cluster:
    c = plain(version="1.17.4")
    added = c.nodes(2, type="m5.large", max_pods=29, group="burst", age_days=0.1)
    for node in added:
        node.agent_answers = node.cilium_node = False
        node.lent.clear()
        node.block = None
        without_network(node)
        for pod in c.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.ready, pod.waiting, pod.phase = False, "ImagePullBackOff", "Pending"
                pod.waiting_message = 'Back-off pulling image "mirror.example.com/cilium/cilium:v1.17.4"'
                c.event(
                    "Pod",
                    pod.ref,
                    "Failed",
                    "Failed to pull image: dial tcp 10.9.9.9:443: i/o timeout",
                    count=30,
                )
    return c


@scenario("healthy")
def healthy_after_a_gap_between_taint_and_agent() -> Cluster:
    c = plain("eni", "1.17.4")
    new = c.nodes(1, type="m5.large", max_pods=28, age_days=0.004)
    c.workload("shop/cart", 4, on=new, age_days=0.003)
    for pod in c.pods_of("shop/cart"):
        text = (
            f"Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup "
            f"network: {NO_SOCKET}"
        )
        c.event("Pod", pod.ref, "FailedCreatePodSandBox", text, minutes=4, count=2)
    return c


@scenario("healthy", risks=("karpenter-undeclared-startup-taint",))
def healthy_while_karpenter_launches_two_nodes_for_one() -> MemorySource:
    c = plain("eni", "1.17.4")
    claims = []
    for number in range(10):
        gone = number % 2 == 0
        meta: Object = {
            "name": f"general-{number}",
            "creationTimestamp": f"2026-11-22T08:{30 + number}:00Z",
            "labels": {"karpenter.sh/nodepool": "general"},
        }
        conditions: list[Object] = [{"type": "Launched", "status": "True", "reason": "Launched"}]
        if gone:
            meta |= {
                "deletionTimestamp": f"2026-11-22T08:{45 + number}:00Z",
                "finalizers": ["karpenter.sh/termination"],
            }
            conditions.append({"type": "Empty", "status": "True", "reason": "Empty"})
            conditions.append({"type": "Consolidatable", "status": "True", "reason": "Consolidatable"})
        claims.append({"metadata": meta, "spec": LAUNCHED, "status": {"conditions": conditions}})
    pool: Object = {
        "metadata": {"name": "general", "creationTimestamp": "2026-10-22T09:00:00Z"},
        "spec": {"template": {"spec": LAUNCHED | {"taints": []}}, "disruption": {}},
    }
    source = put_list(c.source(), "apis/karpenter.sh/v1/nodeclaims", "NodeClaim", claims)
    return put_list(source, "apis/karpenter.sh/v1/nodepools", "NodePool", [pool])


@scenario("single", "agent-api-rate-limited")
def endpoints_refused_by_a_busy_agent() -> Cluster:
    c = plain("eni", "1.17.1")
    node = c.node_list[0]
    error = "unable to create endpoint: [PUT /endpoint/{id}][429] putEndpointIdTooManyRequests"
    c.stuck("shop/cart", 8, node=node, error=error, minutes=12)
    name = 'cilium_api_limiter_processed_requests_total{api_call="endpoint-create",outcome="fail"}'
    c.metric(name, 900, earlier=640, node=node)
    return c


@scenario("single", "kpr-api-server-unreachable")
def agents_told_an_address_that_eks_has_rotated() -> Cluster:
    c = Cluster(mode="eni", cilium="1.16.5", kube_proxy=False)
    c.nodes(4, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    c.find("kube-system/cilium").env["KUBERNETES_SERVICE_HOST"] = "10.40.7.19"
    for node in c.nodes(2, type="m5.large", max_pods=28, group="burst", age_days=0.1):
        node.cilium_node = False
        node.lent.clear()
        c.agent_down(node)
        node.taints.clear()
        without_network(node)
        c.agent_lines[node.name] = [
            'level=error msg="Unable to contact k8s api-server" error="Get https://10.40.7.19:443/api/v1/namespaces/'
            'kube-system: dial tcp 10.40.7.19:443: i/o timeout" ipAddr="https://10.40.7.19:443" '
            "subsys=k8s-client"
        ]
    return c


@scenario("look-alike", "tunnel-value-removed")
def a_tunnel_together_with_eni_mode() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4")
    c.nodes(4, type="m5.large", max_pods=28)
    c.workload("shop/api", 20)
    c.config["routing-mode"] = "tunnel"
    for node in c.node_list:
        c.agent_down(node)
        c.agent_lines[node.name] = [
            'level=fatal msg="Cannot specify IPAM mode eni in tunnel mode." subsys=daemon'
        ]
    return c


@scenario("healthy", risks=("tunnel-value-removed",))
def healthy_on_native_routing_though_the_values_ask_for_a_tunnel() -> Cluster:
    c = plain("eni", "1.16.5")
    c.helm({"ipam": {"mode": "eni"}, "eni": {"enabled": True}, "tunnel": "vxlan"})
    return c


@scenario("single", "attachment-limit-loop")
def interfaces_made_that_no_slot_takes() -> Cluster:
    c = running("1.16.5")
    nodes = c.nodes(3, type="m5.large", max_pods=28)
    for number in (1, 2):
        foreign(nodes[0], number, text=f"appliance interface {number}")
    c.workload("shop/api", 14, on=nodes[0])
    c.workload("shop/cart", 20, on=nodes[1:])
    error = (
        "operation error EC2: AttachNetworkInterface, https response error StatusCode: 400, api error "
        "AttachmentLimitExceeded: Interface count 4 exceeds the limit for m5.large"
    )
    for minute in range(50, 60):
        c.log(
            f'time="2026-11-22T08:{minute}:20Z" level=info msg="Unable to create interface on instance" '
            f'error="{error}" instanceID={nodes[0].instance_id} name={nodes[0].name}'
        )
    c.ec2_calls[("AttachNetworkInterface", "400 Bad Request")] = (480, 500)
    c.ec2_calls[("CreateNetworkInterface", "OK")] = (510, 530)
    c.ec2_calls[("DeleteNetworkInterface", "OK")] = (480, 500)
    interface_failures(c, "unableToAttachENI")
    return c


@scenario("single", "efa-multi-card-attach-failure")
def a_device_index_that_another_card_has_taken() -> Cluster:
    c = running("1.17.9")
    c.nodes(2, type="m5.large", max_pods=28)
    [gpu] = c.nodes(1, type="p4d.24xlarge", max_pods=110, group="gpu", age_days=1)
    for card in (1, 2, 3):
        foreign(gpu, 1, card=card, kind="efa", text="EFA")
    gpu.growing = False
    c.workload("shop/train", 55, on=gpu)
    error = (
        "operation error EC2: AttachNetworkInterface, api error InvalidParameterValue: Instance "
        f"{gpu.instance_id} already has an interface attached at device index '1'."
    )
    for minute in range(55, 60):
        c.log(
            f'time="2026-11-22T08:{minute}:20Z" level=info msg="Unable to create interface on instance" '
            f'error="{error}" instanceID={gpu.instance_id} name={gpu.name}'
        )
    c.ec2_calls[("AttachNetworkInterface", "400 Bad Request")] = (90, 110)
    interface_failures(c, "unableToAttachENI")
    return c


@scenario("single", "efa-route-table-collision", provable=False)
def interfaces_of_four_cards_under_one_device_index() -> Cluster:
    c = running("1.17.9")
    c.nodes(2, type="m5.large", max_pods=28)
    [gpu] = c.nodes(1, type="p4d.24xlarge", max_pods=110, group="gpu", age_days=1)
    c.workload("shop/train", 70, on=gpu)
    for card in (1, 2, 3):
        foreign(gpu, 1, card=card, kind="efa", text="EFA")
    pods = c.pods_of("shop/train")
    for pod in pods:
        if pod.ip in gpu.enis[1].addresses:
            pod.ready, pod.since = False, ago(minutes=40)
    c.health(lambda a, b: "endpoint" if gpu in (a, b) else "ok")
    return c


@scenario("healthy")
def healthy_gpu_node_with_interfaces_on_four_cards() -> Cluster:
    c = running("1.18.6")
    c.nodes(2, type="m5.large", max_pods=28)
    [gpu] = c.nodes(1, type="p4d.24xlarge", max_pods=110, group="gpu", age_days=1)
    for card in (1, 2, 3):
        foreign(gpu, 1, card=card, kind="efa-only", text="EFA")
    c.workload("shop/train", 20, on=gpu)
    return c


@scenario("healthy")
def healthy_just_after_an_interface_was_attached() -> Cluster:
    c = work(running("1.16.5"))
    mac = c.node_list[0].enis[0].mac
    c.stuck(
        "shop/api",
        2,
        node=c.node_list[0],
        error=f"unable to find ifindex for interface MAC {mac}",
        minutes=0.6,
    )
    return c


@scenario("single", "os-manages-secondary-eni", provable=False)
def an_image_that_configures_ciliums_interfaces() -> Cluster:
    c = running("1.16.5")
    nodes = c.nodes(4, type="m5.large", max_pods=28)
    for node in nodes:
        node.os_image = "Ubuntu 22.04.5 LTS"
    c.workload("shop/api", 15, on=nodes[0])
    c.workload("shop/cart", 12, on=nodes[1:])
    mac = nodes[0].enis[1].mac
    c.stuck("shop/api", 3, node=nodes[0], error=f"unable to find ifindex for interface MAC {mac}", minutes=30)
    return c


@scenario("pair", "kubelet-max-pods-too-low", "aws-node-still-running")
def aws_node_beside_cilium_and_the_cap() -> Cluster:
    c = Cluster(mode="eni", cilium="1.17.4", prefix_delegation=True)
    c.nodes(4, type="m5.large", max_pods=30)
    c.aws_node(running=True)
    c.workload("shop/perf", 130)
    for node in c.node_list[:2]:
        pod = next(p for p in c.on_node[node.name] if p.owner.name == "perf")
        pod.endpoint = False
        if pod.ip:
            node.lent.pop(pod.ip, None)
        pod.ip = node.subnet.take()
        assert pod.ip is not None
        node.enis[0].addresses.append(pod.ip)
    return c


@scenario("single", "pod-identity-link-local-broken")
def the_pod_identity_interface_taken_for_a_real_one() -> MemorySource:
    c = Cluster(mode="eni", cilium="1.16.3", kube_proxy=False)
    c.nodes(3, type="m5.large", max_pods=28)
    c.daemonset("kube-system/eks-pod-identity-agent", host_network=True)
    c.addons["eks-pod-identity-agent"] = ("v1.3.4-eksbuild.1", "ACTIVE")
    c.workload("shop/api", 20)
    c.config["enable-host-legacy-routing"] = "false"
    c.config["enable-bpf-masquerade"] = "true"
    c.drops[("FIB lookup failed", "EGRESS")] = (4100, 4980)
    source = c.source()

    def add(answer: Object) -> None:
        told = answer["kube-proxy-replacement"]
        assert isinstance(told, dict)
        told["deviceList"].append({"name": "pod-id-link0", "ip": ["169.254.170.23"]})

    for node in c.node_list:
        source.edit(f"cilium/{node.name}/status", add)
    return source


@scenario("healthy", notes=("imds-hop-limit",))
def healthy_with_a_hop_limit_of_one() -> MemorySource:
    c = work(running("1.18.4"))

    def lower(answer: Object) -> None:
        reservations = answer["Reservations"]
        assert isinstance(reservations, list)
        for reservation in reservations:
            reservation["Instances"][0]["MetadataOptions"]["HttpPutResponseHopLimit"] = 1

    return c.source().edit("aws/ec2/describe-instances", lower)


@scenario("pair", "scheduler-insufficient-requests", "agent-api-rate-limited")
def a_busy_agent_and_requests_full() -> Cluster:
    c = endpoints_refused_by_a_busy_agent()
    c.workload("shop/perf", 40, cpu=900)
    return c
