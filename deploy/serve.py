"""The site in one process: database, demo data, one Daphne. Ends cleanly on Ctrl-C and SIGTERM.

Concurrency. Everything before Daphne happens in the main thread, and its database connections
are closed before Daphne makes its own. One thread besides says when the server answers.
"""

import os
import signal

# Until Daphne handles them: there is nothing to tidy up, and a KeyboardInterrupt in the
# middle of an import shows as anything but itself.
for ending in (signal.SIGINT, signal.SIGTERM):
    signal.signal(ending, lambda *_: os._exit(0))

import asyncio  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from typing import Any, cast  # noqa: E402

from deploy.address import Address, address_from, answers, ensure_free  # noqa: E402
from deploy.problems import Problem  # noqa: E402
from deploy.server import daphne_arguments  # noqa: E402
from deploy.steps import say  # noqa: E402
from deploy.waiting import wait_until  # noqa: E402

_START_SECONDS = 60
_END_SECONDS = 5


def main() -> int:
    """Serve until asked to stop; return the exit status."""
    try:
        address = address_from()
        ensure_free(address)
        _prepare_database()
        threading.Thread(target=_announce, args=[address], daemon=True).start()
        _serve(address)
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    return 0


def _prepare_database() -> None:
    """Bring the database up to date and make sure of the demo data; cheap when both are there.

    Raises: Problem when the database cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

    import django
    from django.core.management import call_command
    from django.db import OperationalError, connections

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        if _with_demo_data():
            call_command("load_demo", verbosity=0)
    except OperationalError as error:
        raise Problem(f"The database cannot be used: {error}") from None
    connections.close_all()


def _with_demo_data() -> bool:
    """Return whether demo users are wanted; everybody knows their password, the organiser's too."""
    return os.environ.get("SEATCAST_DEMO") != "0"


def _serve(address: Address) -> None:
    """Run Daphne until SIGINT or SIGTERM."""
    from daphne.cli import CommandLineInterface
    from daphne.server import twisted_loop
    from twisted.internet import reactor

    # Twisted types its methods as if they had no self.
    running = cast(Any, reactor)
    # Twisted takes over SIGTERM, but not a SIGINT that somebody else handles.
    running.callWhenRunning(
        signal.signal, signal.SIGINT, lambda *_: running.callFromThread(running.stop)
    )
    # Requests that are under way at the end are cut off; asyncio would show a traceback each.
    running.addSystemEventTrigger(
        "before", "shutdown", logging.getLogger("asyncio").setLevel, logging.CRITICAL
    )
    CommandLineInterface().run(daphne_arguments(host=address.host, port=address.port))
    _end_tasks(twisted_loop)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what open sockets have left waiting on a loop that was stopped.

    Hazard: Daphne leaves it to the interpreter's end, where CPython crashes on it.
    """
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_END_SECONDS))


def _announce(address: Address) -> None:
    """Say where the site is once it answers there."""
    from reservations.demo.catalogue import BUYERS, ORGANISER, PASSWORD

    if not wait_until(lambda: answers(address), seconds=_START_SECONDS):
        print(f"seatcast: no answer at {address.url} yet.", file=sys.stderr)
        return
    say(f"Seatcast is at {address.url}/")
    if _with_demo_data():
        say(
            f"Sign in as {', '.join(BUYERS)}, or as the organiser {ORGANISER} "
            f"(who also has {address.url}/admin/), with the password {PASSWORD}"
        )
    say("Ctrl-C ends it.")


if __name__ == "__main__":
    sys.exit(main())
