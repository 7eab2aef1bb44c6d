"""`python -m bench [sweep|ack|months]`: sweep and ack, or what is named; 1 when a bar is missed."""

import sys

from bench import ack, months, sweep
from bench.child import Child

BENCHES = {"sweep": sweep.bench, "ack": ack.bench}
MONTHS = "months"  # takes ten minutes and no server: only where it is named


def main(wanted: list[str]) -> int:
    """Run what is wanted, each against the same server; 2 for what there is not."""
    if unknown := set(wanted) - {*BENCHES, MONTHS}:
        there = ", ".join((*BENCHES, MONTHS))
        sys.stderr.write(f"no such bench: {', '.join(sorted(unknown))}; there are {there}\n")
        return 2
    if wanted == [MONTHS]:
        return 0 if months.bench() else 1
    sys.stdout.write("Making 500 nodes and 15,000 pods …\n")
    sys.stdout.flush()
    with Child("server") as server:
        met = [BENCHES[name](server) for name in BENCHES if not wanted or name in wanted]
    if MONTHS in wanted:
        met.append(months.bench())
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
