"""Release expired locks of the events that are watched in this process.

Concurrency. Runs on the event loop that serves the sockets. Up to RELEASES_AT_ONCE commands, one
per event, are queued at a time; those that take longer than PATIENCE_SECONDS are no longer counted.

Lifecycle. One task, which runs while any event is watched.

Guarantees. While an event's row can be locked, its seats are released within about
SEATCAST_HEAD_CHECK_SECONDS of their deadline by the first of its hubs, and if that one does not, by
the others within twice that. An event whose row is locked by someone else is
retried after all others, and delays those by at most PATIENCE_SECONDS.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from django.conf import settings
from django.db import Error

from realtime.messages import now_ms
from reservations.bookings import command_queue
from reservations.domain.commands import ReleaseExpired
from reservations.domain.errors import EventNotFound, SeatcastError

RELEASES_AT_ONCE = 2
PATIENCE_SECONDS = 0.1
"""How long the next release waits for the previous one."""

logger = logging.getLogger(__name__)

Releases = Callable[[], Iterable[tuple[int, int | None]]]


class ExpiredLockReleaser:
    """Releases expired locks. `releases` yields each event's id and when one is due, in ms."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        # Events whose release failed, least recently tried first.
        self._failed: dict[int, None] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the task unless it is running."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._release_until_idle())
            self._task.add_done_callback(self._start_again)

    def stop(self) -> None:
        """Stop the task. Commands that are queued already are still executed."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        for task in self._in_flight.values():
            task.cancel()

    def _start_again(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            logger.error(
                "The task that releases expired locks has failed; restarting it", exc_info=error
            )
            self.start()

    async def _release_until_idle(self) -> None:
        while True:
            await asyncio.sleep(settings.SEATCAST_HEAD_CHECK_SECONDS)
            await self._release_all(self._due())

    def _due(self) -> list[int]:
        """Return the events with expired locks, those that failed last time at the end."""
        now = now_ms()
        due = {
            event_id
            for event_id, release_ms in self._releases()
            if release_ms is not None and release_ms <= now and event_id not in self._in_flight
        }
        self._failed = {event_id: None for event_id in self._failed if event_id in due}
        return [*(due - self._failed.keys()), *self._failed]

    async def _release_all(self, event_ids: Iterable[int]) -> None:
        """Release events in this order. Skip the rest once only failed ones remain and they are
        slow.
        """
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
            self._in_flight[event_id] = task
            task.add_done_callback(partial(self._discard, event_id))
            waited_for.add(task)

    def _discard(self, event_id: int, _: "asyncio.Task[None]") -> None:
        del self._in_flight[event_id]

    async def _release(self, event_id: int) -> None:
        try:
            await command_queue.asubmit(event_id=event_id, command=ReleaseExpired())
            self._failed.pop(event_id, None)
        except EventNotFound:
            pass  # `realtime.heads` closes the hub.
        except (Error, SeatcastError) as error:
            self._failed.pop(event_id, None)
            self._failed[event_id] = None
            logger.warning(
                "Expired locks of event %d could not be released yet: %r", event_id, error
            )
