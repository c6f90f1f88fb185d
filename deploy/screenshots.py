"""Every page as a picture, at a phone's width and a desk's, into `docs/screenshots/`."""

import sys

from deploy.browsing import run_in_browser
from deploy.problems import Problem


def main() -> int:
    """Take the screenshots; return the exit status."""
    try:
        return run_in_browser("screenshots")
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
