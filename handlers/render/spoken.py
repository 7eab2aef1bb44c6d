"""The message's top-level text: what screen readers and notifications say instead of the blocks."""

from datetime import datetime

from checks.report import Cause, Report
from handlers.render.causes import MAX_TITLE_CHARS, cause_words, symptom_line
from handlers.render.escape import clean, mrkdwn
from handlers.render.gaps import gap_groups
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import cut_escaped
from handlers.render.status import loud_risks, unexplained
from handlers.render.words import VERDICTS, counted, ipam_line, more, nodes_line, origin

# How many causes, reasons and characters of a sentence; the first that fits is taken.
STEPS = ((5, 4, 400), (4, 3, 250), (3, 2, 150), (2, 1, 100), (1, 1, 60))


def spoken(report: Report, *, now: datetime | None = None, age_s: float | None = None) -> str:
    """Verdict, causes, what is unexplained and what was not checked, escaped, within Slack's limit."""
    for causes, gaps, prose in STEPS:
        lines = [
            f"{VERDICTS[report.verdict].word}: {clean(report.headline, MAX_TITLE_CHARS)}",
            *_causes(report, causes, prose),
            *_unexplained(report, causes, prose),
            *_gaps(report, gaps, prose),
            f"Nodes: {nodes_line(report.facts.nodes)}. IPAM: {ipam_line(report.facts.ipam)}.",
            origin(report, now, age_s),
        ]
        text = mrkdwn("\n".join(lines))
        if len(text) <= MAX_TEXT_CHARS:
            break
    return cut_escaped(text, MAX_TEXT_CHARS)


def _causes(report: Report, most: int, prose: int) -> list[str]:
    lines = [
        f"Cause {place} of {len(report.causes)} ({cause_words(cause)}): {_told(cause, prose)}"
        for place, cause in enumerate(report.causes[:most], 1)
    ]
    if len(report.causes) > most:
        lines.append(more(len(report.causes) - most, "cause"))
    loud = loud_risks(report)
    lines += [f"Risk ({cause_words(risk)}): {_told(risk, prose)}" for risk in loud[:most]]
    if len(loud) > most:
        lines.append(more(len(loud) - most, "risk"))
    return lines


def _told(cause: Cause, prose: int) -> str:
    told = sentence(clean(cause.title, prose))
    if cause.because:
        told += f" {sentence(clean(cause.because, prose))}"
    if cause.actions:
        first = min(cause.actions, key=lambda action: action.kind != "look")
        told += f" First: {sentence(clean(first.title, prose))}"
    return told


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends by itself."""
    return text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."


def _unexplained(report: Report, most: int, prose: int) -> list[str]:
    found = unexplained(report)
    if not found:
        return []
    told = "; ".join(clean(symptom_line(symptom)[0].text, prose) for symptom in found[:most])
    rest = f" {more(len(found) - most, 'symptom')}" if len(found) > most else ""
    return [f"Unexplained: {told}{rest}."]


def _gaps(report: Report, most: int, prose: int) -> list[str]:
    if not report.not_checked:
        return []
    groups = gap_groups(report.not_checked)
    told = "; ".join(f"{clean(why, prose)} ({counted(len(ids), 'check')})" for why, _, ids in groups[:most])
    rest = f" {more(len(groups) - most, 'reason')}" if len(groups) > most else ""
    return [f"Not checked, {counted(len(report.not_checked), 'check')}: {told}{rest}."]
