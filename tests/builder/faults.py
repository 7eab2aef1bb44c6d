"""The verbs for trouble: what makes a built cluster ill."""

from collections.abc import Callable
from typing import Literal

from tests.builder.admission import Admission
from tests.builder.clock import Object, ago, digits
from tests.builder.model import Event, Node, Pod, Workload
from tests.builder.vpc_model import SecurityGroup

Path = Literal["ok", "endpoint", "host", "host-icmp", "host-http", "both", "unknown"]


class Faults(Admission):
    """Waiting pods, broken paths, missing parts."""

    def pending(
        self, ref: str, count: int, message: str | None = None, *, minutes: float = 20, reason: str = ""
    ) -> list[Pod]:
        """``count`` more pods of a workload wait for the scheduler, since so many minutes.

        ``message`` None: what the scheduler would really say now, for which the pods must not fit anywhere.
        """
        workload = self._workload(ref)
        added = []
        for _ in range(count):
            pod = self.new_pod(workload)
            self.place(pod, None, minutes=minutes, message=message or "")
            pod.unscheduled_reason = reason or pod.unscheduled_reason
            added.append(pod)
        return added

    def stuck(
        self,
        ref: str,
        count: int = 1,
        *,
        node: Node | None = None,
        error: str | None = None,
        minutes: float = 20,
    ) -> list[Pod]:
        """``count`` more pods of a workload are bound and get no sandbox; ``error`` None: no address left."""
        workload = self._workload(ref)
        added = []
        for index in range(count):
            pod = self.new_pod(workload)
            pod.node = node or self.node_list[index % len(self.node_list)]
            pod.created = max(pod.created, ago(minutes=minutes))
            self.on_node[pod.node.name].append(pod)
            self.strand(pod, error if error is not None else self.no_address())
            added.append(pod)
        return added

    def fails(self, ref: str, count: int | None = None, *, reason: str = "CrashLoopBackOff") -> list[Pod]:
        """Pods of a workload that run and are not ready, restarting; all of them when ``count`` is None."""
        found = [pod for pod in self.pods_of(ref) if pod.node][:count]
        for pod in found:
            pod.ready, pod.waiting, pod.restarts, pod.since = False, reason, 14, ago(minutes=30)
        return found

    def _workload(self, ref: str) -> Workload:
        return next((w for w in self.workloads if w.ref == ref), None) or self.workload(ref, 0)

    def coredns(self, ready: int, why: Literal["not-ready", "pending", "stuck"] = "not-ready") -> list[Pod]:
        """Only so many CoreDNS pods are ready; the others are as ``why`` says. Returns those.

        "pending": they lose their places to pods that wait, of which there must be some.
        """
        ill = self.pods_of("kube-system/coredns")[ready:]
        for pod in ill:
            if why == "not-ready":
                pod.ready, pod.since = False, ago(minutes=30)
            elif why == "stuck":
                pod.created = ago(minutes=20)
                self.strand(pod, self.no_address())
            else:
                self.evict(pod)
        if why == "pending":
            self.schedule_waiting()
            for pod in ill:
                self.place(pod, None)
        return ill

    def evict(self, pod: Pod) -> None:
        """Takes a pod off its node; its address is free again."""
        if pod.node:
            self.on_node[pod.node.name].remove(pod)
            if pod.ip:
                pod.node.lent.pop(pod.ip, None)
        pod.node = pod.ip = None

    def unmanaged(self, ref: str, addresses: list[str] | None = None) -> list[Pod]:
        """Pods that were made before Cilium: no CiliumEndpoint, and addresses of the VPC unless given."""
        found = self.pods_of(ref)
        for index, pod in enumerate(found):
            assert pod.node is not None
            if pod.ip:
                pod.node.lent.pop(pod.ip, None)
            pod.endpoint, pod.created = False, ago(days=40)
            pod.ip = addresses[index] if addresses else pod.node.subnet.take()
            if pod.ip and not addresses:
                pod.node.enis[0].addresses.append(pod.ip)
        return found

    def health(self, path: Callable[[Node, Node], Path] | Literal["all", "self", "subnet"]) -> None:
        """How agents see each other: ``path(observer, target)``, or a word.

        "all": everybody everybody. "self": nobody another node's pods. "subnet": only those in their subnet.
        A path is "ok", "endpoint" (pod addresses fail), "host" (all of it fails), "host-icmp" or "host-http"
        (only that probe of the host fails), "unknown" (not probed yet).
        """
        words: dict[str, Callable[[Node, Node], str]] = {
            "all": lambda _a, _b: "ok",
            "self": lambda _a, _b: "endpoint",
            "subnet": lambda a, b: "ok" if a.subnet is b.subnet else "endpoint",
        }
        self.path = words[path] if isinstance(path, str) else path

    def agent_down(self, node: Node, *, reason: str = "CrashLoopBackOff") -> None:
        """The agent on a node is not ready, answers nothing, and the node is tainted again."""
        node.agent_answers = False
        node.taints.append({"key": "node.cilium.io/agent-not-ready", "effect": "NoSchedule"})
        for pod in self.on_node[node.name]:
            if pod.owner.name == "cilium":
                pod.ready, pod.waiting, pod.restarts, pod.since = False, reason, 9, ago(minutes=30)

    def operator(
        self, *, ready: int | None = None, image: str = "", lease_age_s: float | None = None, why: str = ""
    ) -> Workload:
        """So many operator replicas are ready, with this image, and the lease is that old."""
        found = self.find(f"{self.namespace}/cilium-operator")
        if image:
            found.image = image
        for index, pod in enumerate(self.pods_of(found)):
            pod.image = found.image
            if ready is not None and index >= ready:
                pod.ready, pod.waiting, pod.restarts = False, why or "CrashLoopBackOff", 20
                pod.since = ago(minutes=30)
        if ready == 0:
            self.operator_answers = False
            self.lease_age_s = 3600
        if lease_age_s is not None:
            self.lease_age_s = lease_age_s
        return found

    def aws_node(self, *, running: bool) -> None:
        """The AWS VPC CNI's DaemonSet: on every node, or parked by a selector that matches none."""
        made = self.daemonset(
            "kube-system/aws-node",
            labels={"k8s-app": "aws-node"},
            image=f"602401143452.dkr.ecr.{self.region}.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1",
            host_network=True,
            node_selector={} if running else {"io.cilium/aws-node-enabled": "true"},
            age_days=31,
        )
        made.priority_class = "system-node-critical"

    def without_kube_proxy(self) -> None:
        """Nothing serves ClusterIPs any more: kube-proxy is gone, cilium-config does not replace it."""
        daemon = self.find("kube-system/kube-proxy")
        for pod in self.pods_of(daemon):
            self.evict(pod)
            self.pods.remove(pod)
        self.workloads.remove(daemon)

    def probe_dns(self, outcome: str) -> None:
        """Every DNS probe ends so: "ok", "timeout", "servfail" …"""
        self.dns_outcome = outcome

    def source_dest_check(self, on: bool) -> None:
        """Sets the check on every node and its interfaces."""
        for node in self.node_list:
            node.source_dest_check = on
            for eni in node.enis:
                eni.source_dest_check = on

    def vpc_routes(self) -> None:
        """Adds a VPC route to every node's block, by its primary interface."""
        for node in self.node_list:
            self.extra_routes.append(
                {
                    "DestinationCidrBlock": str(node.block),
                    "InstanceId": node.instance_id,
                    "InstanceOwnerId": self.account,
                    "NetworkInterfaceId": node.enis[0].id,
                    "Origin": "CreateRoute",
                    "State": "active",
                }
            )

    def security_group(self, name: str, ingress: list[Object], *, nodes: list[Node] | None = None) -> str:
        """A group of its own with these IpPermissions, put on the interfaces of ``nodes`` alone; its id."""
        made = SecurityGroup(
            id=f"sg-0{digits(16, self.name, name)}", name=name, description=name, ingress=ingress
        )
        self.groups.append(made)
        for node in nodes or []:
            for eni in node.enis:
                eni.security_groups = [made.id]
        return made.id

    def helm(self, values: Object) -> None:
        """The values that a person handed over."""
        self.helm_values = values

    def event(
        self,
        kind: str,
        ref: str,
        reason: str,
        message: str,
        *,
        component: str = "kubelet",
        minutes: float = 1,
        count: int = 1,
        type: str = "Warning",
    ) -> None:
        """An event about ``namespace/name`` (or a name alone), last seen so many minutes ago."""
        namespace, _, name = ref.rpartition("/")
        last = ago(minutes=minutes)
        first = ago(minutes=minutes + 10)
        self.events.append(Event(kind, namespace, name, reason, message, component, last, first, count, type))

    def leftover(self, ref: str, count: int = 1, phase: str = "Failed") -> list[Pod]:
        """Pods of a workload in phase Failed or Succeeded that nobody cleaned up."""
        workload = self._workload(ref)
        added = []
        for _ in range(count):
            pod = self.new_pod(workload)
            workload.replicas -= 1
            pod.phase, pod.ready, pod.endpoint = phase, False, False
            pod.node = self.node_list[0]
            added.append(pod)
        return added

    def metric(self, sample: str, now: float, earlier: float | None = None, node: Node | None = None) -> None:
        """One more sample ('name{label="x"}') of the operator's page, or of the agent's on a node."""
        kept = self.agent_samples.setdefault(node.name, {}) if node else self.operator_samples
        kept[sample] = (now if earlier is None else earlier, now)

    def log(self, *lines: str) -> None:
        """Lines of the operator's log, the newest last."""
        self.operator_lines.extend(lines)
