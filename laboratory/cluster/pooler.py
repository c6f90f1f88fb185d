"""Run PgBouncer while the PostgreSQL of its host is the primary: `python pooler.py URL SETTINGS`.

Patroni answers URL with 200 on the primary. PgBouncer tells its clients the parameters that its
first session had: one that was primary then seems to be one for ever, and one that was still a
standby seems to accept no writes. So `target_session_attrs` in the clients' URLs cannot tell.
Instead only the primary's PgBouncer runs; killing the other one also drops its clients.
"""

import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

_EVERY_SECONDS = 0.25
_TIMEOUT_SECONDS = 2.0
_direct = build_opener(ProxyHandler({}))


def main(url: str, *command: str) -> None:
    running: subprocess.Popen[bytes] | None = None
    while True:
        is_wanted = is_primary(url)
        if running is not None and (not is_wanted or running.poll() is not None):
            running.kill()
            running.wait()
            running = None
        if is_wanted and running is None:
            running = subprocess.Popen(command)
        time.sleep(_EVERY_SECONDS)


def is_primary(url: str) -> bool:
    """Return whether Patroni says so in time."""
    try:
        with _direct.open(url, timeout=_TIMEOUT_SECONDS) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])
