"""The words that every face of the bot uses for the same thing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.report import (
    IpamFacts,
    NodeFacts,
    PodFacts,
    Report,
    ReportSubject,
    SubnetFacts,
    Verdict,
    VersionFacts,
)
from handlers.render.escape import clean

MAX_NAME_CHARS = 120
UNKNOWN = "unknown"
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict's word and its sign; signs differ in shape, not only in colour."""

    word: str
    emoji: str
    sign: str


VERDICTS: Mapping[Verdict, Mark] = {
    Verdict.HEALTHY: Mark("Healthy", "white_check_mark", "✅"),
    Verdict.DEGRADED: Mark("Degraded", "warning", "⚠️"),
    Verdict.CRITICAL: Mark("Critical", "x", "❌"),
    Verdict.UNKNOWN: Mark("Unknown", "grey_question", "❔"),
}
RANK: Mapping[str, int] = {"low": 1, "medium": 2, "high": 3, "critical": 4}


def number(count: int | None) -> str:
    """A count with thousands apart, or the word for not knowing."""
    return UNKNOWN if count is None else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """``1 node``, ``4,980 nodes``."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of the nouns that reports use."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def more(count: int, noun: str) -> str:
    """What was left out, told: ``and 4,980 more nodes``."""
    return f"and {count:,} more {noun if count == 1 else plural(noun)}"


def kind_noun(kind: str) -> str:
    """A kind as people say it in a sentence: ``Pod`` is ``pod``; ``CiliumNode`` stays."""
    kind = clean(kind, 40)
    return kind.lower() if kind[1:].islower() else kind


def subject_name(subject: ReportSubject) -> str:
    """``namespace/name``, or the name alone."""
    name = clean(subject.name, MAX_NAME_CHARS)
    return f"{clean(subject.namespace, MAX_NAME_CHARS)}/{name}" if subject.namespace else name


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """An order for names in which 9 comes before 10."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", name[:MAX_NAME_CHARS])
    return tuple((int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts)


def shared_domain(names: Sequence[str]) -> str:
    """What stands from the first dot on in every one of these host names, or nothing."""
    domains = {name[name.index(".") :] if "." in name else "" for name in names}
    hosts = all(name and name[0] != "." and "/" not in name for name in names)
    return domains.pop() if len(domains) == 1 and len(names) > 1 and hosts else ""


def moment(instant: datetime) -> str:
    """An instant in UTC, said to be so."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span(seconds: float) -> str:
    """A stretch of time in its largest unit that leaves a number of one or two digits."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    for limit, size, unit in ((100, 1, "s"), (6_000, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} days"


def origin(report: Report, now: datetime | None = None, age_s: float | None = None) -> str:
    """Whose cluster this is, when it was read, how old that is and how long it took."""
    where = [clean(report.cluster, MAX_NAME_CHARS)]
    if report.region:
        where.append(clean(report.region, MAX_NAME_CHARS))
    taken = moment(report.taken_at)
    if report.source == "recording":
        when = f"recording of {taken}"
        when += f", judged {span(age_s)} ago" if age_s is not None else ""
    else:
        age = age_s if age_s is not None else (now - report.taken_at).total_seconds() if now else 0.0
        when = f"read at {taken}, {span(age)} ago" if age >= 1 else f"read at {taken}"
    return " · ".join((*where, when, f"sweep took {span(report.seconds)}"))


def nodes_line(nodes: NodeFacts) -> str:
    """Nodes ready and reachable, x of y."""
    if nodes.total is None:
        return NOT_KNOWN
    total = number(nodes.total)
    reach = f"{number(nodes.reachable)} of {total}" if nodes.reachable is not None else NOT_KNOWN
    return f"{number(nodes.ready)} of {total} ready, reachable: {reach}"


def pods_line(pods: PodFacts) -> str:
    """Pods running, waiting for the scheduler, waiting for an address."""
    if pods.total is None:
        return NOT_KNOWN
    return (
        f"{number(pods.running)} of {number(pods.total)} running, "
        f"{number(pods.not_scheduled)} not scheduled, {number(pods.without_ip)} without an address"
    )


def ipam_line(ipam: IpamFacts) -> str:
    """Mode, addresses used, attached and possible, and prefixes, in one line."""
    if ipam == IpamFacts(mode=None, prefix_delegation=None, capacity=None, attached=None, used=None):
        return NOT_KNOWN
    mode = clean(ipam.mode, 40) if ipam.mode else "mode unknown"
    prefixes = {True: "prefixes on", False: "prefixes off", None: "prefixes unknown"}[ipam.prefix_delegation]
    return (
        f"{mode}, {number(ipam.used)} addresses used of {number(ipam.attached)} attached, "
        f"capacity {number(ipam.capacity)}, {prefixes}"
    )


def versions_line(versions: VersionFacts) -> str:
    """The versions that run."""
    cilium = clean(versions.cilium, 40) if versions.cilium else UNKNOWN
    kubernetes = clean(versions.kubernetes, 40) if versions.kubernetes else UNKNOWN
    return f"Cilium {cilium}, Kubernetes {kubernetes}"


def link_label(url: str) -> str:
    """An address by what it names: an issue, else the host."""
    rest = url.removeprefix("https://")
    issue = re.fullmatch(r"github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)", rest)
    return f"{issue[1]}#{issue[2]}" if issue else rest.split("/", 1)[0]


def subnet_line(subnet: SubnetFacts) -> str:
    """One subnet's free addresses and free whole blocks."""
    zone = f" ({clean(subnet.zone, 40)})" if subnet.zone else ""
    return (
        f"{clean(subnet.id, MAX_NAME_CHARS)}{zone}: {number(subnet.free_addresses)} free addresses, "
        f"{number(subnet.free_prefixes)} free /28 blocks"
    )
