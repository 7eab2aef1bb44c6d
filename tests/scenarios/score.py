"""How often the diagnosis is right, over the corpus. ``python -m tests.scenarios.score`` prints it."""

import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from checks.collect.gather import gather
from checks.judge import judge
from checks.report import Report, Verdict
from tests.scenarios.corpus import Scenario, corpus

ORDER = ("single", "look-alike", "pair", "unread", "healthy")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario and what was said of it, in so many seconds."""

    scenario: Scenario
    report: Report
    seconds: float

    @property
    def named(self) -> frozenset[str]:
        """The causes that the report accuses."""
        return frozenset(cause.id for cause in self.report.causes)

    @property
    def told(self) -> frozenset[str]:
        """The causes, and what it says follows from them."""
        return self.named | {name for cause in self.report.causes for name in cause.leads_to}

    @property
    def first_is_right(self) -> bool:
        """Whether the first cause is the true one, or there is rightly none."""
        first = self.report.causes[0].id if self.report.causes else None
        return first == self.scenario.first

    @property
    def right(self) -> bool:
        """Whether all of it is as an expert would say."""
        wanted = self.scenario
        return (
            self.first_is_right
            and self.named <= wanted.causes <= self.told
            and wanted.risks <= {risk.id for risk in self.report.risks}
            and wanted.notes <= {note.id for note in self.report.notes}
            and self.report.verdict in wanted.verdicts
        )


def outcomes(scenarios: Iterable[Scenario]) -> list[Outcome]:
    """Every scenario, read and judged."""
    found = []
    for scenario in scenarios:
        source = scenario.source()
        begun = time.perf_counter()
        report = judge(gather(source))
        found.append(Outcome(scenario, report, time.perf_counter() - begun))
    return found


def table(found: list[Outcome]) -> str:
    """The scoreboard as a Markdown table: a row per group of scenarios, and their sum."""
    lines = [
        "| scenarios | number | first cause right | true causes named | false causes "
        "| false alarms | unread taken as healthy |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    provable = [o for o in found if o.scenario.provable]
    for group in ORDER:
        rows = [o for o in provable if o.scenario.group == group]
        if rows:
            lines.append(_row(group, rows))
    if rest := [o for o in found if not o.scenario.provable]:
        lines.append(_row("no snapshot can prove it", rest))
    lines.append(_row("**all that a snapshot can prove**", provable))
    return "\n".join(lines)


def _row(name: str, rows: list[Outcome]) -> str:
    true = [(o, cause) for o in rows for cause in o.scenario.causes]
    named = sum(cause in o.told for o, cause in true)
    false = sum(len(o.named - o.scenario.causes) for o in rows)
    healthy = [o for o in rows if o.scenario.group == "healthy"]
    alarms = sum(o.report.verdict is not Verdict.HEALTHY for o in healthy)
    unread = sum(o.report.verdict is Verdict.HEALTHY and "healthy" not in o.scenario.verdicts for o in rows)
    return (
        f"| {name} | {len(rows)} | {_share(sum(o.first_is_right for o in rows), len(rows))} "
        f"| {_share(named, len(true))} | {false} | {alarms} | {unread} |"
    )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.0%})" if whole else "–"


def main() -> int:
    """Print the scoreboard, what went wrong, and the median seconds."""
    found = outcomes(corpus())
    print(table(found))
    seconds = [o.seconds for o in found]
    print(f"\nmedian {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")
    wrong = [o for o in found if not o.right]
    for o in wrong:
        print(f"\n{o.scenario.name}: want {o.scenario.first} first of {sorted(o.scenario.causes)}, ")
        print(f"  risks {sorted(o.scenario.risks)}, {' or '.join(sorted(o.scenario.verdicts))}; said ")
        print(f"  {[c.id for c in o.report.causes]}, risks {[r.id for r in o.report.risks]}, ")
        print(f"  {o.report.verdict.value}")
    return 1 if [o for o in wrong if o.scenario.provable] else 0


if __name__ == "__main__":
    sys.exit(main())
