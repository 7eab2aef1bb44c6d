"""An operator must be running and hold the lease, or nothing new gets an address."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import OPERATOR_LEASE, operator_deployment, operator_lease, operator_pods
from checks.derive import GRACE
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.kubernetes import Lease, Leases
from checks.parts.nodes import Nodes
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import Deployments

CLOCK_SKEW = timedelta(seconds=5)


@check(
    id="operator-down-or-no-leader",
    title="No Cilium operator holds the lease",
    source="https://docs.cilium.io/en/stable/internals/cilium_operator/",
)
def operator_down_or_no_leader(
    meta: Meta,
    deployments: Deployments,
    leases: Leases | None,
    pods: Pods | None,
    operator_log: OperatorLog | None,
    cilium: CiliumConfig | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """Running pods go on; no new address, no block for a new node, and the agent's taint stays.

    One replica of two that waits while the other holds the lease is harmless.
    """
    operator = operator_deployment(deployments, meta.cilium_namespace)
    if operator is None:
        where = f"no Deployment cilium-operator in namespace {meta.cilium_namespace}"
        raise Undecided(f"not found: {where}", "list deployments in the bot's ClusterRole")
    lease = operator_lease(leases, meta.cilium_namespace) if leases else None
    lapsed = _lapsed(lease, meta)
    if operator.ready and not lapsed:
        if leases is None:
            yield Undecided("the operator's lease was not read", "list leases in the bot's ClusterRole")
        return
    if meta.taken_at - operator.created <= GRACE:
        return
    mine = operator_pods(pods, meta.cilium_namespace) if pods else ()
    reason = _reason(mine)
    crashes = any(pod.restarts and not pod.ready for pod in mine)
    mute = operator_log is None and (crashes or pods is None)
    sure = bool(lapsed) or (operator.ready == 0 and lapsed is None)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if sure and not mute else Confidence.LIKELY,
        title="no operator replica is ready" + (f": {_short(mine)}" if reason else "")
        if operator.ready == 0
        else "operator replicas are ready, but none renews the lease",
        because=f"{operator.ready} of {operator.desired} replicas are ready and the lease is "
        f"{_word(lapsed)}. A leader that merely has no progress would renew it."
        + (" What ends it was not read: its log would tell." if mute else ""),
        subjects=(
            Subject("Deployment", operator.name, operator.namespace),
            *(Subject("Pod", pod.name, pod.namespace) for pod in mine if not pod.ready),
        ),
        evidence=(
            Evidence(Deployments.ASKED, "cilium-operator: status.readyReplicas", str(operator.ready)),
            Evidence(Deployments.ASKED, "cilium-operator: spec.replicas", str(operator.desired)),
            *(
                (Evidence(Leases.ASKED, f"{OPERATOR_LEASE}: spec.renewTime", lease.renewed.isoformat()),)
                if lease and lease.renewed
                else ()
            ),
            *((Evidence(Pods.ASKED, "cilium-operator: status", reason),) if reason else ()),
        ),
        explains=(
            Explains("operator-not-ready"),
            *waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
            Explains(
                "pods-not-scheduled",
                frozenset(Subject("Pod", pod.name, pod.namespace) for pod in mine if pod.node is None),
            ),
        ),
        follows_from=(Explains("operator-not-ready"),),
        leads_to=("scheduler-placement-constraints", "scheduler-insufficient-requests"),
        actions=(
            look(
                "See why the operator does not run",
                f"kubectl -n {quote(meta.cilium_namespace)} describe pods -l io.cilium/app=operator && "
                f"kubectl -n {quote(meta.cilium_namespace)} logs deployment/cilium-operator --previous "
                "--tail=50",
                "Pending names a taint or request, a waiting container its image or its last exit",
            ),
            change(
                "Let it run where nodes are still bare: tolerate not-ready and uninitialized, two replicas",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values "
                '--set operator.replicas=2 --set-json \'operator.tolerations=[{"operator":"Exists"}]\'',
                risk="restarts the operator; running pods keep their addresses",
                verify=f"kubectl -n {meta.cilium_namespace} get lease {OPERATOR_LEASE} shows a holder and "
                "a renew time of seconds ago",
            ),
        ),
        references=links("cilium#14089", "cilium#11083", "cilium#16681", "cilium#23589"),
    )


def _lapsed(lease: Lease | None, meta: Meta) -> bool | None:
    """Whether nobody renews the lease; None where it was not read or says no time."""
    if lease is None or lease.renewed is None or lease.duration_s is None:
        return None
    return meta.taken_at - lease.renewed > timedelta(seconds=lease.duration_s) + CLOCK_SKEW


def _word(lapsed: bool | None) -> str:
    return {True: "older than its duration", False: "still fresh", None: "not known"}[lapsed]


def _short(pods: tuple[Pod, ...]) -> str:
    """Why, for a title: the scheduler's own words run to hundreds of characters."""
    states = (pod.waiting_reasons for pod in pods if not pod.ready and pod.waiting_reasons)
    return "; ".join(next(states, ("its pods wait for the scheduler",)))


def _reason(pods: tuple[Pod, ...]) -> str:
    for pod in pods:
        if pod.ready:
            continue
        text = "; ".join(pod.waiting_reasons) or pod.unscheduled_message or pod.unscheduled_reason
        if text:
            return text
    return ""
