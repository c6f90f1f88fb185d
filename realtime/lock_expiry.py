"""Write down that locks have run out, at the events that are watched in this process.

Concurrency. Runs on the loop that serves the sockets. RELEASES_AT_ONCE commands, one for each
event, are at desks at a time, besides those that have taken longer than PATIENCE_SECONDS.

Lifecycle. One task, which ends when no event is watched.

Guarantees. While an event's row can be had, its seats are released within about
SEATCAST_HEAD_CHECK_SECONDS of their deadline. An event whose row is held is tried again later, and
after all others; those it delays by PATIENCE_SECONDS at the most.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from django.conf import settings
from django.db import Error

from realtime.messages import now_ms
from reservations.domain.commands import ReleaseExpired
from reservations.domain.errors import EventNotFound, SeatcastError
from reservations.write import command_queue

RELEASES_AT_ONCE = 2
PATIENCE_SECONDS = 0.1
"""How long one release may take before the next one does not wait for it any more."""

logger = logging.getLogger(__name__)

Deadlines = Callable[[], Iterable[tuple[int, int | None]]]


class ExpiredLockReleaser:
    """The releases of the events whose ids and next deadlines `deadlines` yields."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._under_way: dict[int, asyncio.Task[None]] = {}
        # Events that could not be released, the one that was tried longest ago first.
        self._failed: dict[int, None] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it has begun already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._release_until_idle())
            self._task.add_done_callback(self._start_again)

    def stop(self) -> None:
        """End. What desks have already is decided all the same."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        for task in self._under_way.values():
            task.cancel()

    def _start_again(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error("The release of expired locks has ended", exc_info=error)
            self.start()

    async def _release_until_idle(self) -> None:
        while True:
            await asyncio.sleep(settings.SEATCAST_HEAD_CHECK_SECONDS)
            await self._release_all(self._due())

    def _due(self) -> list[int]:
        """Return the events to try now: first those that did not fail last time."""
        now = now_ms()
        due = {
            event_id
            for event_id, deadline in self._deadlines()
            if deadline is not None and deadline <= now and event_id not in self._under_way
        }
        self._failed = {event_id: None for event_id in self._failed if event_id in due}
        return [*(due - self._failed.keys()), *self._failed]

    async def _release_all(self, event_ids: Iterable[int]) -> None:
        """Release events in this order; of those that failed last time, while it is quick."""
        waited_for: set[asyncio.Task[None]] = set()
        for event_id in event_ids:
            if len(waited_for) == RELEASES_AT_ONCE:
                done, waited_for = await asyncio.wait(
                    waited_for, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if not done and event_id in self._failed:
                    return
                if not done:
                    waited_for = set()
            task = asyncio.create_task(self._release(event_id))
            self._under_way[event_id] = task
            task.add_done_callback(partial(self._forget, event_id))
            waited_for.add(task)

    def _forget(self, event_id: int, _: "asyncio.Task[None]") -> None:
        del self._under_way[event_id]

    async def _release(self, event_id: int) -> None:
        try:
            await command_queue.asubmit(event_id=event_id, command=ReleaseExpired())
            self._failed.pop(event_id, None)
        except EventNotFound:
            pass  # Whoever compares it with the database will notice.
        except (Error, SeatcastError) as error:
            self._failed.pop(event_id, None)
            self._failed[event_id] = None
            logger.warning("Expired locks of event %d are not released yet: %r", event_id, error)
