"""Snapshot.ec2_node_classes, from the list of Karpenter's EC2NodeClasses."""

import re

import msgspec

from checks.collect.custom import served
from checks.collect.source import Source
from checks.collect.wire import Item
from checks.parts.karpenter import Ec2NodeClass, Ec2NodeClasses

RIGHTS = ("list karpenter.k8s.aws/ec2nodeclasses",)

PATHS = (Ec2NodeClasses.ASKED, Ec2NodeClasses.ASKED.replace("/v1/", "/v1beta1/"))
_MAX_PODS = re.compile(r"(?:max-?pods)[\"']?\s*[:=]\s*[\"']?(\d{1,4})\b", re.IGNORECASE)
"""NodeConfig's ``maxPods: 110``, Bottlerocket's ``max-pods = 110`` and ``--max-pods=110``."""


class _Kubelet(msgspec.Struct, gc=False, rename="camel"):
    max_pods: int | None = None
    pods_per_core: int | None = None


class _Spec(msgspec.Struct, gc=False, rename="camel"):
    kubelet: _Kubelet | None = None
    user_data: str | None = None


class _Class(Item, gc=False):
    spec: _Spec = msgspec.field(default_factory=_Spec)


def read(source: Source) -> Ec2NodeClasses:
    """Every class by name; none where Karpenter is not installed. Raises UnreadError.

    Of the user data only a pod limit is kept: it may hold anything.
    """
    found = [_class(item) for item in served(source, PATHS, _Class, "EC2NodeClass")]
    return Ec2NodeClasses(by_name={one.name: one for one in sorted(found, key=lambda one: one.name)})


def _class(item: _Class) -> Ec2NodeClass:
    kubelet = item.spec.kubelet or _Kubelet()
    limit = _MAX_PODS.search(item.spec.user_data or "")
    return Ec2NodeClass(
        name=item.metadata.name,
        max_pods=kubelet.max_pods,
        pods_per_core=kubelet.pods_per_core,
        user_data_max_pods=int(limit[1]) if limit else None,
    )
