"""Makes the live source from the settings: the one place that knows how a cluster is reached."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial

from bot.aws_clients import AwsClients
from bot.eks_access import load_eks
from bot.kube_access import KubeAccess, Place, kube_access
from bot.settings import Access
from checks.collect.live.agents import Agents
from checks.collect.live.aws import AwsReader
from checks.collect.live.aws_api import AwsApi, TypeCache
from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import run
from checks.collect.live.first_node import FirstNode
from checks.collect.live.kubernetes import ApiServer
from checks.collect.live.operator_role import operator_role
from checks.collect.live.probes import Prober
from checks.collect.live.source import Live
from checks.parts.agents import Meta

SWEEP_S = 29.0  # a second less than the sweep has: a reason of our own is better than being cut off
CLUSTERS = 256


@dataclass(frozen=True, slots=True)
class _Reach:
    """What outlives a sweep: credentials, clients, and what instance types can do."""

    kubernetes: KubeAccess
    place: Place
    aws: AwsClients
    types: TypeCache


@lru_cache(maxsize=CLUSTERS)
def _reach(access: Access) -> _Reach:
    if access.eks:
        aws = AwsClients(access, access.region)
        by_iam = KubeAccess(partial(load_eks, access.cluster or "", aws))
        return _Reach(by_iam, by_iam.place(), aws, TypeCache())
    kubernetes = kube_access(access)
    place = kubernetes.place()
    return _Reach(kubernetes, place, AwsClients(access, place.region), TypeCache())


def live(
    access: Access,
    *,
    deadline_s: float = SWEEP_S,
    environ: Mapping[str, str] = os.environ,
) -> Live:
    """A source for one sweep, which has ``deadline_s`` from now. Raises SourceError when there is no cluster.

    ``environ`` tells the node that the bot runs on (NODE_NAME, from the Deployment).
    """
    reach = _reach(access)
    api = ApiServer(reach.kubernetes, Deadline.after(deadline_s))
    node = FirstNode(api)
    client_of = partial(reach.aws.client, fallback_region=node.region)
    aws = AwsReader(
        AwsApi(client_of, api.deadline),
        reach.types,
        cluster=access.cluster or reach.place.name,
        an_instance=node.instance,
        operator_role=operator_role(api, access.namespace),
    )
    inside = reach.place.inside if access.probes is None else access.probes
    return Live(
        _meta(access, reach.place),
        api=api,
        agents=Agents(api, access.namespace, run),
        aws=aws,
        prober=Prober(api, from_node=environ.get("NODE_NAME") or None) if inside else None,
    )


def _meta(access: Access, place: Place) -> Meta:
    return Meta(
        cluster=access.alias or access.cluster or place.name or place.context or "in-cluster",
        taken_at=datetime.now(UTC),
        region=access.region or place.region,
        account=place.account,
        cilium_namespace=access.namespace,
        source="live",
    )
