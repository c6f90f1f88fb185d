"""Every page and state as a picture, into `docs/screenshots/`: light and dark, phone and desk."""

import sys

from deploy.console import Problem
from tools.browser_site import site


def main() -> int:
    """Take the screenshots; return the exit status."""
    try:
        with site() as running:
            return running.manage("load_demo", "--stadium") or running.run("screenshots")
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
