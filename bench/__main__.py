"""`python -m bench [sweep|ack]`: both benches, or one; exit status 1 when a bar is missed."""

import sys

from bench import ack, sweep
from bench.child import Child

BENCHES = {"sweep": sweep.bench, "ack": ack.bench}


def main(wanted: list[str]) -> int:
    """Run what is wanted, each against the same server; 2 for what there is not."""
    if unknown := set(wanted) - set(BENCHES):
        sys.stderr.write(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}\n")
        return 2
    sys.stdout.write("Making 500 nodes and 15,000 pods …\n")
    sys.stdout.flush()
    with Child("server") as server:
        met = [BENCHES[name](server) for name in wanted or BENCHES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
