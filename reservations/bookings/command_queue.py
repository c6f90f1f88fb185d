"""Group commit: the commands of an event queue up, and are committed in batches.

Concurrency. There is one queue per event and process, and at most one leader per queue. The leader
takes the queued commands, runs one transaction for all of them, hands out the results, sends the
changes, and starts the leader of the next batch in a thread pool. A coroutine enqueues with
`asubmit`, and its batch is led in the pool. A thread enqueues with `submit`, and leads the batch
itself if the queue is idle. Only leaders need a database connection.

Guarantees. No result is returned before the commit. A refused command does not roll back others. A
batch that fails with a transient error is retried; if it keeps failing, its commands run one by
one, so that none can fail another. If the connection is lost during COMMIT, the results are kept,
and the retry first checks, with the event's row locked, whether they were committed. Across
processes an event's batches are serial, because each locks the event's row first. If another
transaction holds that row, the batch occupies a pool thread for a quarter of a second, then moves
to a small second pool, so that other events are not delayed.

Lock order, always: the event's row, then its seats by primary key. The clock is read after.
"""

import asyncio
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from infrastructure.security_log.request_context import RequestContext, current_request
from reservations.bookings.conflicts import conflict_counter
from reservations.bookings.decisions import Decision
from reservations.bookings.idempotency import KeyedResults
from reservations.bookings.records import CommandResult
from reservations.bookings.unit_of_work import UnitOfWork
from reservations.domain.commands import Command, ReleaseExpired
from reservations.domain.errors import Busy, InProgress, SeatcastError, Unavailable
from reservations.domain.rules import Outcome, decide
from reservations.events.changes import ChangeSet, seats_changed
from reservations.events.locking import lock_event
from reservations.models import Event
from reservations.runtime import database, metrics

MAX_QUEUED_COMMANDS = 10_000
MAX_BATCH_COMMANDS = 256
MAX_BATCH_SEATS = 2_000
# Delays before the retries of a failed batch; each is varied by up to a half.
RETRY_SECONDS = (0.05, 0.2)
# A batch that took longer to fail has waited for a lock or the network, and is not retried.
QUICK_SECONDS = 1.0
# How long the commands of a failed batch are run one by one before the rest is given up.
SINGLES_SECONDS = 4.0
# Pool sizes: for leaders, and for those that wait for a locked event row. Each thread needs a
# database connection; with the default pool of connections two are left for readers.
LEADER_THREADS = 4
ROW_WAIT_THREADS = 2
# After a time-out on an event's row, how long further batches wait for it only briefly.
HELD_SECONDS = 10.0

logger = logging.getLogger(__name__)
_leaders = ThreadPoolExecutor(LEADER_THREADS, thread_name_prefix="queue-leader")
_row_waiters = ThreadPoolExecutor(ROW_WAIT_THREADS, thread_name_prefix="queue-waiter")


def submit(*, event_id: int, command: Command, key: str | None = None) -> CommandResult:
    """Execute a command, and return its result after the commit.

    With an idempotency `key` (scoped to the actor and the event) the command is executed once,
    however often it is sent, and returns the same result each time.

    Raises: SeatcastError, the refusal; Busy or Unavailable if it was not decided in time;
    RuntimeError inside a transaction, because the result would be returned before its commit.
    """
    return _queue_of(event_id).submit(command, key)


async def asubmit(*, event_id: int, command: Command, key: str | None = None) -> CommandResult:
    """Execute a command like `submit`, from a coroutine. Cancelling it does not undo the command.

    Raises: SeatcastError, as `submit` does.
    """
    return await _queue_of(event_id).asubmit(command, key)


def queued() -> int:
    """Return how many commands are queued in this process, over all events."""
    with _queues_lock:
        return sum(found.queued() for found in _queues.values())


@dataclass(slots=True, eq=False)
class _QueueItem:
    """A queued command. `waiting` is the future of the coroutine that sent it, if one did."""

    command: Command
    key: str | None
    waiting: "asyncio.Future[None] | None" = None
    source: RequestContext | None = field(default_factory=current_request.get)
    done: threading.Event = field(default_factory=threading.Event)
    result: CommandResult | SeatcastError | None = None
    # The results of its batch, while it is not known whether they were committed.
    unconfirmed: "_BatchResult | None" = None

    def get_result(self) -> CommandResult:
        """Return the result. Raises: SeatcastError, the refusal."""
        if self.result is None:
            raise Unavailable
        if isinstance(self.result, SeatcastError):
            raise self.result
        return self.result


class CommandQueue:
    """The command queue of one event in this process.

    `clock` returns the current UTC time, and is called after the event's row was locked; by default
    the database's time is used.
    """

    def __init__(self, event_id: int, *, clock: Callable[[], datetime] | None = None) -> None:
        self._event_id = event_id
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[_QueueItem] = deque()
        self._is_led = False

    def submit(self, command: Command, key: str | None = None) -> CommandResult:
        """Execute a command; see the module's `submit`."""
        _require_no_transaction()
        item = _QueueItem(command, key)
        if self._enqueue(item):
            self._lead(self._take(), waits_for_row=True)
        else:
            self._wait(item)
        return item.get_result()

    async def asubmit(self, command: Command, key: str | None = None) -> CommandResult:
        """Execute a command; see the module's `asubmit`."""
        waiting = asyncio.get_running_loop().create_future()
        item = _QueueItem(command, key, waiting)
        if self._enqueue(item):
            self._start_leader()
        await self._await(item, waiting)
        return item.get_result()

    def queued(self) -> int:
        """Return how many commands are queued."""
        return len(self._queue)

    def _enqueue(self, item: _QueueItem) -> bool:
        """Enqueue a command; return True if the caller must start a leader. Raises: Busy."""
        with self._lock:
            if len(self._queue) >= MAX_QUEUED_COMMANDS:
                raise Busy
            self._queue.append(item)
            if self._is_led:
                return False
            self._is_led = True
            return True

    @metrics.wait_seconds.time()
    def _wait(self, item: _QueueItem) -> None:
        """Wait until the command has a result. Raises: Busy after twice the time-out."""
        seconds = settings.SEATCAST_QUEUE_WAIT_SECONDS
        # A waiting thread must not keep a connection from the leader.
        database.release_connection()
        if item.done.wait(seconds):
            return
        self._withdraw(item)
        # A batch has taken the command; the database's time-outs bound how long that runs.
        if not item.done.wait(seconds):
            raise Busy

    async def _await(self, item: _QueueItem, waiting: "asyncio.Future[None]") -> None:
        """Wait like `_wait`, in a coroutine. Raises: Busy."""
        seconds = settings.SEATCAST_QUEUE_WAIT_SECONDS
        with metrics.wait_seconds.time():
            if await _is_done(waiting, seconds):
                return
            self._withdraw(item)
            if not await _is_done(waiting, seconds):
                raise Busy

    def _withdraw(self, item: _QueueItem) -> None:
        """Remove a command from the queue and raise Busy, unless a batch has taken it."""
        with self._lock:
            if item in self._queue:
                self._queue.remove(item)
                raise Busy

    def _start_leader(self) -> None:
        """Start the leader of the next batch in a thread pool."""
        if self._is_row_held():
            _row_waiters.submit(self._lead_in_pool, None, waits_for_row=True)
        else:
            _leaders.submit(self._lead_in_pool, None, waits_for_row=False)

    def _lead_in_pool(self, batch: "list[_QueueItem] | None", *, waits_for_row: bool) -> None:
        try:
            self._lead(self._take() if batch is None else batch, waits_for_row=waits_for_row)
        finally:
            database.release_connection()

    def _lead(self, batch: "list[_QueueItem]", *, waits_for_row: bool) -> None:
        """Run a batch, hand out its results, send its changes, and start the next leader.

        Unless `waits_for_row`, a batch whose event row is locked moves to the second pool.
        """
        if not batch:
            # Every sender has timed out.
            self._start_next_batch()
            return
        changes: list[ChangeSet] = []
        try:
            changes = self._run(batch, waits_for_row=waits_for_row)
        except _RowLocked:
            _row_waiters.submit(self._lead_in_pool, batch, waits_for_row=True)
            return
        except BaseException:
            self._wake_senders(batch)
            self._start_next_batch()
            raise
        metrics.batch_commands.observe(len(batch))
        self._wake_senders(batch)
        # Before the next batch can commit, so that the signals are sent in the log's order.
        for change_set in changes:
            seats_changed.send_robust(sender=CommandQueue, changes=change_set)
        self._start_next_batch()

    def _wake_senders(self, batch: list[_QueueItem]) -> None:
        """Wake the senders of a batch, with one call for each event loop."""
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for item in batch:
            item.done.set()
            if item.waiting is not None:
                by_loop.setdefault(item.waiting.get_loop(), []).append(item.waiting)
        for loop, waiting in by_loop.items():
            # The loop may be closed by now.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_wake, waiting)

    def _take(self) -> list[_QueueItem]:
        """Take the next batch off the queue; it is empty if every sender timed out."""
        batch: list[_QueueItem] = []
        seats: set[int] = set()
        with self._lock:
            while self._queue and len(batch) < MAX_BATCH_COMMANDS:
                reads = self._queue[0].command.reads()
                seats.update(reads.seat_ids)
                if batch and (reads.is_alone or len(seats) > MAX_BATCH_SEATS):
                    break
                batch.append(self._queue.popleft())
                if reads.is_alone:
                    break
        return batch

    def _start_next_batch(self) -> None:
        with self._lock:
            is_led = self._is_led = bool(self._queue)
        if is_led:
            self._start_leader()

    def _run(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Set the result of every item that could be decided in time; return the commits' changes.

        Raises: _RowLocked.
        """
        started = time.monotonic()
        try:
            return self._attempt(batch, waits_for_row=waits_for_row)
        except SeatcastError as error:
            for item in batch:
                item.result = error
            return []
        except _RowLocked:
            raise
        except Exception as error:
            metrics.failed_batches.inc()
            logger.exception("A batch of %d failed", len(batch), extra={"event_id": self._event_id})
            if database.is_lock_timeout(error):
                # Run one by one, each command would wait for the same row.
                return []
        changes: list[ChangeSet] = []
        if len(batch) > 1:
            for item in batch:
                if time.monotonic() - started > SINGLES_SECONDS:
                    break
                # An earlier iteration may have found that the whole batch was committed.
                if item.result is None:
                    changes += self._run([item], waits_for_row=True)
        return changes

    def _attempt(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Commit a batch, and retry it after transient errors.

        Raises: EventNotFound, _RowLocked, django.db.Error.
        """
        for seconds in RETRY_SECONDS:
            started = time.monotonic()
            try:
                return self._commit(batch, waits_for_row=waits_for_row)
            except (OperationalError, InterfaceError) as error:
                is_slow = time.monotonic() - started > QUICK_SECONDS
                if database.is_lock_timeout(error) or (is_slow and batch[0].unconfirmed is None):
                    raise
                metrics.retried_batches.inc()
                logger.warning("Retrying a batch of %d: %s", len(batch), error)
                time.sleep(seconds * random.uniform(0.5, 1.5))
        try:
            return self._commit(batch, waits_for_row=waits_for_row)
        except (OperationalError, InterfaceError):
            with transaction.atomic():
                self._lock_event(batch, waits_for_row=True)
                done = _find_earlier_commit(batch)
            if done is None:
                raise
            return done.settle()

    @metrics.transaction_seconds.time()
    def _commit(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Decide and commit a batch in one transaction, unless an earlier attempt was committed.

        Raises: EventNotFound, _RowLocked, django.db.Error.
        """
        done = decided = None
        try:
            with transaction.atomic():
                event, at = self._lock_event(batch, waits_for_row=waits_for_row)
                done = _find_earlier_commit(batch)
                decided = done or _decide(event, batch, now=self._clock() if self._clock else at)
        except Exception:
            if decided is None:
                raise
            if done is None:
                for item in batch:
                    item.unconfirmed = decided
                raise
        return decided.settle()

    def _lock_event(
        self, batch: list[_QueueItem], *, waits_for_row: bool
    ) -> tuple[Event, datetime]:
        """Lock the event's row, and return the event and the database's time.

        Wait only briefly if no sender waits for the batch, if the row was locked for too long
        recently, or if the second pool can take over. Raises: EventNotFound, _RowLocked,
        django.db.Error.
        """
        is_background = all(isinstance(item.command, ReleaseExpired) for item in batch)
        is_held = self._is_row_held()
        briefly = is_background or is_held or not waits_for_row
        try:
            found = lock_event(self._event_id, briefly=briefly)
        except OperationalError as error:
            if not database.is_lock_timeout(error):
                raise
            if not (waits_for_row or is_background or is_held):
                raise _RowLocked from error
            # A background batch waits only briefly: that does not prove that the row is stuck.
            if is_held or not is_background:
                _held_until[self._event_id] = time.monotonic() + HELD_SECONDS
            raise
        _held_until.pop(self._event_id, None)
        return found

    def _is_row_held(self) -> bool:
        return _held_until.get(self._event_id, 0.0) > time.monotonic()


class _RowLocked(Exception):
    """Another transaction holds the event's row for longer than this thread may wait."""


@dataclass(frozen=True, slots=True)
class _BatchResult:
    """The results of a batch, in the order of its items.

    `decisions` has the commands that were decided, not those with a repeated key. The queryset that
    `marker` returns has rows if and only if the batch was committed; None if the batch wrote
    nothing, so that deciding it again is harmless.
    """

    event_id: int
    batch: list[_QueueItem]
    results: list[CommandResult | SeatcastError]
    decisions: list[Decision]
    changes: ChangeSet | None
    marker: Callable[[], QuerySet[Any] | None]

    def settle(self) -> list[ChangeSet]:
        """Set the items' results after the commit, and return the changes."""
        for item, result in zip(self.batch, self.results, strict=True):
            item.result = result
        metrics.count_decided((each.command, each.outcome) for each in self.decisions)
        conflict_counter.count(self.event_id, self.decisions)
        return [self.changes] if self.changes else []


_queues: WeakValueDictionary[int, CommandQueue] = WeakValueDictionary()
_queues_lock = threading.Lock()
# Until when batches wait only briefly for an event's row, by event id (`time.monotonic`).
_held_until: dict[int, float] = {}


def _queue_of(event_id: int) -> CommandQueue:
    with _queues_lock:
        found = _queues.get(event_id)
        if found is None:
            found = _queues[event_id] = CommandQueue(event_id)
    return found


async def _is_done(waiting: "asyncio.Future[None]", seconds: float) -> bool:
    """Wait at most that long for a future, without cancelling it; return whether it is done."""
    done, _ = await asyncio.wait((waiting,), timeout=seconds)
    return bool(done)


def _wake(waiting: "list[asyncio.Future[None]]") -> None:
    for future in waiting:
        future.set_result(None)


def _find_earlier_commit(batch: list[_QueueItem]) -> _BatchResult | None:
    """Return the results of an earlier attempt at a batch if it was committed after all.

    The caller holds the event's row, so the earlier transaction has ended. Raises: django.db.Error.
    """
    unconfirmed = batch[0].unconfirmed
    if unconfirmed is None:
        return None
    marker = unconfirmed.marker()
    if marker is not None and marker.exists():
        return unconfirmed
    for item in unconfirmed.batch:
        item.unconfirmed = None
    return None


def _decide(event: Event, batch: list[_QueueItem], *, now: datetime) -> _BatchResult:
    """Decide and write a batch under the event's lock."""
    commands = [item.command for item in batch]
    unit = UnitOfWork.open(event=event, commands=commands, now=now)
    results_by_key = KeyedResults.open(
        event=event, keyed=[(item.command, item.key) for item in batch], now=unit.now
    )
    decided: list[Decision] = []
    outcomes: dict[_QueueItem, Outcome] = {}
    for item in batch:
        command = item.command
        if results_by_key.is_first(command, item.key):
            outcomes[item] = outcome = decide(command, unit.state)
            decided.append(Decision(command, outcome, item.source))
            if isinstance(outcome.refusal, InProgress):
                results_by_key.release(command, item.key)
    changes = unit.write(decided)
    results: list[CommandResult | SeatcastError] = []
    for item in batch:
        if item in outcomes:
            result = outcomes[item].refusal or unit.result_of(outcomes[item])
            results_by_key.store(item.command, item.key, result)
        else:
            result = results_by_key.stored_result(item.command, item.key)
        results.append(result)
    results_by_key.write()
    return _BatchResult(
        event_id=event.pk,
        batch=batch,
        results=results,
        decisions=decided,
        changes=changes,
        marker=partial(unit.commit_marker, decided),
    )


def _require_no_transaction() -> None:
    """Raises: RuntimeError inside a transaction, before it can fail a batch of other commands."""
    blocks = connection.atomic_blocks
    # As for `atomic(durable=True)`, the transaction around a Django test does not count.
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("The command queue commits, so it cannot be used inside a transaction.")
