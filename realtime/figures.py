"""The figures of one event's sale, sent to its organisers on this process's sockets.

Concurrency. Runs on the event loop that serves the sockets; the figures are read in threads of
their own. A failure is told to the organisers and never closes anyone.

Lifecycle. Created for the event's first organiser; one task, which ends with the last one. An event
without organisers costs its hub nothing.

Guarantees. The figures are read once for all organisers of the process: at most once a second after
changes, and every IDLE_SECONDS without any, because time alone ends holds and bookings. Organisers
are sent a frame only if it differs from their last one. Frames are absolute, so a missed one does
no harm: whoever had no room for it is sent the newest a second later. While a long log is read for
the first time, the frames tell how far, and other events of the process are read in between.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.db import Error

from realtime import metrics, threads
from realtime.frames import Frame
from realtime.messages import figures_frame, now_ms
from realtime.viewers import Viewer
from reservations.box_office.sale_figures import Reading, SaleFiguresRecord, figures_or_reading
from reservations.domain.errors import EventNotFound
from reservations.runtime.threads import in_thread

PAUSE_SECONDS = 1.0
IDLE_SECONDS = 3.0

logger = logging.getLogger(__name__)


class FiguresFeed:
    """Sends an event's figures to its organisers.

    `hears_notifications` returns whether messages of the channel layer arrive in this process.
    """

    def __init__(self, event_id: int, *, hears_notifications: Callable[[], bool]) -> None:
        self._event_id = event_id
        self._hears_notifications = hears_notifications
        # The frame that each organiser was sent last.
        self._sent: dict[Viewer, Frame | None] = {}
        self._figures: SaleFiguresRecord | None = None
        # The share of the log that has been read while there are no figures yet.
        self._reading: float | None = None
        self._has_database = True
        self._frame: Frame | None = None
        self._content = ""
        self._is_woken = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, viewer: Viewer) -> None:
        """Send a viewer the figures from now on."""
        self._sent[viewer] = None
        self._send()
        self.wake()

    def remove(self, viewer: Viewer) -> None:
        self._sent.pop(viewer, None)

    def wake(self) -> None:
        """Read the figures soon, because something has changed."""
        self._is_woken.set()

    def close(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._is_woken.wait()
            self._is_woken.clear()
            try:
                await self._read()
            except Exception:
                logger.exception(
                    "The figures of event %d cannot be told",
                    self._event_id,
                    extra={"event_id": self._event_id},
                )
            if self._reading is None:
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self.wake()

    async def _read(self) -> None:
        try:
            read = partial(figures_or_reading, event_id=self._event_id)
            found = await in_thread(read, threads.FIGURES)
            self._reading = found.done / found.total if isinstance(found, Reading) else None
            if not isinstance(found, Reading):
                self._figures = found
            self._has_database = True
        except EventNotFound:
            # `realtime.heads` closes the hub.
            return
        except Error as error:
            self._has_database, self._reading = False, None
            logger.warning("No new figures of event %d: %s", self._event_id, error)
        self._write()
        self._send()

    def _write(self) -> None:
        """Make a new frame if anything but the time has changed."""
        health = {"database": self._has_database, "notifications": self._hears_notifications()}
        told = {key: value for key, value in (self._figures or {}).items() if key != "now"}
        reading = None if self._reading is None else round(self._reading, 2)
        content = json.dumps([health, told, reading], sort_keys=True)
        if content != self._content:
            self._content = content
            self._frame = Frame(
                figures_frame(
                    figures=self._figures, now_ms=now_ms(), health=health, reading=reading
                )
            )
            metrics.frame("figures").inc()

    def _send(self) -> None:
        if self._frame is None:
            return
        for viewer, sent in self._sent.items():
            has_room = viewer.behind_since is None and sent is not self._frame
            if has_room and viewer.transport.offer(self._frame):
                self._sent[viewer] = self._frame
