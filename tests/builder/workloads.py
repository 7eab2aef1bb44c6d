"""What runs on a cluster: workloads and their pods, placed and addressed as the real parts would do it."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Address

from tests.builder import network, scheduling
from tests.builder.clock import NOW, Object, ago, suffix
from tests.builder.model import Node, Pod, Service, Workload
from tests.builder.vpc_model import Labels
from tests.builder.waits import Waits

EVERYWHERE: list[Object] = [{"operator": "Exists"}]
CONTROL_PLANE: list[Object] = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]


class Workloads(Waits):
    """The verbs that make things run."""

    def node_joined(self, nodes: Sequence[Node]) -> None:
        """DaemonSets' pods on new nodes; with the first ones, everything a cluster has of its own."""
        if not self.workloads:
            self._install(nodes)
            return
        for workload in [w for w in self.workloads if w.kind == "DaemonSet"]:
            for node in nodes:
                self._daemon(workload, node)

    def workload(
        self,
        ref: str,
        replicas: int = 1,
        *,
        kind: str = "Deployment",
        labels: Labels | None = None,
        image: str = "registry.example.com/shop/api:4.2.0",
        port: int | None = None,
        cpu: int = 0,
        memory: int = 0,
        host_network: bool = False,
        node_selector: Labels | None = None,
        tolerations: Sequence[Object] = (),
        age_days: float = 2,
        on: Sequence[Node] | Node | None = None,
    ) -> Workload:
        """Runs a workload: each pod goes to the node with the fewest pods that takes it.

        ``cpu`` in thousandths of a core, ``memory`` in MiB, each requested by every pod. A pod that no node
        takes waits with the scheduler's message; one whose node has no address left, with the CNI's.
        ``on`` pins the pods: to these nodes in turn, caps or not.
        """
        namespace, name = ref.split("/")
        made = Workload(
            namespace=namespace,
            name=name,
            kind=kind,
            replicas=0,
            created=ago(days=age_days),
            labels=labels if labels is not None else {"app": name},
            image=image,
            port=port,
            cpu=cpu,
            memory=memory,
            host_network=host_network,
            node_selector=node_selector or {},
            tolerations=list(tolerations),
        )
        return self.run(made, replicas, on=on)

    def run(self, workload: Workload, replicas: int, *, on: Sequence[Node] | Node | None = None) -> Workload:
        """Adds a workload (or more pods of one that is there) and places its pods."""
        self.namespaces.setdefault(workload.namespace, {})
        if workload not in self.workloads:
            self.workloads.append(workload)
        if workload.kind == "DaemonSet":
            for node in self.node_list if on is None else ([on] if isinstance(on, Node) else on):
                self._daemon(workload, node)
            return workload
        pinned = [on] if isinstance(on, Node) else list(on or ())
        waits = ""  # once one fits nowhere, the next of its kind does not either
        for index in range(replicas):
            chosen = pinned[index % len(pinned)] if pinned else None if waits else self._choose(workload)
            pod = self.new_pod(workload)
            self.place(pod, chosen, message=waits)
            waits = waits or pod.unscheduled
        return workload

    def daemonset(self, ref: str, **options: object) -> Workload:
        """Runs a DaemonSet on every node that is there and that joins later; options as of ``workload``."""
        options |= {"kind": "DaemonSet", "tolerations": EVERYWHERE}
        return self.workload(ref, 0, **options)  # type: ignore[arg-type] # as of workload

    def find(self, ref: str) -> Workload:
        """The workload ``namespace/name``."""
        return next(workload for workload in self.workloads if workload.ref == ref)

    def pods_of(self, ref: str | Workload) -> list[Pod]:
        """Its pods, in the order they were made."""
        workload = ref if isinstance(ref, Workload) else self.find(ref)
        return [pod for pod in self.pods if pod.owner is workload]

    def new_pod(self, workload: Workload) -> Pod:
        """A pod that belongs to a workload and is nowhere yet."""
        workload.replicas += 1
        number = self.pods_made[workload.ref]
        self.pods_made[workload.ref] += 1
        created = (workload.created or NOW) + timedelta(seconds=2)
        pod = Pod(
            namespace=workload.namespace,
            name=self._pod_name(workload, number),
            owner=workload,
            created=created,
            host_network=workload.host_network,
            cpu=workload.cpu,
            memory=workload.memory,
            image=workload.image,
        )
        self.pods.append(pod)
        return pod

    def _pod_name(self, workload: Workload, number: int) -> str:
        if workload.kind == "StatefulSet":
            return f"{workload.name}-{number}"
        drawn = suffix(5, self.name, workload.ref, number)
        if workload.kind == "DaemonSet":
            return f"{workload.name}-{drawn}"
        return f"{workload.name}-{suffix(10, workload.ref)}-{drawn}"

    def place(self, pod: Pod, node: Node | None, *, minutes: float = 20, message: str = "") -> None:
        """Binds a pod to a node and lends it an address, or leaves it waiting since so many minutes.

        ``message``: the scheduler's, when it is known already.
        """
        if node is None:
            pod.created = max(pod.created, ago(minutes=minutes))
            pod.phase, pod.ready, pod.sandbox, pod.endpoint = "Pending", False, False, False
            pod.unscheduled = message or scheduling.message(
                pod.owner, self.node_list, self.on_node, self.kubernetes_minor
            )
            self.say_unscheduled(pod)
            return
        pod.node = node
        pod.created = max(pod.created, node.created)
        self.on_node[node.name].append(pod)
        if pod.host_network:
            pod.ip, pod.endpoint = node.ip, False
            return
        pod.ip = network.take_address(node, pod.ref, self.mode, self.free_blocks)
        if pod.ip is None:
            pod.created = max(pod.created, ago(minutes=minutes))
            self.strand(pod, self.no_address())

    def schedule_waiting(self) -> None:
        """Gives places that have become free to pods that wait for one, first come, first served."""
        for pod in [pod for pod in self.pods if pod.unscheduled]:
            node = self._choose(pod.owner)
            if node:
                self.events = [event for event in self.events if event.name != pod.name]
                pod.phase, pod.ready, pod.sandbox, pod.endpoint, pod.unscheduled = (
                    "Running",
                    True,
                    True,
                    True,
                    "",
                )
                self.place(pod, node)

    def service(
        self,
        ref: str,
        *,
        port: int = 80,
        target: int | str = 8080,
        selector: Labels | None = None,
        cluster_ip: str | None = None,
        labels: Labels | None = None,
        type: str = "ClusterIP",
        annotations: Labels | None = None,
    ) -> Service:
        """A Service; its endpoints are the pods its selector matches (``app: name`` by default)."""
        namespace, name = ref.split("/")
        self.namespaces.setdefault(namespace, {})
        made = Service(
            namespace=namespace,
            name=name,
            cluster_ip=cluster_ip or self.service_address(20 + len(self.services)),
            selector=selector if selector is not None else {"app": name},
            ports=[("", "TCP", port, target)],
            labels=labels or {},
            annotations=annotations or {},
            type=type,
            created=ago(days=25),
        )
        self.services.append(made)
        return made

    def service_address(self, number: int) -> str:
        """An address of the Service range; the 10th is the cluster's DNS."""
        return str(IPv4Address(int(self.services_cidr.network_address) + number))

    def _choose(self, workload: Workload) -> Node | None:
        nodes = [node for node in self.node_list if node.compute_type == "ec2"]
        return scheduling.choose(workload, nodes, self.on_node)

    def _daemon(self, workload: Workload, node: Node) -> None:
        if workload.node_selector.items() <= {**self._labels(node)}.items() and node.compute_type == "ec2":
            self.place(self.new_pod(workload), node)

    def _labels(self, node: Node) -> Labels:
        return {"kubernetes.io/os": "linux", **node.labels}

    def _install(self, nodes: Sequence[Node]) -> None:
        """The cluster's own workloads; see tests.builder.system."""
