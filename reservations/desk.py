"""The desk: where an event's commands queue up, and are decided and committed together.

Concurrency. There is one desk per event and process. The first thread that brings a command to
an idle desk serves it: it takes what has queued up, runs one transaction for all of it, answers,
rings the doorbell, and hands the desk to the next waiting thread. The desk has no thread of its
own, so it works the same under ASGI's request threads, WSGI workers and management commands, and
only the serving thread needs a database connection. A command that a loop brings has no thread to
serve with; where its turn comes, one of a few that all desks share does.

Guarantees. Nobody is answered before the commit. A command's refusal undoes nothing. A batch that
fails for a passing reason is run again; if it fails for good, its commands are run one by one, so
that none can fail another. Should the answer to a commit be lost, what the attempt decided is kept,
and nothing is decided anew before a look, under the event's row, has told that it was not
committed. Across processes everything about one event is serial, because the event's row is locked
first. An event whose row somebody holds takes a thread and a connection from the others for five
seconds once, and after that for a quarter of a second at a time until its row is free.

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
from enum import Enum, auto
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from reservations import database, metrics
from reservations.changes import ChangeSet, seats_changed
from reservations.commands import Command, ReleaseExpired, seat_ids_of
from reservations.errors import Busy, SeatcastError, Unavailable, UnderWay
from reservations.keys import KeyedAnswers
from reservations.ledger import Decision, Ledger, lock_event
from reservations.models import Event
from reservations.records import Answer
from reservations.requests import request_id
from reservations.rules import Outcome, decide
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
# How many desks at a time are served for loops; each needs a connection to the database, and by
# default two are left to those who read.
SERVING_THREADS = 6
# For how long after an event's row was held too long nobody waits for it as long again.
HELD_SECONDS = 10.0

logger = logging.getLogger(__name__)
_serving = ThreadPoolExecutor(SERVING_THREADS, thread_name_prefix="desk")


def submit(*, event_id: int, command: Command, key: str | None = None) -> Answer:
    """Have a command decided and committed, and return its answer.

    With an idempotency `key` (scoped to the actor and the event) the work is done once, however
    often the same command comes, and the answer is the same each time.

    Raises: SeatcastError, with which the command was refused; Busy or Unavailable when it could
    not be decided in time. RuntimeError inside a transaction, which would answer before a commit.
    """
    return _desk(event_id).submit(command, key)


async def submit_from_loop(*, event_id: int, command: Command, key: str | None = None) -> Answer:
    """As `submit`, for a coroutine: its loop does something else meanwhile.

    Raises: SeatcastError, as there. To cancel the coroutine does not take the command back.
    """
    return await _desk(event_id).submit_from_loop(command, key)


def queued() -> int:
    """Return how many commands wait at the desks of this process."""
    with _desks_lock:
        return sum(desk.queued() for desk in _desks.values())


class _Stage(Enum):
    QUEUED = auto()
    SERVING = auto()  # its own thread must serve the desk
    TAKEN = auto()  # a batch has it
    DONE = auto()


@dataclass(slots=True, eq=False)
class _Ticket:
    """A command on its way through the desk. Its stage changes under the desk's lock only.

    `waiting` is what waits for it in a loop, if no thread does.
    """

    command: Command
    key: str | None
    request_id: UUID | None = field(default_factory=request_id.get)
    source: Source | None = field(default_factory=source.get)
    waiting: "asyncio.Future[None] | None" = None
    stage: _Stage = _Stage.QUEUED
    moved: threading.Event = field(default_factory=threading.Event)
    result: Answer | SeatcastError | None = None
    # What its batch came to, if it is not known whether that was committed.
    doubt: "_Decided | None" = None

    def answer(self) -> Answer:
        """Return what was decided. Raises: SeatcastError."""
        if self.result is None:
            raise Unavailable
        if isinstance(self.result, SeatcastError):
            raise self.result
        return self.result


class Desk:
    """The desk of one event in this process.

    `clock` returns the time, aware, in UTC, and is asked once the event is locked; without one it
    is the database's.
    """

    def __init__(self, event_id: int, *, clock: Callable[[], datetime] | None = None) -> None:
        self._event_id = event_id
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._is_served = False

    def submit(self, command: Command, key: str | None = None) -> Answer:
        """See the module's `submit`."""
        _require_no_transaction()
        ticket = _Ticket(command, key)
        if not self._queue_up(ticket):
            self._wait(ticket)
        if ticket.stage is _Stage.SERVING:
            self._serve()
        return ticket.answer()

    async def submit_from_loop(self, command: Command, key: str | None = None) -> Answer:
        """See the module's `submit_from_loop`."""
        waiting = asyncio.get_running_loop().create_future()
        ticket = _Ticket(command, key, waiting=waiting)
        if self._queue_up(ticket):
            _serving.submit(self._serve_for_loops)
            await self._wait_in_loop(ticket, waiting)
        else:
            with metrics.wait_seconds.time():
                await self._wait_in_loop(ticket, waiting)
        return ticket.answer()

    def _queue_up(self, ticket: _Ticket) -> bool:
        """Take a ticket in; tell whether its bringer must serve: nobody does. Raises: Busy."""
        with self._lock:
            if len(self._queue) >= MAX_QUEUED_COMMANDS:
                raise Busy
            self._queue.append(ticket)
            if self._is_served:
                return False
            self._is_served = True
            if ticket.waiting is None:
                ticket.stage = _Stage.SERVING
            return True

    def queued(self) -> int:
        """Return how many commands wait."""
        return len(self._queue)

    @metrics.wait_seconds.time()
    def _wait(self, ticket: _Ticket) -> None:
        """Wait until the ticket is done or its own thread must serve. Raises: Busy, in time."""
        seconds = settings.SEATCAST_DESK_WAIT_SECONDS
        # Those who serve need it, and those who have not come as far as the queue.
        database.release_connection()
        if ticket.moved.wait(seconds):
            return
        self._give_up(ticket)
        # Its batch is running, and the database's time-outs bound that.
        if not ticket.moved.wait(seconds):
            raise Busy

    async def _wait_in_loop(self, ticket: _Ticket, waiting: "asyncio.Future[None]") -> None:
        """As `_wait`."""
        seconds = settings.SEATCAST_DESK_WAIT_SECONDS
        if (await asyncio.wait([waiting], timeout=seconds))[0]:
            return
        self._give_up(ticket)
        if not (await asyncio.wait([waiting], timeout=seconds))[0]:
            raise Busy

    def _give_up(self, ticket: _Ticket) -> None:
        """Take a ticket back if no batch has it. Raises: Busy, then."""
        with self._lock:
            if ticket.stage is _Stage.QUEUED:
                self._queue.remove(ticket)
                raise Busy

    def _serve_for_loops(self) -> None:
        try:
            self._serve()
        finally:
            database.release_connection()

    def _serve(self) -> None:
        """Run one batch, answer it, ring the doorbell, and pass the desk on."""
        with self._lock:
            batch = self._take()
            if not batch:
                # All have given up.
                self._is_served = False
                return
        metrics.batch_commands.observe(len(batch))
        changes: list[ChangeSet] = []
        try:
            changes = self._run(batch)
        finally:
            self._answer(batch)
            # Rung before anybody else can commit, so that doorbells leave in the log's order.
            for change_set in changes:
                seats_changed.send_robust(sender=Desk, changes=change_set)
            with self._lock:
                self._pass_on()

    def _answer(self, batch: list[_Ticket]) -> None:
        """Wake all who wait for a batch, those of a loop together."""
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        with self._lock:
            for ticket in batch:
                ticket.stage = _Stage.DONE
                if ticket.waiting is None:
                    ticket.moved.set()
                else:
                    by_loop.setdefault(ticket.waiting.get_loop(), []).append(ticket.waiting)
        for loop, waiting in by_loop.items():
            # Its server may have ended meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_wake, waiting)

    def _take(self) -> list[_Ticket]:
        batch: list[_Ticket] = []
        seats: set[int] = set()
        while self._queue and len(batch) < MAX_BATCH_COMMANDS:
            seats.update(seat_ids_of(self._queue[0].command))
            if batch and len(seats) > MAX_BATCH_SEATS:
                break
            ticket = self._queue.popleft()
            ticket.stage = _Stage.TAKEN
            batch.append(ticket)
        return batch

    def _pass_on(self) -> None:
        if not self._queue:
            self._is_served = False
            return
        heir = self._queue[0]
        if heir.waiting is not None:
            _serving.submit(self._serve_for_loops)
            return
        heir.stage = _Stage.SERVING
        heir.moved.set()

    def _run(self, batch: list[_Ticket]) -> list[ChangeSet]:
        """Give every ticket its result, and return what was committed.

        A ticket that is left without one could not be decided in time.
        """
        started = time.monotonic()
        try:
            return self._attempt(batch)
        except SeatcastError as error:
            for ticket in batch:
                ticket.result = error
            return []
        except Exception as error:
            metrics.failed_batches.inc()
            logger.exception("A batch of %d failed", len(batch), extra={"event_id": self._event_id})
            if database.is_held_row(error):
                # Each command by itself would wait for the same row.
                return []
        changes: list[ChangeSet] = []
        if len(batch) > 1:
            for ticket in batch:
                if time.monotonic() - started > SINGLES_SECONDS:
                    break
                # The batch may turn out to have been committed after all.
                if ticket.result is None:
                    changes += self._run([ticket])
        return changes

    def _attempt(self, batch: list[_Ticket]) -> list[ChangeSet]:
        """Commit a batch, again if it failed for a reason that may pass.

        Raises: EventNotFound, django.db.Error.
        """
        for seconds in RETRY_SECONDS:
            started = time.monotonic()
            try:
                return self._commit(batch)
            except (OperationalError, InterfaceError) as error:
                is_slow = time.monotonic() - started > QUICK_SECONDS
                if database.is_held_row(error) or (is_slow and batch[0].doubt is None):
                    raise
                metrics.retried_batches.inc()
                logger.warning("A batch of %d is run again: %s", len(batch), error)
                time.sleep(seconds * random.uniform(0.5, 1.5))
        try:
            return self._commit(batch)
        except (OperationalError, InterfaceError):
            with transaction.atomic():
                self._lock_event(batch)
                done = _done_before(batch)
            if done is None:
                raise
            return done.settle()

    @metrics.transaction_seconds.time()
    def _commit(self, batch: list[_Ticket]) -> list[ChangeSet]:
        """Decide a batch in one transaction, unless an earlier attempt at it was committed.

        Raises: EventNotFound, django.db.Error.
        """
        done = decided = None
        try:
            with transaction.atomic():
                event, at = self._lock_event(batch)
                done = _done_before(batch)
                decided = done or _decide(event, batch, now=self._clock() if self._clock else at)
        except Exception:
            if decided is None:
                raise
            if done is None:
                for ticket in batch:
                    ticket.doubt = decided
                raise
        return decided.settle()

    def _lock_event(self, batch: list[_Ticket]) -> tuple[Event, datetime]:
        """Take the event's row. Wait briefly if nobody waits for the batch, or the row was held
        too long already. Raises: EventNotFound, django.db.Error.
        """
        is_background = all(isinstance(ticket.command, ReleaseExpired) for ticket in batch)
        is_held = _held_until.get(self._event_id, 0.0) > time.monotonic()
        if is_background or is_held:
            database.wait_briefly_for_rows()
        try:
            found = lock_event(self._event_id)
        except OperationalError as error:
            # A row for which others wait, too, may take a quarter of a second.
            if database.is_held_row(error) and (is_held or not is_background):
                _held_until[self._event_id] = time.monotonic() + HELD_SECONDS
            raise
        _held_until.pop(self._event_id, None)
        return found


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a batch came to, in the order of its tickets.

    `decisions` leaves out what is only an earlier answer again. What `trace` returns finds
    something once the batch is committed; None where deciding it once more comes to the same.
    """

    batch: list[_Ticket]
    results: list[Answer | SeatcastError]
    decisions: list[Decision]
    changes: ChangeSet | None
    trace: Callable[[], QuerySet[Any] | None]

    def settle(self) -> list[ChangeSet]:
        """Give each ticket its result, once it is committed, and return what was."""
        for ticket, result in zip(self.batch, self.results, strict=True):
            ticket.result = result
        metrics.count_decided((each.command, each.outcome) for each in self.decisions)
        return [self.changes] if self.changes else []


_desks: WeakValueDictionary[int, Desk] = WeakValueDictionary()
_desks_lock = threading.Lock()
# Until when nobody waits long for an event's row, by the event's id.
_held_until: dict[int, float] = {}


def _desk(event_id: int) -> Desk:
    with _desks_lock:
        desk = _desks.get(event_id)
        if desk is None:
            desk = _desks[event_id] = Desk(event_id)
    return desk


def _wake(waiting: "list[asyncio.Future[None]]") -> None:
    for future in waiting:
        future.set_result(None)


def _done_before(batch: list[_Ticket]) -> _Decided | None:
    """Return what an earlier attempt at a batch, or at one it was in, came to if it was committed.

    The caller has the event's row: whoever was still committing had it. Raises: django.db.Error.
    """
    doubt = batch[0].doubt
    if doubt is None:
        return None
    trace = doubt.trace()
    if trace is not None and trace.exists():
        return doubt
    for ticket in doubt.batch:
        ticket.doubt = None
    return None


def _decide(event: Event, batch: list[_Ticket], *, now: datetime) -> _Decided:
    """Decide and write a batch under the event's lock."""
    commands = [ticket.command for ticket in batch]
    ledger = Ledger.open(event=event, commands=commands, now=now)
    keyed = KeyedAnswers.open(
        event=event, asked=[(ticket.command, ticket.key) for ticket in batch], now=ledger.now
    )
    decided: list[Decision] = []
    outcomes: dict[_Ticket, Outcome] = {}
    for ticket in batch:
        command = ticket.command
        if keyed.is_first(command, ticket.key):
            outcomes[ticket] = outcome = decide(command, ledger.board)
            decided.append(Decision(command, outcome, ticket.request_id, ticket.source))
            if isinstance(outcome.refusal, UnderWay):
                keyed.let_go(command, ticket.key)
    changes = ledger.write(decided)
    results: list[Answer | SeatcastError] = []
    for ticket in batch:
        if ticket in outcomes:
            result = outcomes[ticket].refusal or ledger.answer(outcomes[ticket])
            keyed.keep(ticket.command, ticket.key, result)
        else:
            result = keyed.earlier(ticket.command, ticket.key)
        results.append(result)
    keyed.write()
    return _Decided(batch, results, decided, changes, trace=partial(ledger.trace_of, decided))


def _require_no_transaction() -> None:
    """Raises: RuntimeError inside a transaction, before others' commands can suffer from it."""
    blocks = connection.atomic_blocks
    # What Django's tests wrap themselves in does not count, as for `atomic(durable=True)`.
    if blocks and not getattr(blocks[-1], "_from_testcase", False):
        raise RuntimeError("The desk commits; it cannot work inside a transaction.")
