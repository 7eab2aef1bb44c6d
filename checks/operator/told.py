"""What the operator itself says: lines of its log, and its counters of EC2 calls."""

from collections.abc import Iterable, Iterator

from checks.model import Evidence
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics, Sample

EC2_CALLS = "cilium_operator_ec2_api_duration_seconds_count"
_CODE_LABELS = ("responseCode", "response_code")


def lines_with(log: OperatorLog | None, *texts: str) -> tuple[str, ...]:
    """The lines that hold one of these texts, in any case, the newest last."""
    wanted = tuple(text.lower() for text in texts)
    return tuple(line for line in (log.lines if log else ()) if any(t in line.lower() for t in wanted))


def quoted(lines: Iterable[str]) -> tuple[Evidence, ...]:
    """The newest of these lines, with their number."""
    every = tuple(lines)
    return (Evidence(OperatorLog.ASKED, "line", every[-1], len(every)),) if every else ()


def ec2_answered(metrics: OperatorMetrics | None) -> bool:
    """Whether any call since the operator started had an answer of EC2, be it an error."""
    calls = metrics.page.by_name.get(EC2_CALLS, ()) if metrics else ()
    return any(item.value > 0 and _code(item) != "Failed" for item in calls)


def failed_calls(metrics: OperatorMetrics | None, *codes: str) -> dict[str, float]:
    """EC2 operations whose count with such a response code grew between the two pages, and by how much.

    Without an earlier page nothing grew: a lifetime count proves nothing of now.
    """
    if metrics is None or metrics.page.earlier is None:
        return {}
    before = {_key(item): item.value for item in metrics.page.earlier.get(EC2_CALLS, ())}
    found: dict[str, float] = {}
    for item in metrics.page.by_name.get(EC2_CALLS, ()):
        grown = item.value - before.get(_key(item), 0.0)
        if grown > 0 and any(code.lower() in _code(item).lower() for code in codes):
            name = item.labels.get("operation", "?")
            found[name] = found.get(name, 0.0) + grown
    return found


def counted_calls(calls: dict[str, float]) -> Iterator[Evidence]:
    """Those growths as readings."""
    for operation, grown in sorted(calls.items()):
        yield Evidence(
            OperatorMetrics.ASKED, f'growth of {EC2_CALLS}{{operation="{operation}"}}', f"{grown:g}"
        )


def region_word(meta: Meta) -> str:
    """The region as a command may hold it, or REGION where it is not known or no region's name."""
    name = meta.region or ""
    return name if name.replace("-", "").isalnum() else "REGION"


def _code(item: Sample) -> str:
    return next((item.labels[name] for name in _CODE_LABELS if name in item.labels), "")


def _key(item: Sample) -> tuple[str, str]:
    return item.labels.get("operation", "?"), _code(item)
