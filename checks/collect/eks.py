"""Snapshot.eks, from ``eks describe-cluster``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.source import Source
from checks.collect.wire import one
from checks.parts.aws import EksCluster

RIGHTS = ("eks:DescribeCluster",)


class _Vpc(Struct, gc=False, rename="camel"):
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] | None = None
    security_group_ids: tuple[str, ...] | None = None
    cluster_security_group_id: str | None = None


class _Network(Struct, gc=False, rename="camel"):
    service_ipv4_cidr: str | None = None
    ip_family: str | None = None


class _PodNetwork(Struct, gc=False):
    cidrs: tuple[str, ...] | None = None


class _Remote(Struct, gc=False, rename="camel"):
    remote_pod_networks: tuple[_PodNetwork, ...] | None = None


class _Compute(Struct, gc=False):
    enabled: bool | None = None


class _Issue(Struct, gc=False):
    code: str | None = None


class _Health(Struct, gc=False):
    issues: tuple[_Issue, ...] | None = None


class _Cluster(Struct, gc=False, rename="camel"):
    name: str
    version: str | None = None
    endpoint: str | None = None
    resources_vpc_config: _Vpc | None = None
    kubernetes_network_config: _Network | None = None
    remote_network_config: _Remote | None = None
    compute_config: _Compute | None = None
    health: _Health | None = None


class _Answer(Struct, gc=False):
    cluster: _Cluster


def read(source: Source) -> EksCluster:
    """Decode the cluster's description. Raises UnreadError when it was refused or not asked."""
    return _cluster(one(source, EksCluster.ASKED, _Answer, "cluster").cluster)


def _cluster(raw: _Cluster) -> EksCluster:
    vpc = raw.resources_vpc_config or _Vpc()
    network = raw.kubernetes_network_config or _Network()
    remote = raw.remote_network_config.remote_pod_networks if raw.remote_network_config else None
    issues = raw.health.issues if raw.health else None
    return EksCluster(
        name=raw.name,
        version=raw.version,
        endpoint=raw.endpoint,
        service_cidr=next(iter(ipv4_ranges([network.service_ipv4_cidr])), None),
        ip_family=network.ip_family or "ipv4",
        vpc_id=vpc.vpc_id,
        subnet_ids=vpc.subnet_ids or (),
        cluster_security_group=vpc.cluster_security_group_id or None,
        security_groups=vpc.security_group_ids or (),
        remote_pod_cidrs=ipv4_ranges(cidr for pods in remote or () for cidr in pods.cidrs or ()),
        auto_mode=bool(raw.compute_config and raw.compute_config.enabled),
        health_issues=tuple(issue.code for issue in issues or () if issue.code),
    )
