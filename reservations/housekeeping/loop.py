"""Housekeeping again and again, in a process of its own.

One round at a time: a second one in the same process is refused. Two processes do no harm, since
every step can run twice at once. Nothing is lost when the process is killed, at whatever point.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.core.management import CommandError
from django.db import Error

from reservations import database

# Commands, in the order in which they are run, and how long to wait before the next time at least.
# Pruning looks at every old row, and nobody waits for it. What belongs to other apps, which are
# not known here, is run by its name as well.
STEPS: dict[str, float] = {
    "reconcile_payments": 0.0,
    "release_expired_locks": 0.0,
    "lapse_unpaid_reservations": 0.0,
    "prune_keys": 3600.0,
    "prune_log": 3600.0,
    **settings.SEATCAST_CHORES,
}
_SECONDS_BETWEEN_LOOKS = 0.2

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class Stop:
    """Whether the process was asked to end. Told once it ends in its own time, twice at once."""

    def __init__(self) -> None:
        self.is_asked_for = False

    def __call__(self, number: int, _: FrameType | None) -> None:
        # No lock and no event: it runs in between any two instructions of the main thread.
        self.is_asked_for = True
        signal.signal(number, signal.SIG_DFL)

    def wait(self, seconds: float) -> None:
        """Wait that long, or until asked."""
        end = time.monotonic() + seconds
        while not self.is_asked_for and (rest := end - time.monotonic()) > 0:
            time.sleep(min(rest, _SECONDS_BETWEEN_LOOKS))


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Have SIGTERM and SIGINT ask to stop, for the length of the context; main thread only."""
    stop = Stop()
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class HousekeepingLoop:
    """Housekeeping rounds; `run` carries out a command by its name."""

    def __init__(self, run: Callable[[str], None], stop: Stop) -> None:
        self._run = run
        self._stop = stop
        self._due = dict.fromkeys(STEPS, 0.0)

    def run_once(self) -> bool:
        """Run all steps that are due; tell whether all went well.

        What fails is logged in one line, unless it is a bug. It does not keep the steps after it
        from being tried, except when the database is away, which would fail them all.
        """
        if not _one_at_a_time.acquire(blocking=False):
            logger.warning("Housekeeping: a round is under way already")
            return False
        try:
            return self._steps()
        finally:
            _one_at_a_time.release()
            # Nobody needs it until the next round.
            database.release_connection()

    def _steps(self) -> bool:
        went_well = True
        for step, rest in STEPS.items():
            if self._stop.is_asked_for or time.monotonic() < self._due[step]:
                continue
            try:
                self._run(step)
                self._due[step] = time.monotonic() + rest
            except Error as error:
                logger.warning("Housekeeping: %s: the database failed: %s", step, _line(error))
                went_well = False
                if not database.answers():
                    return False
            except (CommandError, SystemExit) as error:
                # It has said itself what an exit means.
                logger.warning("Housekeeping: %s did not do everything: %s", step, _line(error))
                went_well = False
            except Exception:
                logger.exception("Housekeeping: %s failed", step)
                went_well = False
        return went_well


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
