"""Viewers, and one frame to all of them.

Invariant: what a viewer is sent starts where the last that it was sent ended. Who cannot take a
frame gets no more of them until its line is free, and then the newest state in one.
"""

import asyncio
import time
from collections.abc import Callable

from realtime import metrics
from realtime.messages import CloseCode
from realtime.transports import Frame, Send, transport_for

VIEWERS_BETWEEN_YIELDS = 100
MAX_SECONDS_BEHIND = 20.0


class Viewer:
    """One socket. `seq` is what it was sent last; it is behind while its line has been full since.

    `on_return(viewer)` is called when a viewer who was behind can be sent to again. `is_admitted`
    says that it may watch what is not for everybody.
    """

    __slots__ = ("_send_missed", "behind_since", "is_admitted", "seq", "transport")

    def __init__(self, send: Send) -> None:
        self.transport = transport_for(send, on_writable=self.on_writable)
        self.seq: int | None = None
        self.is_admitted = False
        self.behind_since: float | None = None
        self._send_missed: Callable[[Viewer], None] | None = None

    def join(self, send_missed: Callable[["Viewer"], None]) -> None:
        self._send_missed = send_missed

    def leave(self) -> None:
        self._send_missed = None

    def offer(self, frame: Frame, *, seq: int) -> None:
        """Send a frame that brings the viewer to number `seq`, unless its line is full."""
        if self.transport.offer(frame):
            self.seq = seq
            self.behind_since = None
        elif self.behind_since is None:
            self.behind_since = time.monotonic()

    def on_writable(self) -> None:
        """Have the viewer told what it has missed."""
        if self._send_missed is not None and self.behind_since is not None:
            self._send_missed(self)


class ViewerGroup:
    """The viewers of one event in this process."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def behind(self) -> int:
        """Return how many viewers have full lines."""
        return sum(viewer.behind_since is not None for viewer in tuple(self._viewers))

    def add(self, viewer: Viewer, *, send_missed: Callable[[Viewer], None]) -> None:
        self._viewers.add(viewer)
        viewer.join(send_missed)

    def remove(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        viewer.leave()

    async def publish(self, frame: Frame, *, since: int, seq: int) -> None:
        """Send everybody a frame that leads from number `since` to `seq`.

        Only one at a time, which keeps frames in order. Who is elsewhere is left out: behind, and
        so told later, or come in the middle of this, and so told already.
        """
        sent = 0
        for number, viewer in enumerate(tuple(self._viewers), start=1):
            if viewer.seq == since and viewer.behind_since is None:
                viewer.offer(frame, seq=seq)
                sent += 1
            if number % VIEWERS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)
        metrics.frames_sent.inc(sent)

    async def resend_all(self, send_first_frame: Callable[[Viewer], None]) -> None:
        """Forget what everybody was sent, and `greet` them one after the other."""
        viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.seq = None
        for number, viewer in enumerate(viewers, start=1):
            if viewer.seq is None and viewer in self._viewers:
                send_first_frame(viewer)
            if number % VIEWERS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)

    def close_all(self, code: int) -> None:
        """Close every viewer's socket."""
        for viewer in tuple(self._viewers):
            viewer.transport.close(code)

    def close_not_admitted(self, code: int) -> None:
        """Close the sockets of those who were let in as anybody."""
        for viewer in tuple(self._viewers):
            if not viewer.is_admitted:
                viewer.transport.close(code)

    def close_slow(self) -> None:
        """Close the sockets of those who have been behind for too long."""
        too_long_ago = time.monotonic() - MAX_SECONDS_BEHIND
        for viewer in tuple(self._viewers):
            if viewer.behind_since is not None and viewer.behind_since < too_long_ago:
                viewer.transport.close(CloseCode.TOO_SLOW)
