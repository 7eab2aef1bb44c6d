"""What every EKS cluster with Cilium has of its own: agents, operator, CoreDNS, kube-proxy."""

from collections.abc import Sequence

from tests.builder.clock import Object, ago, digits
from tests.builder.model import Node, Service, Workload
from tests.builder.vpc_model import Eni
from tests.builder.workloads import EVERYWHERE, Workloads

NOT_READY: list[Object] = [
    {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
    {"key": "CriticalAddonsOnly", "operator": "Exists"},
]
KUBE_DNS = {"k8s-app": "kube-dns"}


class System(Workloads):
    """Installs the cluster's own workloads and Services."""

    def _install(self, nodes: Sequence[Node]) -> None:
        self._kubernetes_service()
        for daemon in self._daemons():
            self.run(daemon, 0)
        operators = min(2, len(nodes))
        operator = self.run(self._operator(), operators, on=list(nodes[:operators]))
        operator.replicas = max(operator.replicas, 1)
        self._dns()

    def _daemons(self) -> list[Workload]:
        daemons = [self._agent()]
        if self.minor >= 16:
            daemons.append(self._envoy())
        if self.kube_proxy:
            daemons.append(self._kube_proxy())
        return daemons

    def _agent(self) -> Workload:
        env = {
            "CILIUM_K8S_NAMESPACE": self.namespace,
            "CILIUM_CLUSTERMESH_CONFIG": "/var/lib/cilium/clustermesh/",
        }
        if not self.kube_proxy:
            env |= {"KUBERNETES_SERVICE_HOST": self.endpoint_host, "KUBERNETES_SERVICE_PORT": "443"}
        return Workload(
            namespace=self.namespace,
            name="cilium",
            kind="DaemonSet",
            replicas=0,
            created=self.chart_created,
            labels={"k8s-app": "cilium", "app.kubernetes.io/name": "cilium-agent"},
            image=f"quay.io/cilium/cilium:v{self.cilium}",
            container="cilium-agent",
            command=["cilium-agent"],
            env=env,
            host_network=True,
            tolerations=EVERYWHERE,
            priority_class="system-node-critical",
            service_account="cilium",
        )

    def _envoy(self) -> Workload:
        return Workload(
            namespace=self.namespace,
            name="cilium-envoy",
            kind="DaemonSet",
            replicas=0,
            created=self.chart_created,
            labels={"k8s-app": "cilium-envoy", "name": "cilium-envoy"},
            image="quay.io/cilium/cilium-envoy:v1.30.8-1733837904",
            host_network=True,
            tolerations=EVERYWHERE,
            priority_class="system-node-critical",
            service_account="cilium-envoy",
        )

    def _kube_proxy(self) -> Workload:
        return Workload(
            namespace="kube-system",
            name="kube-proxy",
            kind="DaemonSet",
            replicas=0,
            created=ago(days=31),
            labels={"k8s-app": "kube-proxy"},
            image=f"602401143452.dkr.ecr.{self.region}.amazonaws.com/eks/kube-proxy:v{self.kubernetes}.0",
            cpu=100,
            host_network=True,
            tolerations=EVERYWHERE,
            priority_class="system-node-critical",
            service_account="kube-proxy",
        )

    def _operator(self) -> Workload:
        kind = "aws" if self.mode == "eni" else "generic"
        return Workload(
            namespace=self.namespace,
            name="cilium-operator",
            replicas=0,
            created=self.chart_created,
            labels={"io.cilium/app": "operator", "name": "cilium-operator"},
            image=f"quay.io/cilium/operator-{kind}:v{self.cilium}",
            command=[f"cilium-operator-{kind}"],
            args=["--debug=false"],
            env={"CILIUM_K8S_NAMESPACE": self.namespace, "AWS_REGION": self.region},
            host_network=True,
            tolerations=EVERYWHERE,
            priority_class="system-cluster-critical",
            service_account="cilium-operator",
        )

    def _dns(self) -> None:
        coredns = Workload(
            namespace="kube-system",
            name="coredns",
            replicas=0,
            created=ago(days=31),
            labels={**KUBE_DNS, "eks.amazonaws.com/component": "coredns"},
            image=f"602401143452.dkr.ecr.{self.region}.amazonaws.com/eks/coredns:v1.11.4-eksbuild.2",
            dns_policy="Default",
            cpu=100,
            memory=70,
            tolerations=[*NOT_READY],
            priority_class="system-cluster-critical",
            service_account="coredns",
        )
        self.run(coredns, 2)
        self.services.append(
            Service(
                namespace="kube-system",
                name="kube-dns",
                cluster_ip=self.service_address(10),
                selector=dict(KUBE_DNS),
                ports=[
                    ("dns", "UDP", 53, 53),
                    ("dns-tcp", "TCP", 53, 53),
                    ("metrics", "TCP", 9153, 9153),
                ],
                labels={**KUBE_DNS, "kubernetes.io/name": "CoreDNS"},
                created=ago(days=31),
            )
        )

    def _kubernetes_service(self) -> None:
        self.services.append(
            Service(
                namespace="default",
                name="kubernetes",
                cluster_ip=self.service_address(1),
                selector={},
                ports=[("https", "TCP", 443, 443)],
                labels={"component": "apiserver", "provider": "kubernetes"},
                created=ago(days=32),
            )
        )

    @property
    def control_plane(self) -> list[Eni]:
        """The two interfaces of the managed control plane in the cluster's subnets."""
        private = [subnet for subnet in self.subnets if not subnet.public]
        if not self._control_plane and private:
            for subnet in [private[0], private[-1]]:
                address = subnet.take()
                if address:
                    eni = Eni(f"eni-0{digits(16, subnet.id, address)}", subnet, address)
                    eni.description, eni.requester = f"Amazon EKS {self.name}", "amazon-eks"
                    eni.security_groups, eni.cilium = [self.groups[0].id], False
                    self._control_plane.append(eni)
        return self._control_plane

    @property
    def endpoint_host(self) -> str:
        """The API server's host name."""
        return f"{self.endpoint_id}.gr7.{self.region}.eks.amazonaws.com"

    @property
    def endpoint_id(self) -> str:
        """The unique part of the endpoint's name."""
        return digits(32, self.name, "endpoint").upper()
