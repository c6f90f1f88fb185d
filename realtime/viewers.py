"""The viewers of an event, and the fan-out of a frame to all of them.

Invariant: each frame starts where the viewer's previous one ended. A viewer whose send buffer is
full receives no further frames until it is writable again, and then the newest state in one frame.
"""

import asyncio
import time
from collections.abc import Callable

from realtime import metrics
from realtime.frames import Frame
from realtime.messages import CloseCode, Subscribe
from realtime.subscriptions import Subscription
from realtime.transports import Send, transport_for

VIEWERS_BETWEEN_YIELDS = 100
MAX_SECONDS_BEHIND = 20.0


class Viewer:
    """One socket or event stream.

    `seq` is the sequence number of its last frame. `behind_since` is when its send buffer became
    full (None if it is not), by the monotonic clock. `is_admitted` is whether it was authorised to
    watch a members-only event. `subscription` is None while it watches the whole map.
    """

    __slots__ = (
        "_request",
        "_send_missed",
        "behind_since",
        "is_admitted",
        "seq",
        "subscription",
        "transport",
    )

    def __init__(self, send: Send, *, is_stream: bool = False) -> None:
        self.transport = transport_for(send, is_stream=is_stream, on_writable=self.on_writable)
        self.seq: int | None = None
        self.is_admitted = False
        self.subscription: Subscription | None = None
        self.behind_since: float | None = None
        self._send_missed: Callable[[Viewer], None] | None = None
        self._request: Callable[[Viewer, Subscribe], None] | None = None

    def join(
        self,
        send_missed: Callable[["Viewer"], None],
        request: "Callable[[Viewer, Subscribe], None] | None" = None,
    ) -> None:
        """Call `send_missed` with this viewer whenever it is writable again after being behind, and
        `request` with what it wants to subscribe to.
        """
        self._send_missed, self._request = send_missed, request

    def leave(self) -> None:
        self._send_missed = self._request = None

    def subscribe(self, message: Subscribe) -> None:
        """Change the sections that the viewer is sent. No effect before it has joined."""
        if self._request is not None:
            self._request(self, message)

    def offer(self, frame: Frame, *, seq: int) -> None:
        """Send a frame that leads to `seq`, unless the send buffer is full."""
        if self.transport.offer(frame):
            self.seq = seq
            self.behind_since = None
        elif self.behind_since is None:
            self.behind_since = time.monotonic()

    def on_writable(self) -> None:
        """Send what the viewer has missed."""
        if self._send_missed is not None and self.behind_since is not None:
            self._send_missed(self)


class ViewerGroup:
    """The viewers of one event in this process."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def behind(self) -> int:
        """Return how many viewers have full send buffers."""
        return sum(viewer.behind_since is not None for viewer in tuple(self._viewers))

    def add(
        self,
        viewer: Viewer,
        *,
        send_missed: Callable[[Viewer], None],
        request: Callable[[Viewer, Subscribe], None] | None = None,
    ) -> None:
        self._viewers.add(viewer)
        viewer.join(send_missed, request)

    def has_subscribers(self) -> bool:
        """Return whether any viewer subscribes to sections."""
        return any(viewer.subscription is not None for viewer in self._viewers)

    def has_whole_viewers(self) -> bool:
        """Return whether any viewer watches the whole map."""
        return any(viewer.subscription is None for viewer in self._viewers)

    def remove(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        viewer.leave()

    async def publish(self, frame: Frame, *, since: int, seq: int) -> None:
        """Send a frame that leads from `since` to `seq` to the viewers of the whole map that are at
        `since`.

        Calls must not overlap, which keeps frames in order. Viewers at other numbers are skipped:
        they are behind and catch up later, or joined meanwhile and have this state already.
        """

        def send(viewer: Viewer) -> bool:
            is_meant = viewer.subscription is None and viewer.seq == since
            if is_meant:
                viewer.offer(frame, seq=seq)
            return is_meant

        await self.send_each(send)

    async def publish_beat(
        self, frame_at: Callable[[int], Frame], *, seq: int, to_whole: bool, to_subscribers: bool
    ) -> None:
        """Send a beat to the viewers of the whole map that are at `seq`, and to subscribers.

        `frame_at` returns the beat for a number. Subscribers may be at an older one than `seq`, of
        which they have what they need.
        """

        def send(viewer: Viewer) -> bool:
            if viewer.subscription is None:
                is_meant = to_whole and viewer.seq == seq
            else:
                is_meant = to_subscribers
            if viewer.seq is None or not is_meant:
                return False
            viewer.offer(frame_at(viewer.seq), seq=viewer.seq)
            return True

        await self.send_each(send)

    async def send_each(self, send: Callable[[Viewer], bool]) -> None:
        """Call `send` for each viewer that is not behind; it returns whether it sent a frame."""
        sent = 0
        for number, viewer in enumerate(tuple(self._viewers), start=1):
            if viewer.behind_since is None and send(viewer):
                sent += 1
            if number % VIEWERS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)
        metrics.frames_sent.inc(sent)

    async def resend_all(self, send_first_frame: Callable[[Viewer], None]) -> None:
        """Reset every viewer's `seq` and call `send_first_frame` for each."""
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
        """Close the sockets of viewers that were not authorised for a members-only event."""
        for viewer in tuple(self._viewers):
            if not viewer.is_admitted:
                viewer.transport.close(code)

    def close_slow(self) -> None:
        """Close the sockets that have been behind for more than MAX_SECONDS_BEHIND."""
        oldest = time.monotonic() - MAX_SECONDS_BEHIND
        for viewer in tuple(self._viewers):
            if viewer.behind_since is not None and viewer.behind_since < oldest:
                viewer.transport.close(CloseCode.TOO_SLOW)
