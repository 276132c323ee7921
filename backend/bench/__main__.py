"""``python -m bench``: measures, shows what it does and writes the page."""

import argparse
import sys
from pathlib import Path

from bench.measure import measure
from bench.report import write
from taskflow_deploy.output import Output

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> int:
    """Return 1 where a target is missed or a request failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (5)")
    parser.add_argument("--seconds", type=float, default=4, help="each load's length (4)")
    parser.add_argument("--output", type=Path, default=_PAGE, help="the page to write")
    given = parser.parse_args()
    if given.rounds < 1 or given.seconds <= 0:
        parser.error("give at least one round and more than no time")
    output = Output()
    result = measure(given.rounds, given.seconds, output.note)
    command = "make bench" if len(sys.argv) == 1 else " ".join(["python -m bench", *sys.argv[1:]])
    lines = write(result, command, given.output)
    for line in lines:
        if line.met is not None:
            say = output.good if line.met else output.bad
            say(f"{line.name}: plain {line.plain:,.{line.digits}f}, TaskFlow"
                f" {line.taskflow:,.{line.digits}f}; target {line.target}")  # fmt: skip
    for kind, count in result.failures.items():
        output.bad(f"{count} requests failed: {kind}")
    output.note(f"Written to {given.output}")
    return 1 if result.failures or any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
