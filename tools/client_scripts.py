"""`make screenshots` and `make measure`: scripts of the client on a temporary site."""

import secrets
import sys

from deploy.address import serves
from deploy.console import Problem
from deploy.paths import VENV_PYTHON
from tools.browser import ensure_browser
from tools.browser_site import site
from tools.services import postgres, valkey


def main(script: str) -> int:
    """Run `screenshots` or `measure`; return the exit status."""
    try:
        return {"screenshots": _screenshots, "measure": _measure}[script]()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1


def _screenshots() -> int:
    """Take screenshots of every page, light and dark, on a phone and a desktop."""
    with site() as running:
        return running.manage("load_demo", "--stadium") or running.run("screenshots")


def _measure() -> int:
    """Measure the client with the stadium on the real stack; return 0 whatever the figures are."""
    with postgres() as database_url, valkey() as redis_url:
        # Named, so that the process that changes seats uses the same services as the site.
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEATCAST_SECRET_KEY": secrets.token_hex(32),
        }
        # Buyers' browsers have windows, which costs time.
        stack = site("deploy.stack", up=serves, settings=settings, ensure_browser=ensure_browser)
        with stack as running:
            return running.manage("load_demo", "--stadium") or running.run(
                "measure", PYTHON=str(VENV_PYTHON)
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
