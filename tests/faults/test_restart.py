"""What viewers meet when a server goes and comes back."""

import json
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from reservations import desk
from reservations.commands import LockSeats
from tests.factories import make_event, make_person, seat_ids
from tests.servers import daphne

PATIENCE_SECONDS = 10


def _watch(port: int, event_id: int, query: str = "") -> AbstractContextManager[ClientConnection]:
    return connect(f"ws://127.0.0.1:{port}/ws/events/{event_id}/{query}")


def _frame(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(PATIENCE_SECONDS)))


def test_viewers_of_a_server_that_ends_are_told_to_come_back_and_miss_nothing(
    transactional_db: None,
) -> None:
    event, alice = make_event(), make_person("alice")
    with ExitStack() as stack:
        with daphne() as (server, port):
            socket = stack.enter_context(_watch(port, event.pk))
            assert _frame(socket)["seq"] == 0
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_SECONDS)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert server.process.returncode == 0, server.output()

    desk.submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[1:3]))

    with daphne() as (_, port), _watch(port, event.pk, "?since=0&layout=plan") as socket:
        frame = _frame(socket)
    assert (frame["type"], frame["from"], frame["seq"]) == ("delta", 0, 1)
    assert sorted(change[:2] for change in frame["changes"]) == [[1, 1], [2, 1]]
