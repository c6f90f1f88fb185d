"""Group commit: an event's commands queue up, and are decided and committed in batches.

Concurrency. There is one queue per event and process, and at most one leader per queue: it takes
what has queued up, runs one transaction for all of it, answers, announces the changes, and has the
next batch led by a thread of a pool. A coroutine enqueues with `asubmit`; its first batch is led by
the pool, too. A thread enqueues with `submit`, and leads the first batch itself if the queue is
idle. Only a leader needs a database connection.

Guarantees. Nobody is answered before the commit. A command's refusal undoes nothing. A batch that
fails for a passing reason is run again; if it fails for good, its commands are run one by one, so
that none can fail another. Should the answer to a commit be lost, what the attempt decided is kept,
and nothing is decided anew before a look, under the event's row, has told that it was not
committed. Across processes everything about one event is serial, because the event's row is locked
first. An event whose row somebody else holds keeps a thread of the pool for a quarter of a second;
then its batch moves to the few threads that wait for such rows, so that other events go on.

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

from reservations import database, metrics
from reservations.domain.commands import Command, ReleaseExpired
from reservations.domain.errors import Busy, SeatcastError, Unavailable, UnderWay
from reservations.domain.rules import Outcome, decide
from reservations.models import Event
from reservations.read.records import CommandResult
from reservations.write.changes import ChangeSet, seats_changed
from reservations.write.idempotency import KeyedAnswers
from reservations.write.unit_of_work import Decision, UnitOfWork, lock_event
from security_log.source import Source, source

MAX_QUEUED_COMMANDS = 10_000
MAX_BATCH_COMMANDS = 256
MAX_BATCH_SEATS = 2_000
# How long to wait before a batch that failed is run again, give or take a half.
RETRY_SECONDS = (0.05, 0.2)
# What took longer to fail waited for a lock, for an answer or for a connection: long enough.
QUICK_SECONDS = 1.0
# For how long the commands of a batch that failed are tried one by one.
SINGLES_SECONDS = 4.0
# How many batches the pool runs at a time, and for how many more it waits for the event's row. Each
# needs a connection to the database, and by default two are left to those who read.
LEADER_THREADS = 4
ROW_WAIT_THREADS = 2
# For how long after an event's row was held too long nobody waits for it as long again.
HELD_SECONDS = 10.0

logger = logging.getLogger(__name__)
_leaders = ThreadPoolExecutor(LEADER_THREADS, thread_name_prefix="queue-leader")
_row_waiters = ThreadPoolExecutor(ROW_WAIT_THREADS, thread_name_prefix="queue-waiter")


def submit(*, event_id: int, command: Command, key: str | None = None) -> CommandResult:
    """Have a command decided and committed, and return its answer.

    With an idempotency `key` (scoped to the actor and the event) the work is done once, however
    often the same command comes, and the answer is the same each time.

    Raises: SeatcastError, with which the command was refused; Busy or Unavailable when it could
    not be decided in time. RuntimeError inside a transaction, which would answer before a commit.
    """
    return _queue_of(event_id).submit(command, key)


async def asubmit(*, event_id: int, command: Command, key: str | None = None) -> CommandResult:
    """As `submit`, for a coroutine. To cancel it does not take the command back.

    Raises: SeatcastError, as there.
    """
    return await _queue_of(event_id).asubmit(command, key)


def queued() -> int:
    """Return how many commands wait at the desks of this process."""
    with _queues_lock:
        return sum(found.queued() for found in _queues.values())


@dataclass(slots=True, eq=False)
class _QueueItem:
    """A command in the queue. `waiting` is the future of the coroutine that sent it, if one did."""

    command: Command
    key: str | None
    waiting: "asyncio.Future[None] | None" = None
    source: Source | None = field(default_factory=source.get)
    done: threading.Event = field(default_factory=threading.Event)
    result: CommandResult | SeatcastError | None = None
    # What its batch came to, if it is not known whether that was committed.
    doubt: "_Decided | None" = None

    def answer(self) -> CommandResult:
        """Return what was decided. Raises: SeatcastError."""
        if self.result is None:
            raise Unavailable
        if isinstance(self.result, SeatcastError):
            raise self.result
        return self.result


class CommandQueue:
    """The command queue of one event in this process.

    `clock` returns the time, aware, in UTC, and is asked once the event is locked; without one it
    is the database's.
    """

    def __init__(self, event_id: int, *, clock: Callable[[], datetime] | None = None) -> None:
        self._event_id = event_id
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[_QueueItem] = deque()
        self._is_led = False

    def submit(self, command: Command, key: str | None = None) -> CommandResult:
        """See the module's `submit`."""
        _require_no_transaction()
        item = _QueueItem(command, key)
        if self._enqueue(item):
            self._lead(self._take(), waits_for_row=True)
        else:
            self._wait(item)
        return item.answer()

    async def asubmit(self, command: Command, key: str | None = None) -> CommandResult:
        """See the module's `asubmit`."""
        waiting = asyncio.get_running_loop().create_future()
        item = _QueueItem(command, key, waiting)
        if self._enqueue(item):
            self._start_leader()
        await self._await(item, waiting)
        return item.answer()

    def queued(self) -> int:
        """Return how many commands wait."""
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
        """Wait until the command is decided. Raises: Busy, when that takes too long."""
        seconds = settings.SEATCAST_QUEUE_WAIT_SECONDS
        # The leader needs it, and those who have not come as far as the queue.
        database.release_connection()
        if item.done.wait(seconds):
            return
        self._withdraw(item)
        # Its batch is running, and the database's time-outs bound that.
        if not item.done.wait(seconds):
            raise Busy

    async def _await(self, item: _QueueItem, waiting: "asyncio.Future[None]") -> None:
        """Wait as `_wait` does, in a coroutine. Raises: Busy."""
        seconds = settings.SEATCAST_QUEUE_WAIT_SECONDS
        with metrics.wait_seconds.time():
            if await _is_done(waiting, seconds):
                return
            self._withdraw(item)
            if not await _is_done(waiting, seconds):
                raise Busy

    def _withdraw(self, item: _QueueItem) -> None:
        """Take a command off the queue unless a batch has it. Raises: Busy, then."""
        with self._lock:
            if item in self._queue:
                self._queue.remove(item)
                raise Busy

    def _start_leader(self) -> None:
        """Have a thread of the pool lead the next batch."""
        if self._is_known_to_be_held():
            _row_waiters.submit(self._lead_in_pool, None, waits_for_row=True)
        else:
            _leaders.submit(self._lead_in_pool, None, waits_for_row=False)

    def _lead_in_pool(self, batch: "list[_QueueItem] | None", *, waits_for_row: bool) -> None:
        try:
            self._lead(self._take() if batch is None else batch, waits_for_row=waits_for_row)
        finally:
            database.release_connection()

    def _lead(self, batch: "list[_QueueItem]", *, waits_for_row: bool) -> None:
        """Run a batch, answer it, announce its changes, and have the next one led.

        Unless the leader is patient, a batch whose event's row somebody else holds is left to
        those who are.
        """
        if not batch:
            # All have given up.
            self._start_next_batch()
            return
        changes: list[ChangeSet] = []
        try:
            changes = self._run(batch, waits_for_row=waits_for_row)
        except _RowLocked:
            _row_waiters.submit(self._lead_in_pool, batch, waits_for_row=True)
            return
        except BaseException:
            self._answer(batch)
            self._start_next_batch()
            raise
        metrics.batch_commands.observe(len(batch))
        self._answer(batch)
        # Before anybody else can commit, so that announcements leave in the log's order.
        for change_set in changes:
            seats_changed.send_robust(sender=CommandQueue, changes=change_set)
        self._start_next_batch()

    def _answer(self, batch: list[_QueueItem]) -> None:
        """Wake all who wait for a batch, the coroutines of one loop together."""
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for item in batch:
            item.done.set()
            if item.waiting is not None:
                by_loop.setdefault(item.waiting.get_loop(), []).append(item.waiting)
        for loop, waiting in by_loop.items():
            # Its server may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_wake, waiting)

    def _take(self) -> list[_QueueItem]:
        """Take the next batch off the queue; it is empty if all have given up."""
        batch: list[_QueueItem] = []
        seats: set[int] = set()
        with self._lock:
            while self._queue and len(batch) < MAX_BATCH_COMMANDS:
                seats.update(self._queue[0].command.reads().seat_ids)
                if batch and len(seats) > MAX_BATCH_SEATS:
                    break
                batch.append(self._queue.popleft())
        return batch

    def _start_next_batch(self) -> None:
        with self._lock:
            is_led = self._is_led = bool(self._queue)
        if is_led:
            self._start_leader()

    def _run(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Give every ticket its result, and return what was committed.

        A ticket that is left without one could not be decided in time. Raises: _RowIsHeld.
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
                # Each command by itself would wait for the same row.
                return []
        changes: list[ChangeSet] = []
        if len(batch) > 1:
            for item in batch:
                if time.monotonic() - started > SINGLES_SECONDS:
                    break
                # The batch may turn out to have been committed after all.
                if item.result is None:
                    changes += self._run([item], waits_for_row=True)
        return changes

    def _attempt(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Commit a batch, again if it failed for a reason that may pass.

        Raises: EventNotFound, _RowIsHeld, django.db.Error.
        """
        for seconds in RETRY_SECONDS:
            started = time.monotonic()
            try:
                return self._commit(batch, waits_for_row=waits_for_row)
            except (OperationalError, InterfaceError) as error:
                is_slow = time.monotonic() - started > QUICK_SECONDS
                if database.is_lock_timeout(error) or (is_slow and batch[0].doubt is None):
                    raise
                metrics.retried_batches.inc()
                logger.warning("A batch of %d is run again: %s", len(batch), error)
                time.sleep(seconds * random.uniform(0.5, 1.5))
        try:
            return self._commit(batch, waits_for_row=waits_for_row)
        except (OperationalError, InterfaceError):
            with transaction.atomic():
                self._lock_event(batch, waits_for_row=True)
                done = _done_before(batch)
            if done is None:
                raise
            return done.settle()

    @metrics.transaction_seconds.time()
    def _commit(self, batch: list[_QueueItem], *, waits_for_row: bool) -> list[ChangeSet]:
        """Decide a batch in one transaction, unless an earlier attempt at it was committed.

        Raises: EventNotFound, _RowIsHeld, django.db.Error.
        """
        done = decided = None
        try:
            with transaction.atomic():
                event, at = self._lock_event(batch, waits_for_row=waits_for_row)
                done = _done_before(batch)
                decided = done or _decide(event, batch, now=self._clock() if self._clock else at)
        except Exception:
            if decided is None:
                raise
            if done is None:
                for item in batch:
                    item.doubt = decided
                raise
        return decided.settle()

    def _lock_event(
        self, batch: list[_QueueItem], *, waits_for_row: bool
    ) -> tuple[Event, datetime]:
        """Lock the event's row.

        Wait only briefly if nobody waits for the batch, if the row was held too long already, or
        if somebody more patient can take over. Raises: EventNotFound, _RowIsHeld, django.db.Error.
        """
        is_background = all(isinstance(item.command, ReleaseExpired) for item in batch)
        is_held = self._is_known_to_be_held()
        briefly = is_background or is_held or not waits_for_row
        try:
            found = lock_event(self._event_id, briefly=briefly)
        except OperationalError as error:
            if not database.is_lock_timeout(error):
                raise
            if not (waits_for_row or is_background or is_held):
                raise _RowLocked from error
            # A row for which others wait, too, may take a quarter of a second.
            if is_held or not is_background:
                _held_until[self._event_id] = time.monotonic() + HELD_SECONDS
            raise
        _held_until.pop(self._event_id, None)
        return found

    def _is_known_to_be_held(self) -> bool:
        return _held_until.get(self._event_id, 0.0) > time.monotonic()


class _RowLocked(Exception):
    """Somebody else holds the event's row for longer than this thread may wait."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a batch came to, in the order of its tickets.

    `decisions` leaves out what is only an earlier answer again. What `trace` returns finds
    something once the batch is committed; None where deciding it once more comes to the same.
    """

    batch: list[_QueueItem]
    results: list[CommandResult | SeatcastError]
    decisions: list[Decision]
    changes: ChangeSet | None
    trace: Callable[[], QuerySet[Any] | None]

    def settle(self) -> list[ChangeSet]:
        """Give each ticket its result, once it is committed, and return what was."""
        for item, result in zip(self.batch, self.results, strict=True):
            item.result = result
        metrics.count_decided((each.command, each.outcome) for each in self.decisions)
        return [self.changes] if self.changes else []


_queues: WeakValueDictionary[int, CommandQueue] = WeakValueDictionary()
_queues_lock = threading.Lock()
# Until when nobody waits long for an event's row, by the event's id.
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


def _done_before(batch: list[_QueueItem]) -> _Decided | None:
    """Return what an earlier attempt at a batch, or at one it was in, came to if it was committed.

    The caller has the event's row: whoever was still committing had it. Raises: django.db.Error.
    """
    doubt = batch[0].doubt
    if doubt is None:
        return None
    trace = doubt.trace()
    if trace is not None and trace.exists():
        return doubt
    for item in doubt.batch:
        item.doubt = None
    return None


def _decide(event: Event, batch: list[_QueueItem], *, now: datetime) -> _Decided:
    """Decide and write a batch under the event's lock."""
    commands = [item.command for item in batch]
    unit = UnitOfWork.open(event=event, commands=commands, now=now)
    keyed = KeyedAnswers.open(
        event=event, asked=[(item.command, item.key) for item in batch], now=unit.now
    )
    decided: list[Decision] = []
    outcomes: dict[_QueueItem, Outcome] = {}
    for item in batch:
        command = item.command
        if keyed.is_first(command, item.key):
            outcomes[item] = outcome = decide(command, unit.state)
            decided.append(Decision(command, outcome, item.source))
            if isinstance(outcome.refusal, UnderWay):
                keyed.let_go(command, item.key)
    changes = unit.write(decided)
    results: list[CommandResult | SeatcastError] = []
    for item in batch:
        if item in outcomes:
            result = outcomes[item].refusal or unit.answer(outcomes[item])
            keyed.keep(item.command, item.key, result)
        else:
            result = keyed.earlier(item.command, item.key)
        results.append(result)
    keyed.write()
    return _Decided(batch, results, decided, changes, trace=partial(unit.trace_of, decided))


def _require_no_transaction() -> None:
    """Raises: RuntimeError inside a transaction, before others' commands can suffer from it."""
    blocks = connection.atomic_blocks
    # What Django's tests wrap themselves in does not count, as for `atomic(durable=True)`.
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("A queue commits; it cannot work inside a transaction.")
