"""Viewers that check the protocol, and reconnect when they are disconnected."""

import asyncio
import base64
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from deploy.address import Address

# Like the client: three beats, each of which says when the next one is due.
SILENCE_SECONDS = 9.0
_MISSED_BEATS = 3
_LEAST_SECONDS = 3.0
_CLOSE_SECONDS = 1.0
_LOCKED = 1
# The code of a connection that ended without a close frame.
_CUT_OFF = 1006


@dataclass(slots=True)
class Viewer:
    """A viewer of one event that reconnects. `seats` has [status, deadline, holder] of each.

    A connection without a frame for `silence_seconds` is closed, as the client does; the next one
    is made to the first of the `spare` addresses. `reached` has when each number was reached.
    `closes` counts the close codes of its sockets, `failures` other errors.
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

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._watch_once()
            except ConnectionClosed as closed:
                self.closes[closed.rcvd.code if closed.rcvd else _CUT_OFF] += 1
            except (OSError, InvalidHandshake, InvalidMessage, EOFError) as error:
                self.failures[type(error).__name__] += 1
            self.address, *later = (*self.spare, self.address)
            self.spare = tuple(later)
            await asyncio.sleep(self.rng.uniform(0.1, 1.0))

    async def _watch_once(self) -> None:
        query = "" if self.seq is None else f"?since={self.seq}&layout={self.layout}"
        url = f"{self.address.socket_url}/ws/events/{self.event_id}/{query}"
        tls = self.address.tls()
        async with connect(
            url,
            ssl=tls,
            max_size=None,
            proxy=None,
            open_timeout=SILENCE_SECONDS,
            close_timeout=_CLOSE_SECONDS,
        ) as socket:
            self.connects += 1
            self.silence_seconds = SILENCE_SECONDS
            while True:
                async with asyncio.timeout(self.silence_seconds):
                    text = await socket.recv()
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
                # Servers of an older release do not say it.
                if "next" in frame:
                    seconds = _MISSED_BEATS * frame["next"] / 1_000
                    self.silence_seconds = max(seconds, _LEAST_SECONDS)
        return None
