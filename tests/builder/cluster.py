"""A built cluster as the answers of its APIs."""

from pathlib import Path

from checks.collect.gather import gather
from checks.snapshot import Snapshot
from tests.builder import (
    agents,
    cilium_objects,
    eks_objects,
    extras,
    instance_objects,
    node_objects,
    objects,
    pod_objects,
    probes,
    service_objects,
    vpc_objects,
    workload_objects,
)
from tests.builder.clock import NOW, Object, ago, stamp, uid
from tests.builder.faults import Faults
from tests.builder.network import settle
from tests.builder.source import Answers, MemorySource

APART_S = 300


class Cluster(Faults):
    """An EKS cluster with Cilium, complete and healthy until a verb changes that."""

    def source(self) -> MemorySource:
        """The answers as a Source. What is done to the cluster afterwards does not reach it."""
        return MemorySource(self.answers())

    def snapshot(self) -> Snapshot:
        """What the real collectors make of the answers."""
        return gather(self.source())

    def write(self, folder: Path) -> Path:
        """Writes a recording."""
        return self.source().write(folder)

    def answers(self) -> Answers:
        """Every answer by its path; ``recording`` is what recording.json holds."""
        for node in self.node_list:
            settle(node, self.mode, self.waiting_on(node.name))
        found: Answers = {"recording": self.recording()}
        found |= {f"kubernetes/{path}": answer for path, answer in self._kubernetes().items()}
        found |= {f"aws/{path}": answer for path, answer in self._aws().items()}
        found |= {f"cilium/{path}": answer for path, answer in self._agents().items()}
        found["probes/dns"] = probes.dns(self)
        found["probes/tcp"] = probes.tcp(self)
        if self.helm_values is not None:
            found["helm/values"] = self.helm_values
        return found

    def waiting_on(self, node: str) -> int:
        """How many pods on a node still want an address."""
        return sum(pod.live and not pod.host_network and pod.ip is None for pod in self.on_node[node])

    def recording(self) -> Object:
        """What recording.json holds."""
        return {
            "format": 1,
            "cluster": self.name,
            "region": self.region,
            "account": self.account,
            "taken_at": stamp(NOW),
            "cilium_namespace": self.namespace,
            "metrics_seconds_apart": APART_S,
            "note": self.note,
        }

    def _kubernetes(self) -> dict[str, object]:
        slices = [service_objects.endpoint_slice(self, service) for service in self.services]
        system = self.namespace
        found: dict[str, object] = {
            "version": objects.version(self),
            "api/v1/nodes": objects.listing(
                "v1", "Node", [node_objects.node(self, node) for node in self.node_list]
            ),
            "api/v1/pods": objects.listing("v1", "Pod", [pod_objects.pod(self, pod) for pod in self.pods]),
            "api/v1/events": objects.listing("v1", "Event", map(objects.event, self.events)),
            "api/v1/services": objects.listing("v1", "Service", map(service_objects.service, self.services)),
            "api/v1/namespaces": objects.listing("v1", "Namespace", map(self._namespace, self.namespaces)),
            f"api/v1/namespaces/{system}/configmaps/cilium-config": cilium_objects.cilium_config(self),
            "apis/discovery.k8s.io/v1/endpointslices": objects.listing(
                "discovery.k8s.io/v1", "EndpointSlice", [found for found in slices if found]
            ),
            "apis/coordination.k8s.io/v1/leases": objects.listing(
                "coordination.k8s.io/v1", "Lease", self._leases()
            ),
            "apis/apiregistration.k8s.io/v1/apiservices": objects.listing(
                "apiregistration.k8s.io/v1", "APIService", self.apis
            ),
        }
        return extras.answers(self) | found | self._workloads() | self._cilium() | self._policies()

    def _workloads(self) -> dict[str, object]:
        made = {kind: [w for w in self.workloads if w.kind == kind] for kind in ("DaemonSet", "Deployment")}
        deployments = made["Deployment"]
        daemons = [workload_objects.daemonset(self, w) for w in made["DaemonSet"]] + self.parked_daemons
        return {
            "apis/apps/v1/daemonsets": objects.listing("apps/v1", "DaemonSet", daemons),
            "apis/apps/v1/deployments": objects.listing(
                "apps/v1", "Deployment", [workload_objects.deployment(self, w) for w in deployments]
            ),
            "apis/apps/v1/replicasets": objects.listing(
                "apps/v1", "ReplicaSet", [workload_objects.replicaset(self, w) for w in deployments]
            ),
        }

    def _cilium(self) -> dict[str, object]:
        nodes = [
            cilium_objects.cilium_node(self, node, self.waiting_on(node.name))
            for node in self.node_list
            if node.cilium_node and node.compute_type == "ec2"
        ]
        pods = [pod for pod in self.pods if pod.endpoint and pod.ip and pod.live]
        endpoints = [cilium_objects.cilium_endpoint(pod, number) for number, pod in enumerate(pods)]
        found: dict[str, object] = {
            "apis/cilium.io/v2/ciliumnodes": objects.listing(
                "cilium.io/v2", "CiliumNode", [*nodes, *self.more_cilium_nodes]
            ),
            "apis/cilium.io/v2/ciliumendpoints": objects.listing("cilium.io/v2", "CiliumEndpoint", endpoints),
        }
        configs = "v2" if self.minor >= 16 else "v2alpha1"
        empty = objects.listing(f"cilium.io/{configs}", "CiliumNodeConfig", self.node_configs)
        found[f"apis/cilium.io/{configs}/ciliumnodeconfigs"] = empty
        if self.minor >= 14:
            pools = [cilium_objects.pod_ip_pool(self, "default", self.pool_cidrs)]
            listed = pools if self.mode == "multi-pool" else []
            found["apis/cilium.io/v2alpha1/ciliumpodippools"] = objects.listing(
                "cilium.io/v2alpha1", "CiliumPodIPPool", listed
            )
        return found

    def _policies(self) -> dict[str, object]:
        return {
            "apis/networking.k8s.io/v1/networkpolicies": objects.listing(
                "networking.k8s.io/v1", "NetworkPolicy", self.network_policies
            ),
            "apis/cilium.io/v2/ciliumnetworkpolicies": objects.listing(
                "cilium.io/v2", "CiliumNetworkPolicy", self.cilium_policies
            ),
            "apis/cilium.io/v2/ciliumclusterwidenetworkpolicies": objects.listing(
                "cilium.io/v2", "CiliumClusterwideNetworkPolicy", self.clusterwide_policies
            ),
            "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": objects.listing(
                "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", self.validating
            ),
            "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": objects.listing(
                "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", self.mutating
            ),
        }

    def _namespace(self, name: str) -> Object:
        labels = {"kubernetes.io/metadata.name": name} | self.namespaces[name]
        meta = objects.metadata(name, ago(days=32), labels=labels)
        return {"metadata": meta, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}

    def _leases(self) -> list[Object]:
        leaders = [pod for pod in self.pods if pod.owner.name == "cilium-operator" and pod.node]
        holder = leaders[0].node.name if leaders and leaders[0].node else "gone"
        found = [
            objects.lease(
                self.namespace,
                "cilium-operator-resource-lock",
                f"{holder}-{uid('leader', holder)[:10]}",
                ago(seconds=self.lease_age_s),
                15,
            ),
            objects.lease("kube-system", "kube-scheduler", f"ip-172-16-4-9_{uid('s')}", ago(seconds=2), 15),
        ]
        beats = [n for n in self.node_list if n.ready]
        return found + [objects.lease("kube-node-lease", n.name, n.name, ago(seconds=6), 40) for n in beats]

    def _aws(self) -> dict[str, object]:
        groups = sorted({node.nodegroup for node in self.node_list if node.compute_type == "ec2"})
        found: dict[str, object] = {
            "eks/describe-cluster": eks_objects.cluster(self),
            "eks/list-nodegroups": {"nodegroups": groups},
            "eks/list-addons": {"addons": sorted(self.addons)},
            "eks/list-pod-identity-associations": {"associations": []},
            "ec2/describe-instance-types": instance_objects.instance_types(self),
            "ec2/describe-instances": instance_objects.instances(self),
            "ec2/describe-network-interfaces": instance_objects.interfaces(self),
            "ec2/describe-subnets": vpc_objects.subnets(self),
            "ec2/describe-vpcs": vpc_objects.vpcs(self),
            "ec2/describe-route-tables": vpc_objects.route_tables(self),
            "ec2/describe-security-groups": vpc_objects.security_groups(self),
            "ec2/describe-vpc-endpoints": {"VpcEndpoints": []},
            "ec2/describe-nat-gateways": {"NatGateways": []},
            "service-quotas/list-service-quotas/vpc": vpc_objects.quotas(),
        }
        found |= {f"eks/describe-nodegroup/{name}": eks_objects.nodegroup(self, name) for name in groups}
        for name, (version, status) in self.addons.items():
            found[f"eks/describe-addon/{name}"] = eks_objects.addon(self, name, version, status)
        for subnet in self.subnets:
            found[f"ec2/get-subnet-cidr-reservations/{subnet.id}"] = vpc_objects.reservations(subnet)
        return found

    def _agents(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for node in self.node_list:
            if node.agent_answers and node.compute_type == "ec2":
                found[f"{node.name}/status"] = agents.status(self, node)
                found[f"{node.name}/health"] = agents.health(self, node)
                found[f"{node.name}/metrics.prom"] = agents.metrics(self, node)
                found[f"{node.name}/metrics.earlier.prom"] = agents.metrics(self, node, earlier=True)
                found[f"{node.name}/log.txt"] = agents.agent_log(self, node)
            elif node.name in self.agent_lines:  # the kubelet has the log of one that answers nobody
                found[f"{node.name}/log.txt"] = agents.agent_log(self, node)
        if self.operator_answers:
            found["operator/metrics.prom"] = agents.operator_metrics(self)
            found["operator/metrics.earlier.prom"] = agents.operator_metrics(self, earlier=True)
        if self.operator_answers or self.operator_lines:
            found["operator/log.txt"] = agents.operator_log(self)
        return found
