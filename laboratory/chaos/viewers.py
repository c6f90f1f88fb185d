"""Viewers that check the protocol, and reconnect when they are disconnected."""

import asyncio
import base64
import json
import math
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from deploy.address import Address

# Like the client (`frontend/src/domain/feed/silence.ts`): three beats, each of which says in how
# long the next frame is due.
SILENCE_SECONDS = 9.0
_MISSED_BEATS = 3
_LEAST_SECONDS = 3.0
# While seats change, a second connection is opened when a frame is this late, once in a while.
_MAX_BUSY_SECONDS = 1.0
_DOUBT_MARGIN_SECONDS = 0.7
_BETWEEN_DOUBTS_SECONDS = 10.0
# Viewers spread what all of them do at once.
_SPREAD_SECONDS_PER_VIEWER = 0.001
_MAX_SPREAD_SECONDS = 15.0
_LOCKED = 1
# The code of a connection that ended without a close frame.
_CUT_OFF = 1006
_REFUSALS = (OSError, InvalidHandshake, InvalidMessage, EOFError)


@dataclass(slots=True)
class Viewer:
    """A viewer of one event that reconnects. `seats` has [status, deadline, holder] of each.

    A connection without a frame for `silence_seconds` is closed, as the client does; the next one
    is made to the first of the `spare` addresses. While seats change a second one is made there
    before, `doubt_seconds` after the last frame (None: it is not), and the first of the two to
    bring a frame is kept. `reached` has when each number was reached. `closes` counts the close
    codes of its sockets, `failures` other errors, `doubts` its second connections.
    """

    address: Address
    event_id: int
    seat_count: int
    rng: random.Random
    seq: int | None = None
    layout: str = ""
    seats: list[list[Any]] = field(default_factory=list)
    frames: int = 0
    snapshots: int = 0
    connects: int = 0
    closes: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    spare: tuple[Address, ...] = ()
    reached: list[tuple[float, int]] = field(default_factory=list)
    silence_seconds: float = SILENCE_SECONDS
    doubt_seconds: float | None = None
    doubts: int = 0
    _doubted_at: float = -math.inf
    _spread_seconds: float = 0.0

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._watch_once()
            except ConnectionClosed as closed:
                self.closes[closed.rcvd.code if closed.rcvd else _CUT_OFF] += 1
            except _REFUSALS as error:
                self.failures[type(error).__name__] += 1
            self._take_next_address()
            await asyncio.sleep(self.rng.uniform(0.1, 1.0))

    async def _watch_once(self) -> None:
        socket = await self._open(self.address)
        self.silence_seconds, self.doubt_seconds = SILENCE_SECONDS, None
        try:
            while True:
                socket, text = await self._next_frame(socket)
                self._take(text)
        finally:
            # Whoever is gone does not answer a close frame, and browsers do not wait for that.
            socket.transport.abort()

    async def _open(self, address: Address) -> ClientConnection:
        query = "" if self.seq is None else f"?since={self.seq}&layout={self.layout}"
        url = f"{address.socket_url}/ws/events/{self.event_id}/{query}"
        socket = await connect(
            url, ssl=address.tls(), max_size=None, proxy=None, open_timeout=SILENCE_SECONDS
        )
        self.connects += 1
        return socket

    async def _next_frame(self, socket: ClientConnection) -> tuple[ClientConnection, str | bytes]:
        """Return the next frame, and the connection that brought it: this one or a second.

        Raises: TimeoutError, ConnectionClosed.
        """
        doubt_seconds = self._next_doubt_seconds()
        waited = self.silence_seconds if doubt_seconds is None else doubt_seconds
        try:
            async with asyncio.timeout(waited):
                return socket, await socket.recv()
        except TimeoutError:
            if doubt_seconds is None:
                raise
        self.doubts += 1
        self._doubted_at = time.monotonic()
        return await self._first_of_two(socket, seconds=self.silence_seconds - waited)

    def _next_doubt_seconds(self) -> float | None:
        """Return after what silence to open a second connection; None: not before the end."""
        if self.doubt_seconds is None:
            return None
        seconds = self.rng.uniform(self.doubt_seconds, self.doubt_seconds + self._spread_seconds)
        is_too_soon = time.monotonic() + seconds < self._doubted_at + _BETWEEN_DOUBTS_SECONDS
        return None if is_too_soon or seconds >= self.silence_seconds else seconds

    async def _first_of_two(
        self, socket: ClientConnection, *, seconds: float
    ) -> tuple[ClientConnection, str | bytes]:
        """Open a second connection; return the first frame of either, and end the other."""
        first = asyncio.create_task(socket.recv())
        second = asyncio.create_task(self._open_second())
        is_second = False
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
                if _has_failed(second):
                    return socket, await first
                if first.done() and not _has_failed(first):
                    return socket, first.result()
                found = await second
                is_second = True
        finally:
            first.cancel()
            if not is_second:
                _abandon(second)
        socket.transport.abort()
        self._take_next_address()
        return found

    async def _open_second(self) -> tuple[ClientConnection, str | bytes]:
        """Connect to the next address, and return the connection and its first frame."""
        socket = await self._open(self.spare[0] if self.spare else self.address)
        try:
            return socket, await socket.recv()
        except BaseException:
            socket.transport.abort()
            raise

    def _take_next_address(self) -> None:
        self.address, *later = (*self.spare, self.address)
        self.spare = tuple(later)

    def _take(self, text: str | bytes) -> None:
        """Apply a frame of the connection that is kept."""
        frame = json.loads(text)
        self.frames += 1
        if violation := self._hear(frame):
            self.violations.append(f"{violation}: {text!r:.200}")
        elif frame["type"] != "beat":
            self.reached.append((time.time(), frame["seq"]))

    def _hear(self, frame: dict[str, Any]) -> str | None:
        """Apply a frame; return what is wrong with it, or None."""
        match frame["type"]:
            case "snapshot":
                codes = base64.b64decode(frame["statuses"])
                self.seats = [
                    [codes[index // 4] >> index % 4 * 2 & 3, None, None]
                    for index in range(self.seat_count)
                ]
                for index, until, holder in frame["locks"]:
                    self.seats[index] = [_LOCKED, until, holder]
                self.seq, self.layout = frame["seq"], frame["layout"]
                self.snapshots += 1
            case "delta":
                if frame["from"] != self.seq:
                    return f"a gap: it has {self.seq}"
                for index, *state in frame["changes"]:
                    self.seats[index] = state
                self.seq = frame["seq"]
            case "beat":
                if frame["seq"] != self.seq:
                    return f"a beat for what was not sent: it has {self.seq}"
                seconds = frame["next"] / 1_000
                self.silence_seconds = max(_MISSED_BEATS * seconds, _LEAST_SECONDS)
                is_busy = seconds <= _MAX_BUSY_SECONDS
                self.doubt_seconds = seconds + _DOUBT_MARGIN_SECONDS if is_busy else None
                self._spread_seconds = min(
                    _SPREAD_SECONDS_PER_VIEWER * frame["viewers"], _MAX_SPREAD_SECONDS
                )
        return None


def _has_failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _abandon(second: "asyncio.Task[tuple[ClientConnection, str | bytes]]") -> None:
    """End a second connection, however far it is."""
    if not second.cancel() and not _has_failed(second):
        second.result()[0].transport.abort()
