"""`make run`: the site in one process, with its database, demo data and one Daphne.

Concurrency. Everything before Daphne runs in the main thread, whose database connections are closed
before Daphne opens its own. One thread prints the banner when the server responds, another one does
the housekeeping, which is a process of its own elsewhere. Stops cleanly on Ctrl-C and SIGTERM.
"""

import os
import signal

# Until Daphne handles them. Nothing needs cleaning up yet, and a KeyboardInterrupt during an import
# can surface as another error.
for ending in (signal.SIGINT, signal.SIGTERM):
    signal.signal(ending, lambda *_: os._exit(0))

import asyncio  # noqa: E402
import io  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from typing import Any, cast  # noqa: E402

from deploy.address import Address, address_from, answers, ensure_free  # noqa: E402
from deploy.banner import print_banner, with_demo_data  # noqa: E402
from deploy.console import Problem  # noqa: E402
from deploy.environment import is_production  # noqa: E402
from deploy.server import daphne_arguments  # noqa: E402

_END_SECONDS = 5
_HOUSEKEEPING_SECONDS = 60


def main() -> int:
    """Serve until stopped; return the exit status."""
    try:
        address = address_from()
        ensure_free(address)
        _prepare_database()
        threading.Thread(
            target=print_banner, args=[address], kwargs={"up": answers}, daemon=True
        ).start()
        threading.Thread(target=_run_housekeeping, daemon=True).start()
        _serve(address)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


def _prepare_database() -> None:
    """Migrate the database and load the demo data; quick if both are done already.

    Raises: Problem if the database cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if with_demo_data() and not os.environ.get("SEATCAST_SHOW_NAMES"):
        os.environ["SEATCAST_SHOW_NAMES"] = str(not is_production(os.environ))

    import django
    from django.core.management import call_command
    from django.db import OperationalError, connections

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        if with_demo_data():
            call_command("load_demo", verbosity=0)
    except OperationalError as error:
        raise Problem(f"The database cannot be used: {error}") from None
    connections.close_all()


def _run_housekeeping() -> None:
    """Run the housekeeping steps every minute, and deliver webhooks, for ever."""
    from django.core.management import call_command

    from reservations.housekeeping.background import in_background
    from reservations.housekeeping.loop import HousekeepingLoop, Stop

    quiet = io.StringIO()
    stop = Stop()

    def run(command: str) -> None:
        call_command(command, stdout=quiet, stderr=quiet)

    loop = HousekeepingLoop(run, stop)
    with in_background(stop):
        while True:
            stop.wait(_HOUSEKEEPING_SECONDS)
            loop.run_once()
            quiet.seek(0)
            quiet.truncate()


def _serve(address: Address) -> None:
    """Run Daphne until SIGINT or SIGTERM."""
    from daphne.cli import CommandLineInterface
    from daphne.server import twisted_loop
    from twisted.internet import reactor

    # At shutdown slow requests are cut off; asyncio would log a traceback for each.
    # Twisted's type hints for methods lack self.
    cast(Any, reactor).addSystemEventTrigger(
        "before", "shutdown", logging.getLogger("asyncio").setLevel, logging.CRITICAL
    )
    CommandLineInterface().run(daphne_arguments(host=address.host, port=address.port))
    _end_tasks(twisted_loop)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the tasks of open sockets on a stopped loop.

    Hazard: Daphne leaves them until the interpreter exits, where CPython crashes on them.
    """
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_END_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
