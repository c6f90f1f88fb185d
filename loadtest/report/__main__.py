"""`python -m loadtest.report RESULT.json PAGE.html`: write the report of a saved result."""

import argparse
import json
import sys
from pathlib import Path

from deploy.console import Problem
from loadtest.report import write


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.report", description=__doc__)
    parser.add_argument("result", type=Path, help="what a load run's --json has written")
    parser.add_argument("page", type=Path, help="the HTML file to write")
    options = parser.parse_args()
    try:
        write(json.loads(options.result.read_text(encoding="utf-8")), options.page)
    except (Problem, OSError, ValueError) as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
