"""An interface in a subnet that the operator does not know must not crash it."""

import re
from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import operator_pods
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import lines_with, quoted
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.vpc import Interfaces, Subnets

FIXED_IN = (1, 18, 4)
_FRAME = re.compile(r"parse_?eni|aws/eni|subnet", re.IGNORECASE)
_STACK = 60  # lines: a crash ends the log, and its frames stand below the panic
_PANIC = ("nil pointer dereference", "panic: runtime error", "invalid memory address")


@check(
    id="operator-panic-on-subnet",
    title="The operator crashes on an interface in an unknown subnet",
    source="https://github.com/cilium/cilium/pull/43023",
    modes=("eni",),
)
def operator_panic_on_subnet(
    meta: Meta,
    cilium: CiliumConfig,
    version: CiliumVersion,
    pods: Pods,
    operator_log: OperatorLog,
    subnets: Subnets | None,
    interfaces: Interfaces | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """Before 1.18.4 the parser of interfaces lacked a check for subnets that are deleted, shared or filtered.

    The operator restarts again and again, and its log ends in a panic.
    """
    panics = lines_with(operator_log, *_PANIC)
    crashing = [pod for pod in operator_pods(pods, meta.cilium_namespace) if pod.restarts and not pod.ready]
    if version.parts >= FIXED_IN or not panics or not crashing:
        return
    known = set(subnets.by_id) if subnets else set()
    strange = sorted(
        {i.subnet_id for i in interfaces.items if i.subnet_id and i.subnet_id not in known}
        if interfaces and subnets
        else ()
    )
    filtered = any(cilium.data.get(key, "").strip() for key in ("subnet-tags-filter", "subnet-ids-filter"))
    about = bool(_FRAME.search("\n".join((*panics, *operator_log.lines[-_STACK:]))))
    sure = bool(strange or filtered) and about
    if not sure:
        unread = {"interfaces": interfaces, "subnets": subnets}
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        title="the operator crashes again and again, in a release that panics on unknown subnets",
        because=f"{version.text} has the defect, the log ends in a panic and restarts climb. The panic's "
        "stack naming the parser of interfaces would prove it.",
        subjects=tuple(Subject("Pod", pod.name, pod.namespace) for pod in crashing),
        evidence=(
            *quoted(panics),
            Evidence(Pods.ASKED, "cilium-operator: restartCount", str(max(pod.restarts for pod in crashing))),
            Evidence(CiliumVersion.ASKED, "image", version.text),
            *(
                (Evidence(Interfaces.ASKED, "SubnetId unknown to the VPC", ", ".join(strange[:3])),)
                if strange
                else ()
            ),
        ),
        explains=(
            Explains("operator-not-ready"),
            *waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
        ),
        leads_to=("operator-down-or-no-leader",),
        actions=(
            look(
                "Read the stack of the last crash",
                f"kubectl -n {quote(meta.cilium_namespace)} logs deployment/cilium-operator --previous "
                "--tail=60",
                "the frames name the parsing of ENIs",
            ),
            change(
                "Upgrade to 1.18.4 or later, minor by minor; until then drop the subnet filter",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values "
                "--version 1.18.4"
                if version.minor == FIXED_IN[:2]
                else None,  # old values under a new minor's chart lack its defaults
                risk="restarts operator and agents; read the release's upgrade notes first",
                verify="the restart count stands still and one replica holds the lease",
            ),
        ),
        references=links("cilium#43004", "cilium#43023"),
    )
