"""The agent's own limit on new endpoints must not hold pods up for minutes."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.agent_command import restart_agent
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import AgentMetrics, Meta
from checks.parts.cilium import CiliumConfig
from checks.parts.derived import Accounts, Waiting
from checks.parts.kubernetes import Events
from checks.scale import counted

_TEXTS = ("putEndpointIdTooManyRequests", "[PUT /endpoint/{id}][429]")
LIMITER = "cilium_api_limiter_processed_requests_total"


@check(
    id="agent-api-rate-limited",
    title="Agents refuse new endpoints for a while",
    source="https://docs.cilium.io/en/stable/configuration/api-rate-limiting/",
)
def agent_api_rate_limited(
    meta: Meta,
    waiting: Waiting,
    cilium: CiliumConfig | None,
    accounts: Accounts | None,
    agent_metrics: AgentMetrics | None,
    events: Events | None,
) -> Iterator[Finding | Undecided]:
    """After a restart or a mass rollout endpoints are made one by one, and requests beyond that get 429.

    Addresses are free on these nodes; without one the text would be another. A limit that never eases means
    that regeneration hangs.
    """
    limited = [item for item in waiting.without_ip if any(text in item.message for text in _TEXTS)]
    if not limited:
        if events is None and waiting.without_ip:
            yield Undecided(part="events")
        return
    names = sorted({item.pod.node or "" for item in limited})
    grown = {name: value for name in names if (value := _refused(agent_metrics, name))}
    free = [a for name in names if accounts and (a := accounts.by_node.get(name)) and a.free_for_pods]
    sure = len(grown) == len(names) and len(free) == len(names)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        title=f"agents on {counted(len(names), 'node')} put off {counted(len(limited), 'pod')}: too many "
        "requests",
        because="The sandbox error is the agent's own 429 and not a lack of addresses."
        + (
            " Refused requests grow there and addresses are free."
            if sure
            else f" Growth of {LIMITER} with outcome fail would prove that it goes on."
        ),
        subjects=tuple(Subject("Node", name) for name in names),
        evidence=(
            Evidence(Events.ASKED, "message", limited[-1].message, len(limited)),
            *(
                Evidence(
                    AgentMetrics.ASKED.format(node=name),
                    f'growth of {LIMITER}{{outcome="fail"}}',
                    f"{value:g}",
                )
                for name, value in list(grown.items())[:3]
            ),
        ),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in limited)),),
        actions=(
            look(
                "See whether it eases",
                f"kubectl -n {quote(meta.cilium_namespace)} get pods -l k8s-app=cilium -o wide && kubectl "
                "get events -A --field-selector reason=FailedCreatePodSandBox",
                "fewer such events minute by minute: wait",
            ),
            change(
                "If it does not ease, restart that node's agent; give agents more CPU, or raise the limit",
                restart_agent(names[0], cilium),
                risk="new pods on the node wait while the agent starts; running ones go on",
                verify="the waiting pods start",
            ),
        ),
        references=links("cilium#15428", "cilium#21604", "cilium#45103", "cilium#19440", "cilium#38210"),
    )


def _refused(metrics: AgentMetrics | None, node: str) -> float | None:
    page = metrics.by_node.get(node) if metrics else None
    return page.growth(LIMITER, outcome="fail") if page else None
