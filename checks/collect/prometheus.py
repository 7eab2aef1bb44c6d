"""Decodes a Prometheus page into the samples that some check can read.

Text format 0.0.4 and OpenMetrics: https://prometheus.io/docs/instrumenting/exposition_formats/ and
https://prometheus.io/docs/specs/om/open_metrics_spec/.
"""

import re
from collections.abc import Mapping
from sys import intern

from checks.collect.source import Source, UnreadError
from checks.parts.agents import Metrics, Sample

MAX_SAMPLES = 100_000
"""Kept samples of one page; no agent of a cluster of 1,000 nodes comes near."""

KEPT = frozenset(
    {
        "cilium_api_limiter_processed_requests_total",
        "cilium_bpf_map_pressure",
        "cilium_controllers_failing",
        "cilium_controllers_runs_total",
        "cilium_drop_count_total",
        "cilium_endpoint_state",
        "cilium_ip_addresses",
        "cilium_ipam_capacity",
        "cilium_ipam_events_total",
        "cilium_node_connectivity_status",
        "cilium_node_health_connectivity_status",
        "cilium_operator_unmanaged_pods",
        "cilium_unreachable_health_endpoints",
        "cilium_unreachable_nodes",
    }
)
"""Agent and operator metrics by name, besides the families in KEPT_FAMILIES."""

KEPT_FAMILIES = ("cilium_operator_ipam_", "cilium_operator_ec2_api_")
"""The operator's IPAM and EC2 metrics; of histograms, the buckets are left out."""

_NAME = re.compile(r"\s*([A-Za-z_:][\w:]*)\s*", re.ASCII)
_LABEL = re.compile(r'\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))', re.ASCII)
_CLOSING = re.compile(r"\s*\}")
_VALUE = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|Inf|NaN))"
    r"(?:\s+-?\d+(?:\.\d+)?)?"  # a timestamp
    r"\s*(?:#\s*\{.*)?$",  # an exemplar
    re.ASCII | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "\\": "\\", '"': '"'}


def metrics(source: Source, path: str) -> Metrics:
    """The page of a path ("cilium/NODE/metrics.prom"), and the same page some time before where there is one.

    Raises UnreadError when the page was refused, not asked, or is none; an earlier one that cannot be used
    is just not there.
    """
    now = samples(b"".join(source.pages(path)))
    try:
        earlier = samples(b"".join(source.pages(path.removesuffix(".prom") + ".earlier.prom")))
    except UnreadError:
        return Metrics(by_name=now)
    return Metrics(by_name=now, earlier=earlier, apart_s=source.meta.metrics_apart_s)


def samples(page: bytes) -> Mapping[str, tuple[Sample, ...]]:
    """The samples of one page by metric name, those that no check reads left out.

    A line that is none is passed over, as the format wants. Raises UnreadError when the page holds no sample
    at all (an error page, another format) or ends in the middle of a line.
    """
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadError("unreadable: the metrics page is no UTF-8 text") from None
    lines = text.split("\n")
    if lines[-1].strip() and not lines[-1].startswith("#") and _sample(lines[-1]) is None:
        raise UnreadError("unreadable: the metrics page is cut off in its last line")
    found: dict[str, list[Sample]] = {}
    is_page = False
    kept = 0
    for line in lines:
        wanted = _wanted(line.partition("{")[0].split(maxsplit=1))
        if is_page and not wanted:
            continue  # most lines; none of them is read
        sample = _sample(line)
        is_page = is_page or sample is not None
        if wanted and sample is not None:
            kept += 1
            found.setdefault(sample.name, []).append(sample)
        if kept > MAX_SAMPLES:
            raise UnreadError(f"unreadable: the metrics page has more than {MAX_SAMPLES} samples of interest")
    if not is_page:
        raise UnreadError("unreadable: no metrics page: not one sample in it")
    return {name: tuple(group) for name, group in found.items()}


def _wanted(words: list[str]) -> bool:
    """Whether a line that begins with these words is a sample of a metric that is kept."""
    if not words:
        return False
    return words[0] in KEPT or (words[0].startswith(KEPT_FAMILIES) and not words[0].endswith("_bucket"))


def _sample(line: str) -> Sample | None:
    named = _NAME.match(line)
    if named is None:
        return None
    at = named.end()
    labels: dict[str, str] = {}
    if line[at : at + 1] == "{":
        at += 1
        while matched := _LABEL.match(line, at):
            labels[intern(matched[1])] = intern(_ESCAPE.sub(_unescape, matched[2]))
            at = matched.end()
        closing = _CLOSING.match(line, at)
        if closing is None:
            return None
        at = closing.end()
    elif named[0] == named[0].rstrip():
        return None  # a name must be parted from its value
    value = _VALUE.match(line, at)
    if value is None:
        return None
    return Sample(name=intern(named[1]), labels=labels, value=float(value[1]))


def _unescape(matched: re.Match[str]) -> str:
    return _ESCAPED.get(matched[1], matched[0])
