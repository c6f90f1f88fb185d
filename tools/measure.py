"""What the client costs a browser: the stadium on the real stack, looked at, moved, and sold."""

import secrets
import sys

from deploy.address import serves
from deploy.console import Problem
from deploy.paths import VENV_PYTHON
from tools.browser_site import site
from tools.services import postgres, valkey


def main() -> int:
    """Measure, and print the table; return the exit status, which no figure makes a failure."""
    try:
        with postgres() as database_url, valkey() as redis_url:
            # Named, so that who sells seats meanwhile reaches the same services as the site.
            settings = {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "SEATCAST_SECRET_KEY": secrets.token_hex(32),
            }
            with site("deploy.stack", up=serves, settings=settings) as running:
                return running.manage("load_demo", "--stadium") or running.run(
                    "measure", PYTHON=str(VENV_PYTHON), **running.settings
                )
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
