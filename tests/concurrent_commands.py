"""Concurrency helpers: threads that start together, and queues with a blocked first batch."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from django.db import connections
from django.utils import timezone

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command
from reservations.domain.errors import SeatcastError

PATIENCE_SECONDS = 120

T = TypeVar("T")


def at_once(works: Sequence[Callable[[], T]]) -> list[T | SeatcastError]:
    """Run functions in threads that start together; return results and refusals in order."""
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        barrier.wait(PATIENCE_SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return _results([_begin(pool, start, work) for work in works])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.001)


class Gate:
    """A clock for a queue at which the first batch waits, inside its transaction, until `open`."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self) -> datetime:
        self._reached.set()
        assert self._opened.wait(PATIENCE_SECONDS)
        return timezone.now()

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE_SECONDS)

    def open(self) -> None:
        self._opened.set()


class BusyQueue:
    """A command queue that is busy with a first command, and the commands queued meanwhile.

    The transaction of the first command stays open until `results` is called. Anything else that a
    test writes to the database must come before: on SQLite it would have to wait for it.
    """

    def __init__(self, event_id: int, first: Command) -> None:
        self._gate = Gate()
        self.queue = CommandQueue(event_id, clock=self._gate)
        self._pool = ThreadPoolExecutor(256)
        self._first = _begin(self._pool, self.queue.submit, first)
        self._waiting: list[Future[CommandResult]] = []

    def __enter__(self) -> "BusyQueue":
        self._gate.wait_until_reached()
        return self

    def __exit__(self, *_: object) -> None:
        self._gate.open()
        self._pool.shutdown()

    def join(
        self,
        command: Command,
        key: str | None = None,
        *,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        """Queue up a command, behind all that joined before; its thread does `after` first."""

        def submit() -> CommandResult:
            after()
            return self.queue.submit(command, key)

        length = len(self.queue._queue) + 1
        self._waiting.append(_begin(self._pool, submit))
        self.wait_for_length(length)

    def wait_for_length(self, length: int) -> None:
        wait_until(lambda: len(self.queue._queue) == length)

    def move(self) -> None:
        """Let the first command through, and with it all others."""
        self._gate.open()

    def results(self) -> list[CommandResult | SeatcastError]:
        """Let the line move; return what each got, without the first, in order."""
        self.move()
        self._first.result(PATIENCE_SECONDS)
        results = _results(self._waiting)
        # Who waits is answered before the changes are announced.
        wait_until(lambda: not self.queue._is_led)
        return results


def _begin(pool: ThreadPoolExecutor, work: Callable[..., T], *arguments: object) -> Future[T]:
    def run() -> T:
        try:
            return work(*arguments)
        finally:
            connections.close_all()

    return pool.submit(run)


def _results(futures: Iterable[Future[T]]) -> list[T | SeatcastError]:
    results: list[T | SeatcastError] = []
    for future in futures:
        try:
            results.append(future.result(PATIENCE_SECONDS))
        except SeatcastError as refusal:
            results.append(refusal)
    return results
