"""What viewers see when a server stops and restarts."""

import json
import os
import signal
import socket as sockets
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from realtime.daphne import CLOSE_FRAME_SECONDS
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.events.locking import lock_event
from tests.concurrency.volley import Post, volley
from tests.concurrent_commands import wait_until
from tests.event_streams import EventStream
from tests.factories import make_event, make_person, make_user, seat_ids, signed_in
from tests.servers import SERVERS, Start, daphne

PATIENCE_SECONDS = 120
# After shutting down, Uvicorn sends itself the signal that it received.
CLEAN_STATUSES = {0, 128 + signal.SIGTERM}


def _watch(port: int, event_id: int, query: str = "") -> AbstractContextManager[ClientConnection]:
    return connect(f"ws://127.0.0.1:{port}/ws/events/{event_id}/{query}")


def _frame(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(PATIENCE_SECONDS)))


@pytest.mark.parametrize("start", SERVERS)
def test_viewers_of_a_stopping_server_are_closed_with_1012_and_miss_nothing(
    start: Start, transactional_db: None
) -> None:
    event, alice = make_event(), make_person("alice")
    with ExitStack() as stack:
        with start() as server:
            socket = stack.enter_context(_watch(server.port, event.pk))
            stream = stack.enter_context(EventStream(server.port, f"/ws/events/{event.pk}/"))
            assert _frame(socket)["seq"] == json.loads(stream.recv())["seq"] == 0
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(PATIENCE_SECONDS)
        # Uvicorn does not tell the application that it stops.
        assert stream.close_code() == (1012 if start is daphne else None)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert server.supervised.process.returncode in CLEAN_STATUSES

    command_queue.submit(event_id=event.pk, command=LockSeats(alice, seat_ids(event)[1:3]))

    with start() as server, _watch(server.port, event.pk, "?since=0&layout=plan") as socket:
        frame = _frame(socket)
    assert (frame["type"], frame["from"], frame["seq"]) == ("delta", 0, 1)
    assert sorted(change[:2] for change in frame["changes"]) == [[1, 1], [2, 1]]


@pytest.mark.postgres
@pytest.mark.parametrize("start", SERVERS)
def test_a_request_in_flight_is_answered_before_the_server_stops(
    start: Start, transactional_db: None
) -> None:
    event, alice = make_event(), signed_in(make_user())
    post = Post(alice, 0, f"/api/events/{event.pk}/lock/", {"seat_ids": [seat_ids(event)[0]]})
    with start() as server, ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_event(event.pk)
            reply = pool.submit(volley, [replace(post, port=server.port)])
            wait_until(_a_transaction_waits_for_a_lock)
            os.kill(server.pid, signal.SIGTERM)
            wait_until(lambda: not _listens(server.port))
            with pytest.raises(subprocess.TimeoutExpired):
                server.supervised.process.wait(2 * CLOSE_FRAME_SECONDS)
        (answer,) = reply.result(PATIENCE_SECONDS)
        server.supervised.process.wait(PATIENCE_SECONDS)
    assert answer.status == 200
    assert server.supervised.process.returncode in CLEAN_STATUSES


def _a_transaction_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # Otherwise the statistics of this transaction's start are shown again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def _listens(port: int) -> bool:
    try:
        sockets.create_connection(("127.0.0.1", port), PATIENCE_SECONDS).close()
    except OSError:
        return False
    return True
