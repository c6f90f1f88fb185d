"""The housekeeping loop, which runs in a process of its own.

A process runs one round at a time. Two processes may run at once, because every step is idempotent,
and the process may be killed at any point.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from django.conf import settings
from django.core.management import CommandError
from django.db import Error

from reservations.runtime import database

# Management commands in order, each with the least number of seconds between two runs. Pruning
# scans all old rows and is not urgent. Other apps add their commands in SEATCAST_CHORES.
STEPS: dict[str, float] = {
    "reconcile_payments": 0.0,
    "release_expired_locks": 0.0,
    "end_allocations": 0.0,
    "lapse_unpaid_reservations": 0.0,
    "finish_cancellations": 0.0,
    "announce": 0.0,
    "reconcile_disputes": 3600.0,
    "prune_keys": 3600.0,
    "prune_log": 3600.0,
    **settings.SEATCAST_CHORES,
}
_POLL_SECONDS = 0.2

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class Stop:
    """A stop flag, set by the first signal; the second signal ends the process at once."""

    def __init__(self) -> None:
        self.is_asked_for = False

    def __call__(self, number: int, _: FrameType | None) -> None:
        # No lock and no event: a signal handler interrupts the main thread anywhere.
        self.is_asked_for = True
        signal.signal(number, signal.SIG_DFL)

    def wait(self, seconds: float) -> None:
        """Wait that long, or until a signal."""
        end = time.monotonic() + seconds
        while not self.is_asked_for and (rest := end - time.monotonic()) > 0:
            time.sleep(min(rest, _POLL_SECONDS))


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """Set a stop flag on SIGTERM and SIGINT inside the context; main thread only."""
    stop = Stop()
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class HousekeepingLoop:
    """Runs housekeeping rounds; `run` executes a management command by name."""

    def __init__(
        self, run: Callable[[str], None], stop: Stop, *, steps: Mapping[str, float] = STEPS
    ) -> None:
        self._run = run
        self._stop = stop
        self._steps = steps
        self._due = dict.fromkeys(steps, 0.0)

    def run_once(self) -> bool:
        """Run all steps that are due; return whether all succeeded.

        Expected failures are logged in one line. After a failed step the others still run, unless
        the database is down.
        """
        if not _one_at_a_time.acquire(blocking=False):
            logger.warning("Housekeeping: a round is under way already")
            return False
        try:
            return self._run_steps()
        finally:
            _one_at_a_time.release()
            # Idle until the next round.
            database.release_connection()

    def _run_steps(self) -> bool:
        went_well = True
        for step, rest in self._steps.items():
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
                # The command has printed the reason itself.
                logger.warning("Housekeeping: %s did not do everything: %s", step, _line(error))
                went_well = False
            except Exception:
                logger.exception("Housekeeping: %s failed", step)
                went_well = False
        return went_well


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
