"""A viewer that does not read costs the server little and does not delay other viewers."""

import asyncio
import base64
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from websockets.sync.client import connect

from realtime import viewers
from realtime.hub import joining
from realtime.viewers import Viewer
from reservations.bookings import command_queue
from reservations.domain.commands import Command, LockSeats, UnlockSeats
from reservations.runtime.threads import in_thread
from tests.event_streams import EventStream
from tests.factories import make_event, make_user, person, seat_ids
from tests.servers import SERVERS, Start, daphne

PATIENCE_SECONDS = 120
# Locking all seats makes a frame of about 90 kB: a few fill a socket's kernel buffer.
SEATS = 500
LONG_NAME = "a" * 150
ROUNDS = 5


def _small_connection(port: int) -> socket.socket:
    """Return a connection whose kernel buffers little for its reader."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", port))
    return connection


class StuckSocket:
    """A socket that is open and not read from, until `frames` is called."""

    def __init__(self, port: int, event_id: int) -> None:
        self._socket = _small_connection(port)
        key = base64.b64encode(b"0123456789abcdef").decode()
        self._socket.sendall(
            f"GET /ws/events/{event_id}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        while self._file.readline() not in (b"\r\n", b""):
            pass

    def frames(self) -> Iterator[dict[str, Any]]:
        """Read text frames as they come; pings are passed over."""
        while True:
            first, length = self._file.read(2)
            if length == 126:
                length = int.from_bytes(self._file.read(2))
            elif length == 127:
                length = int.from_bytes(self._file.read(8))
            payload = self._file.read(length)
            if first == 0x81:
                yield json.loads(payload)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class StuckStream(EventStream):
    """An event stream that is open and not read from, until `frames` is called."""

    def __init__(self, port: int, event_id: int) -> None:
        connection = _small_connection(port)
        super().__init__(port, f"/ws/events/{event_id}/", connection=connection)

    def frames(self) -> Iterator[dict[str, Any]]:
        while True:
            yield json.loads(self.recv())


@pytest.mark.parametrize("start", SERVERS)
def test_a_slow_viewer_gets_the_newest_state_later_and_others_are_not_delayed(
    start: Start, transactional_db: None
) -> None:
    event = make_event(seats=SEATS, seat_cap=SEATS, purchase_cap=SEATS)
    buyer, ids = person(make_user(LONG_NAME)), seat_ids(event)
    with (
        start(DJANGO_SETTINGS_MODULE="tests.faults.patient") as server,
        closing(StuckSocket(server.port, event.pk)) as stuck_socket,
        closing(StuckStream(server.port, event.pk)) as stuck_stream,
        connect(f"ws://127.0.0.1:{server.port}/ws/events/{event.pk}/", max_size=None) as healthy,
    ):
        commands: list[Command] = [LockSeats(buyer, ids), UnlockSeats(buyer, ids)] * ROUNDS
        for number, command in enumerate(commands, start=1):
            command_queue.submit(event_id=event.pk, command=command)
            while json.loads(healthy.recv(PATIENCE_SECONDS))["seq"] < number:
                pass
        # Uvicorn's streams have the kernel's default buffer, which takes all of these frames.
        stuck_viewers: list[StuckSocket | StuckStream] = [stuck_socket]
        if start is daphne:
            stuck_viewers.append(stuck_stream)
        for stuck in stuck_viewers:
            assert _frames_until(len(commands), stuck.frames()) < len(commands)


def _frames_until(last_seq: int, frames: Iterator[dict[str, Any]]) -> int:
    """Return the number of frames up to a sequence number, without beats; deltas have no gaps."""
    seq, count = -1, 0
    while seq < last_seq:
        frame = next(frames)
        if frame["type"] == "delta":
            assert frame["from"] == seq
        count += frame["type"] != "beat"
        seq = frame["seq"]
    return count


async def test_a_viewer_that_stays_behind_is_closed_with_4408(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.05
    monkeypatch.setattr(viewers, "MAX_SECONDS_BEHIND", 0.0)
    sent: list[dict[str, Any]] = []
    is_closed = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            is_closed.set()
        else:
            await asyncio.Event().wait()

    event = await in_thread(make_event)
    async with joining(event.pk) as hub:
        viewer = Viewer(send)
        await hub.add(viewer, since=None, layout=None)
    await asyncio.wait_for(is_closed.wait(), PATIENCE_SECONDS)
    hub.remove(viewer)
    assert [message["type"] for message in sent] == ["websocket.send", "websocket.close"]
    assert sent[-1]["code"] == 4408
