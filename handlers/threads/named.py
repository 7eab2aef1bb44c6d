"""Which pod, node and cluster an alert's message names: only what the last reports know counts as a name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checks.report import Report, ReportSubject
from checks.snapshot import Snapshot
from handlers.threads.alert import Token, tokens
from handlers.threads.memory import Subject

EXPORTED = "exported_"  # Prometheus renames a label so when its own scrape has one of that name
POD_KEYS = frozenset(("pod", "pod_name", "podname", "kubernetes_pod_name"))
WORKLOAD_KEYS = frozenset(("deployment", "statefulset", "daemonset", "replicaset", "workload"))
NAMESPACE_KEYS = frozenset(("namespace", "ns", "kubernetes_namespace"))
CLUSTER_KEYS = frozenset(("cluster", "cluster_name", "clustername", "k8s_cluster", "eks_cluster"))
WATCHERS = ("kube-state-metrics", "node-exporter", "prometheus", "alertmanager", "grafana", "vmagent")
"""Pods that report on others: their own names stand in the labels of many alerts."""


MAX_VALUES = 20  # of one kind of label: each may be looked for among all pods


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names of one cluster: nodes by each of their names and addresses, namespaces by pod."""

    cluster: str
    nodes: Mapping[str, str] = field(default_factory=dict)
    pods: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a message is about. ``subject.cluster`` is "" where that is unclear.

    ``more`` other known things are named in it; ``strange`` is a cluster that it names and nobody knows.
    """

    subject: Subject
    more: int = 0
    strange: str = ""


def known_of(report: Report, snapshot: Snapshot | None) -> Known:
    """The names in a report, and of the pods that run as well where there is what it was made from."""
    nodes = {form: node.name for node in report.facts.nodes_detail for form in _forms(node.name)}
    pods: dict[str, set[str]] = {}
    for subject in _subjects(report):
        if subject.kind == "Pod" and subject.namespace:
            pods.setdefault(subject.name, set()).add(subject.namespace)
    for group in report.pending:
        pods.setdefault(group.example.rpartition("/")[2], set()).add(group.namespace)
    if snapshot is not None and snapshot.pods is not None:
        for pod in snapshot.pods.items:
            pods.setdefault(pod.name, set()).add(pod.namespace)
        for address in snapshot.pods.addresses:
            pods.setdefault(address.name, set()).add(address.namespace)
    for node in snapshot.nodes.items if snapshot is not None and snapshot.nodes is not None else ():
        nodes |= dict.fromkeys((*_forms(node.name), *node.addresses), node.name)
    return Known(
        cluster=report.cluster,
        nodes=nodes,
        pods={name: frozenset(namespaces) for name, namespaces in pods.items()},
    )


def _forms(name: str) -> tuple[str, str]:
    return name.lower(), name.partition(".")[0].lower()


def _subjects(report: Report) -> Iterator[ReportSubject]:
    for symptom in report.symptoms:
        yield from symptom.subjects
    for cause in (*report.causes, *report.risks):
        yield from cause.subjects


def named_in(
    message: Mapping[str, object], known: Sequence[Known], clusters: Sequence[str], *, sure: bool
) -> Named:
    """What the message is about. ``clusters`` are the bot's; ``sure``: the first is meant by default."""
    words = tokens(message)
    said = _clusters_said(words, clusters)
    strange = _strange(words) if not said else ""
    where = [one for one in known if not said or one.cluster in said]
    found = [(one, *_things(words, one)) for one in where]
    hits = [(one, pods, nodes) for one, pods, nodes in found if pods or nodes]
    if len(hits) == 1:
        one, pods, nodes = hits[0]
        subject = _subject(one.cluster, pods, nodes)
        return Named(subject=subject, more=len(pods) + len(nodes) - 1, strange=strange)
    by_default = clusters[:1] if sure and not strange and not hits else []
    meant = said if len(said) == 1 else by_default if not said else []
    return Named(subject=Subject(cluster=meant[0] if meant else ""), strange=strange)


def _subject(cluster: str, pods: Sequence[str], nodes: Sequence[str]) -> Subject:
    """The first pod, unless it only reports on others and there is something else."""
    sick = [pod for pod in pods if not pod.rpartition("/")[2].startswith(WATCHERS)]
    pod = next(iter(sick or ([] if nodes else pods)), "")
    return Subject(cluster=cluster, pod=pod) if pod else Subject(cluster=cluster, node=nodes[0])


def _clusters_said(words: Sequence[Token], clusters: Sequence[str]) -> list[str]:
    """The bot's clusters that are named; as a label's value, where one is named so."""
    by_name = {name.lower(): name for name in clusters}
    labelled = [by_name.get(_last(word)) for word in words if _tells_cluster(word)]
    alone = [by_name.get(word.text.lower()) for word in words if not word.key]
    said = [name for name in labelled if name] or alone
    return list(dict.fromkeys(name for name in said if name))


def _strange(words: Sequence[Token]) -> str:
    """A cluster that is named and none of the bot's."""
    return next((word.text for word in words if _tells_cluster(word)), "")


def _tells_cluster(word: Token) -> bool:
    """Whether it stands under such a label, or is the end of a cluster's ARN."""
    return word.key in CLUSTER_KEYS or word.text.startswith("cluster/")


def _last(word: Token) -> str:
    """The name at the end of a path, such as an ARN's."""
    return word.text.rpartition("/")[2].lower()


def _things(words: Sequence[Token], known: Known) -> tuple[list[str], list[str]]:
    """The pods ("namespace/name" where that is clear) and the nodes that are named, labelled ones first."""
    namespaces = _values(words, NAMESPACE_KEYS)
    labelled = [*_values(words, POD_KEYS), *_values(words, WORKLOAD_KEYS)]
    pods = [_pod(word, namespaces, known) for word in labelled]
    free = [word.text for word in words if _may_be_pod(word.text)]
    pods += [_pod(word, namespaces, known, exact=True) for word in free]
    nodes = [known.nodes.get(word.text.lower(), "") for word in words if any(map(str.isdigit, word.text))]
    return _distinct(pods), _distinct(nodes)


def _values(words: Sequence[Token], keys: frozenset[str]) -> list[str]:
    """What stands under these keys; what Prometheus calls exported comes first, being what is meant."""
    renamed = {f"{EXPORTED}{key}" for key in keys}
    exported = [word.text for word in words if word.key in renamed]
    return _distinct([*exported, *(word.text for word in words if word.key in keys)])[:MAX_VALUES]


def _may_be_pod(word: str) -> bool:
    """Whether a word that stands alone has the form of a pod's name: a plain word is no name."""
    return "-" in word or "/" in word


def _pod(said: str, namespaces: Sequence[str], known: Known, *, exact: bool = False) -> str:
    """A known pod or, from a label, a workload of known pods; "" for neither.

    A pod that is gone stands for its workload: its name without the last one or two parts.
    """
    namespace, _, name = said.rpartition("/")
    if name in known.pods:
        return _placed(name, known.pods[name], [namespace, *namespaces])
    if exact:
        return ""
    for workload in (name, *(name.rsplit("-", parts)[0] for parts in (1, 2) if name.count("-") >= parts)):
        begins = f"{workload}-"
        of = [spaces for pod, spaces in known.pods.items() if pod.startswith(begins)]
        places = frozenset(space for spaces in of for space in spaces)
        wanted = [one for one in (namespace, *namespaces) if one]
        if places and (not wanted or places & set(wanted)):
            return _placed(workload, places, wanted)
    return ""


def _placed(name: str, places: frozenset[str], wanted: Sequence[str]) -> str:
    """With its namespace, when it is said or there is but one."""
    said = next((one for one in wanted if one in places), "")
    place = said or (next(iter(places)) if len(places) == 1 else "")
    return f"{place}/{name}" if place else name


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
