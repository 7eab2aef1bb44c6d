"""docs/checks.md: every check for the person who sees its id at night."""

import inspect
from collections.abc import Iterable, Mapping

from checks.load import load_checks
from checks.model import Check
from checks.report import Cause, ReportAction
from tests.scenarios.score import Outcome

HEAD = """# Checks

Generated from the checks themselves; do not edit. An id in a message is a heading here. *Reads* names the
parts of a sweep that a check needs; with one of them unread it is listed under *not checked*, never under
healthy. The commands are those of an example cluster: your report has your names in them.
"""


def checks_page(found: Iterable[Outcome]) -> str:
    """The page, with an example's actions wherever some scenario of the corpus shows the check."""
    examples: dict[str, Cause] = {}
    for outcome in found:
        for cause in (*outcome.report.causes, *outcome.report.risks):
            examples.setdefault(cause.id, cause)
    areas: dict[str, list[Check]] = {}
    for check in load_checks():
        areas.setdefault(check.rule.__module__.split(".")[1], []).append(check)
    blocks = [HEAD]
    for area in sorted(areas):
        blocks.append(f"## {area.replace('_', ' ').capitalize()}\n")
        blocks += [_entry(check, examples) for check in areas[area]]
    return "\n".join(blocks)


def _entry(check: Check, examples: Mapping[str, Cause]) -> str:
    lines = [f"### `{check.id}`", "", f"**{check.title}.** {inspect.getdoc(check.rule) or ''}", ""]
    lines.append(f"- Applies to: {_scope(check)}")
    lines.append(f"- Reads: {', '.join(check.needs) or 'nothing'}" + _helped(check))
    lines.append(f"- Source: <{check.source}>")
    example = examples.get(check.id)
    if example is not None:
        lines += ["", f"For example: {example.title}. {example.because}", ""]
        lines += [line for action in example.actions for line in _action(action)]
        if example.references:
            lines += ["", "Read on: " + ", ".join(f"<{link}>" for link in example.references)]
    return "\n".join([*lines, ""])


def _scope(check: Check) -> str:
    modes = ", ".join(sorted(check.modes)) or "every IPAM mode"
    since = f" from Cilium {check.since[0]}.{check.since[1]}" if check.since else ""
    until = f" up to Cilium {check.until[0]}.{check.until[1]}" if check.until else ""
    return modes + since + until


def _helped(check: Check) -> str:
    return f" (and, where it can: {', '.join(check.helps)})" if check.helps else ""


def _action(action: ReportAction) -> Iterable[str]:
    yield f"- {'Look' if action.kind == 'look' else 'Change'}: {action.title}."
    if action.command:
        yield "  ```"
        yield from (f"  {line}" for line in action.command.splitlines())
        yield "  ```"
    if action.risk:
        yield f"  Risk: {action.risk}."
    yield f"  {'Tells' if action.kind == 'look' else 'Verify'}: {action.verify}"
