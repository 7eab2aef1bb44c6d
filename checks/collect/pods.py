"""Snapshot.pods: the list of all pods, folded page by page as it arrives.

15,000 pods must cost little more than decoding them. A list comes in the order of its names, so that a pod
mostly has its predecessor's labels and requests, byte for byte: comparing is all that the common pod costs.
"""

from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from checks.collect.kept_pods import Marked, sandbox_is_made, whole_pods
from checks.collect.pod_counts import SAMPLE, Group, Load
from checks.collect.pod_items import (
    PodItem,
    is_ready,
    labels_of,
    only_resources,
    requests_of,
    since_not_ready,
)
from checks.collect.requests import NOTHING
from checks.collect.source import Source
from checks.collect.wire import LONG_AGO, before, listed
from checks.parts.kubernetes import Labels
from checks.parts.nodes import Resources
from checks.parts.pods import Pod, PodAddress, Pods

RIGHTS = ("list pods",)
GRACE = timedelta(seconds=120)  # report-format.md: what is deleted for less counts nowhere
MAX_LEFTOVERS = 1000
MAX_REMEMBERED = 10_000  # label texts; a cluster of single pods must not fill the memory
_OWN_LABELS = frozenset(
    {
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/controller-uid",
        "controller-uid",
        "pod-template-hash",
        "pod-template-generation",
        "controller-revision-hash",
    }
)
"""Labels that name one pod or one revision of its template; Services select by others."""
_KEPT_LABELS = frozenset(
    {
        ("k8s-app", "cilium"),
        ("io.cilium/app", "operator"),
        ("name", "cilium-operator"),
        ("k8s-app", "kube-dns"),
        ("k8s-app", "node-local-dns"),
        ("k8s-app", "aws-node"),
    }
)
"""Pods of Cilium, of DNS and of what competes with Cilium are kept even when they are well."""

_address = tuple.__new__  # half of what a NamedTuple's own constructor costs


def read(source: Source) -> Pods:
    """Read every pod, fold it, and keep the ones that matter on their own. Raises UnreadError."""
    fold = _Fold(source.meta.taken_at)
    for page in source.pages(Pods.ASKED):
        fold.add_page(page)
        del page  # before the next one is asked for: two at once are twice the memory
    return fold.pods()


@dataclass(slots=True)
class _Fold:
    """The pods seen so far."""

    now: datetime
    total: int = 0
    running: int = 0
    not_scheduled: int = 0
    without_ip: int = 0
    loads: dict[str, Load] = field(default_factory=dict)
    groups: dict[tuple[str, Labels, bool], Group] = field(default_factory=dict)
    items: list[Pod] = field(default_factory=list)
    addresses: list[PodAddress] = field(default_factory=list)
    leftovers: list[Pod] = field(default_factory=list)
    known_groups: dict[tuple[str, bytes, bool], Group] = field(default_factory=dict)
    marked: list[Marked] = field(default_factory=list)
    over: list[Marked] = field(default_factory=list)
    last_labels: msgspec.Raw | None = None
    last_group: Group | None = None

    def add_page(self, page: bytes) -> None:
        """Count a page's pods, and keep of them what matters. Raises UnreadError."""
        for place, item in enumerate(listed(page, PodItem, "Pod")):
            self._add(place, item)
        if self.marked:
            for pod in whole_pods(page, self.marked):
                self._keep(pod)
            self.marked.clear()
        if self.over:
            self.leftovers += whole_pods(page, self.over)
            self.over.clear()

    def _add(self, place: int, item: PodItem) -> None:
        meta, spec, status = item.metadata, item.spec, item.status
        phase = status.phase
        if phase in ("Succeeded", "Failed"):
            if phase == "Failed" and len(self.leftovers) + len(self.over) < MAX_LEFTOVERS:
                self.over.append(Marked(place, NOTHING))
            return
        deleting = meta.deletion_timestamp is not None
        if deleting and self._just_deleted(item):
            if spec.node_name:
                self._load(spec.node_name).terminating += 1
            return
        ready = is_ready(item)
        group = self._group(item)
        requests = _requests(item, group)
        self.total += 1
        self.running += phase == "Running"
        if spec.node_name:
            self._place(item, self._load(spec.node_name), group, requests)
        elif phase in (None, "Pending"):
            self.not_scheduled += 1
        _count(item, group, ready)
        if not ready or deleting or group.kept:
            self.marked.append(Marked(place, requests, ready, deleting))

    def pods(self) -> Pods:
        """What was counted, in an order that does not depend on the pages."""
        return Pods(
            total=self.total,
            running=self.running,
            not_scheduled=self.not_scheduled,
            without_ip=self.without_ip,
            on_node={name: self.loads[name].part() for name in sorted(self.loads)},
            groups=tuple(self.groups[key].part() for key in sorted(self.groups)),
            items=tuple(sorted(self.items, key=lambda pod: (pod.namespace, pod.name))),
            addresses=tuple(sorted(self.addresses)),
            leftovers=tuple(sorted(self.leftovers, key=lambda pod: (pod.namespace, pod.name))),
        )

    def _just_deleted(self, item: PodItem) -> bool:
        """Whether its deletion was asked for within the grace; the timestamp is when it must be done."""
        meta = item.metadata
        asked = before(meta.deletion_timestamp or LONG_AGO, meta.deletion_grace_period_seconds or 0)
        return self.now - asked < GRACE

    def _load(self, node: str) -> Load:
        load = self.loads.get(node)
        if load is None:
            load = self.loads[node] = Load(node)
        return load

    def _place(self, item: PodItem, load: Load, group: Group, requests: Resources) -> None:
        """Put the pod's weight on its node. It shares the texts of node and namespace with its neighbours."""
        load.pods += 1
        load.cpu_milli += requests.cpu_milli
        load.memory_bytes += requests.memory_bytes
        load.ephemeral_bytes += requests.ephemeral_bytes
        if group.host_network:
            load.host_network += 1
        elif item.status.pod_ip:
            load.with_address += 1
            created = item.metadata.creation_timestamp or LONG_AGO
            name, ip = item.metadata.name, item.status.pod_ip
            self.addresses.append(_address(PodAddress, (group.namespace, name, load.name, ip, created)))

    def _keep(self, pod: Pod) -> None:
        self.items.append(pod)
        if pod.node and not pod.host_network and not pod.ip and not sandbox_is_made(pod):
            self.without_ip += 1

    def _group(self, item: PodItem) -> Group:
        meta, host = item.metadata, bool(item.spec.host_network)
        group = self.last_group
        if (
            group is None
            or meta.labels != self.last_labels
            or meta.namespace != group.namespace
            or host is not group.host_network
        ):
            self.last_labels = meta.labels.copy()  # of its page only these bytes stay in memory
            group = self.last_group = self._known(item, host)
        return group

    def _known(self, item: PodItem, host: bool) -> Group:
        key = item.metadata.namespace, bytes(item.metadata.labels), host
        group = self.known_groups.get(key)
        if group is None:
            all_labels = labels_of(item)
            labels = tuple(sorted(pair for pair in all_labels.items() if pair[0] not in _OWN_LABELS))
            own = item.metadata.namespace, labels, host
            kept = not _KEPT_LABELS.isdisjoint(labels)
            group = self.groups.setdefault(own, Group(*own, kept))
            if len(self.known_groups) >= MAX_REMEMBERED:
                self.known_groups.clear()
            self.known_groups[key] = group
        return group


def _requests(item: PodItem, group: Group) -> Resources:
    """What the pod asks for, worked out only where that is not the same as of the last pod of its group."""
    raw = only_resources(item)
    if raw is None:
        return requests_of(item)
    if raw != group.resources:
        group.resources, group.requests = raw.copy(), requests_of(item)
    return group.requests


def _count(item: PodItem, group: Group, ready: bool) -> None:
    group.total += 1
    if ready:
        group.ready += 1
        names = group.ready_names
    else:
        since = since_not_ready(item)
        group.not_ready_since = min(group.not_ready_since or since, since)
        names = group.not_ready_names
    name = item.metadata.name
    if len(names) < SAMPLE or name < names[-1]:
        insort(names, name)
        del names[SAMPLE:]
