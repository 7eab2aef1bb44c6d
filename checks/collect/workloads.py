"""DaemonSets and Deployments into the one shape that both have, with nothing secret in it."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from checks.collect.wire import LONG_AGO, Item, clip, pairs
from checks.parts.kubernetes import Labels
from checks.parts.nodes import Toleration
from checks.parts.workloads import Workload

_KEPT_ENV = re.compile(r"KUBERNETES_SERVICE_(HOST|PORT)|AWS_REGION|CILIUM_\w+")
_SECRET_NAME = (
    r"[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|credential|(?:api|access|private)[-_]?key)[\w.-]*"
)
_SECRET_VALUE = re.compile(rf"(?i)({_SECRET_NAME}\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|\S+)")
_SECRET_FLAG = re.compile(rf"(?i)-{{1,2}}{_SECRET_NAME}")
_SECRET_URL = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^/\s@]+@")
BLANK = "…"


class TolerationItem(msgspec.Struct, gc=False):
    """One ``tolerations[]``."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None


class _Env(msgspec.Struct, gc=False):
    name: str = ""
    value: str | None = None


class _Container(msgspec.Struct, gc=False):
    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    env: list[_Env] | None = None


class _PodSpec(msgspec.Struct, gc=False, rename="camel"):
    containers: list[_Container] | None = None
    host_network: bool | None = None
    dns_policy: str | None = None
    tolerations: list[TolerationItem] | None = None
    node_selector: dict[str, str] | None = None
    affinity: dict[str, msgspec.Raw] | None = None


class _PodMeta(msgspec.Struct, gc=False):
    labels: dict[str, str] | None = None


class _Template(msgspec.Struct, gc=False):
    metadata: _PodMeta | None = None
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)


class _Spec(msgspec.Struct, gc=False):
    replicas: int | None = None
    template: _Template = msgspec.field(default_factory=_Template)


class _Condition(msgspec.Struct, gc=False):
    type: str = ""
    status: str = ""
    message: str | None = None


class _Status(msgspec.Struct, gc=False, rename="camel"):
    desired_number_scheduled: int | None = None  # a DaemonSet's four
    number_ready: int | None = None
    number_available: int | None = None
    updated_number_scheduled: int | None = None
    ready_replicas: int | None = None  # a Deployment's three
    available_replicas: int | None = None
    updated_replicas: int | None = None
    conditions: list[_Condition] | None = None


class WorkloadItem(Item, gc=False):
    """A DaemonSet or a Deployment as the API gives it."""

    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


def workloads(listed: Iterable[WorkloadItem], *, unsaid: int) -> tuple[Workload, ...]:
    """The workloads of a list, sorted by namespace and name; ``unsaid``: pods wanted if it does not tell."""
    found = [_workload(item, unsaid) for item in listed]
    return tuple(sorted(found, key=lambda workload: (workload.namespace, workload.name)))


def tolerations(listed: Iterable[TolerationItem] | None) -> tuple[Toleration, ...]:
    """Tolerations as the parts hold them."""
    return tuple(
        Toleration(
            key=t.key or "", operator=t.operator or "Equal", value=t.value or "", effect=t.effect or ""
        )
        for t in listed or ()
    )


def blanked(arguments: Iterable[str]) -> Iterator[str]:
    """Command line words with the values of credentials replaced by an ellipsis."""
    follows = False
    for word in arguments:
        shown = _SECRET_URL.sub(rf"\1{BLANK}@", _SECRET_VALUE.sub(rf"\1{BLANK}", clip(word)))
        yield BLANK if follows and not word.startswith("-") else shown
        follows = _SECRET_FLAG.fullmatch(word) is not None


def _workload(item: WorkloadItem, unsaid: int) -> Workload:
    meta, status, template = item.metadata, item.status, item.spec.template
    pod = template.spec
    containers = pod.containers or [_Container()]
    return Workload(
        namespace=meta.namespace or "",
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        desired=_desired(item, unsaid),
        ready=status.number_ready or status.ready_replicas or 0,
        available=status.number_available or status.available_replicas or 0,
        updated=status.updated_number_scheduled or status.updated_replicas or 0,
        images=tuple(container.image for container in containers if container.image),
        labels=pairs(meta.labels),
        pod_labels=pairs(template.metadata.labels if template.metadata else None),
        host_network=bool(pod.host_network),
        dns_policy=pod.dns_policy or "ClusterFirst",
        tolerations=tolerations(pod.tolerations),
        node_selector=pairs(pod.node_selector),
        has_affinity=bool(pod.affinity),
        args=tuple(blanked([*(containers[0].command or ()), *(containers[0].args or ())])),
        env=_env(containers),
        replica_failure=next(
            (
                clip(c.message)
                for c in status.conditions or ()
                if (c.type, c.status) == ("ReplicaFailure", "True")
            ),
            "",
        ),
    )


def _desired(item: WorkloadItem, unsaid: int) -> int:
    if item.status.desired_number_scheduled is not None:
        return item.status.desired_number_scheduled
    return unsaid if item.spec.replicas is None else item.spec.replicas


def _env(containers: Iterable[_Container]) -> Labels:
    """The variables that are kept, the first container's before the others'; those by reference are "" ."""
    kept: dict[str, str] = {}
    for container in containers:
        for variable in container.env or ():
            if _KEPT_ENV.fullmatch(variable.name):
                kept.setdefault(variable.name, clip(variable.value))
    return pairs(kept)
