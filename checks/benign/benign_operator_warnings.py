"""Operator log lines that frighten and are part of normal work."""

import re
from collections import Counter
from collections.abc import Iterator

from checks.model import Evidence, Finding, Kind, Severity, check
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.parts.derived import Waiting
from checks.scale import counted

REPEATED = 3
"""From so many lines about one object on, it is no longer a single stumble."""

_KNOWN = (
    ("an interface was full, so the operator made another one", "PrivateIpAddressLimitExceeded"),
    ("an interface was full, so the operator made another one", "will create new interface"),
    ("an instance came or went between two looks", "Instance not found!"),
    ("an update met a newer version and is tried again", "the object has been modified"),
    ("neighbour discovery does not apply behind the VPC router", "IP is not L2 reachable"),
)
_ABOUT = re.compile(r'(?:instanceID|name|node|ciliumNodeName)="?([\w.-]+)')


@check(
    id="benign-operator-warnings",
    title="Operator warnings that are part of normal work",
    source="https://github.com/cilium/cilium/issues/36428",
    modes=("eni",),
)
def benign_operator_warnings(
    operator_log: OperatorLog, waiting: Waiting, operator_metrics: OperatorMetrics | None
) -> Iterator[Finding]:
    """The operator tries, is refused and takes the next way; only a state that stays is a fault.

    Said only while no pod waits for an address and no node is in deficit.
    """
    if waiting.without_ip or _short(operator_metrics):
        return
    found: Counter[str] = Counter()
    sample: dict[str, str] = {}
    for meaning, text in _KNOWN:
        lines = [line for line in operator_log.lines if text in line]
        if lines and not (text == "Instance not found!" and _repeats(lines)):
            found[meaning] += len(lines)
            sample.setdefault(meaning, lines[-1])
    if not found:
        return
    total = sum(found.values())
    yield Finding(
        kind=Kind.NOTE,
        severity=Severity.LOW,
        title=f"{counted(total, 'operator warning')} of normal work: {'; '.join(found)}",
        because="No pod waits for an address, so nothing that these lines tell of is short now.",
        evidence=tuple(
            Evidence(OperatorLog.ASKED, "line", sample[meaning], count) for meaning, count in found.items()
        ),
    )


def _short(metrics: OperatorMetrics | None) -> bool:
    if metrics is None:
        return False
    return bool(metrics.page.total("cilium_operator_ipam_nodes", category="in-deficit"))


def _repeats(lines: list[str]) -> bool:
    about = Counter(match[1] for line in lines if (match := _ABOUT.search(line)))
    return max(about.values(), default=len(lines)) >= REPEATED
