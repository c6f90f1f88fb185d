"""Compare the sequence numbers of all watched events with the database, in one query.

Concurrency. Runs on the event loop that serves the sockets and queries in a thread of its own, so
that other reads cannot delay it. At most one query runs at a time.

Lifecycle. One task, which ends when no event is followed and no request is pending.

Guarantees. Each follower receives its event's head every SEATCAST_HEAD_CHECK_SECONDS. All requests
made before a query starts share its result. Queries are at least MIN_SECONDS_BETWEEN_READS apart.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Protocol

from django.conf import settings

from realtime import threads
from reservations.domain.errors import EventNotFound
from reservations.events import event_heads
from reservations.events.event_heads import EventHead
from reservations.runtime.threads import in_thread

MIN_SECONDS_BETWEEN_READS = 0.1

logger = logging.getLogger(__name__)

_Requests = dict[int, "asyncio.Future[EventHead | None]"]


class Follower(Protocol):
    """A hub whose event is compared with the database. `seq` is the newest number it knows."""

    event_id: int

    @property
    def seq(self) -> int: ...

    def compare(self, head: EventHead | None, *, known: int) -> None:
        """Handle the event's head, None if it is gone. `known` is `seq` before the query."""


class Heads:
    """Reads the heads of followed events periodically, and of other events on request."""

    def __init__(self) -> None:
        self._followers: dict[int, Follower] = {}
        self._requests: _Requests = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, follower: Follower) -> None:
        self._followers[follower.event_id] = follower
        self._start()

    def unfollow(self, follower: Follower) -> None:
        if self._followers.get(follower.event_id) is follower:
            del self._followers[follower.event_id]
            self._wake.set()

    def request(self, event_id: int) -> "asyncio.Future[EventHead | None]":
        """Request an event's head soon; return a future of it, or of None if there is no such
        event.

        The future resolves after the event's follower has handled the head.
        """
        if event_id not in self._requests:
            self._requests[event_id] = asyncio.get_running_loop().create_future()
        self._start()
        self._wake.set()
        return self._requests[event_id]

    async def head_of(self, event_id: int) -> EventHead:
        """Request an event's head and wait for it. Raises: EventNotFound, django.db.Error."""
        # Shielded, because other callers wait for the same future.
        head = await asyncio.shield(self.request(event_id))
        if head is None:
            raise EventNotFound
        return head

    def _start(self) -> None:
        if self._task is None or self._task.done():
            # The event loop may have changed since the last run.
            self._wake = asyncio.Event()
            self._task = asyncio.create_task(self._read_until_idle())
            self._task.add_done_callback(self._start_again)

    def _start_again(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error(
                "The task that compares events with the database has failed; restarting it",
                exc_info=error,
            )
            self._start()

    async def _read_until_idle(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while self._followers or self._requests:
            due = last + settings.SEATCAST_HEAD_CHECK_SECONDS
            if not self._requests:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._wake.wait()
            self._wake.clear()
            requested, self._requests = self._requests, {}
            event_ids = set(requested)
            if loop.time() >= due:
                last = loop.time()
                event_ids.update(self._followers)
            if event_ids:
                await self._read(event_ids, requested)
                await asyncio.sleep(MIN_SECONDS_BETWEEN_READS)

    async def _read(self, event_ids: Iterable[int], requested: _Requests) -> None:
        followers = [self._followers[each] for each in event_ids if each in self._followers]
        known = [follower.seq for follower in followers]
        try:
            heads = await in_thread(
                partial(event_heads.event_heads, event_ids=event_ids), threads.HEADS
            )
        except Exception as error:
            logger.exception("%d events cannot be compared with the database", len(followers))
            for future in requested.values():
                future.set_exception(error)
                # Mark the exception as retrieved, in case the callers have been cancelled.
                future.exception()
            return
        for follower, seq in zip(followers, known, strict=True):
            if self._followers.get(follower.event_id) is follower:
                follower.compare(heads.get(follower.event_id), known=seq)
        for event_id, future in requested.items():
            future.set_result(heads.get(event_id))


heads = Heads()
"""The heads of this process."""
