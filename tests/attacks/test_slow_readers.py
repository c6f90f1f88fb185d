"""Clients that request the largest response and do not read it take little memory on a server.

Measured on a real API server as it runs behind the proxy, with client addresses as the proxy
forwards them.
"""

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.web.large_responses import LARGE_BYTES, MAX_IN_FLIGHT, MAX_PER_CLIENT
from deploy.ports import free_port
from deploy.server import granian_arguments
from reservations.models import Event
from tests.concurrent_commands import wait_until
from tests.factories import make_event
from tests.servers import HOST, Running, running

# A list of 6 MB, because the kernel buffers up to 4 MB for each connection.
SEATS = 24_000
READERS = 40
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    port = free_port()
    arguments = [sys.executable, "-m", "granian", *granian_arguments(host=HOST, port=port)]
    with running("granian", arguments, port, SEATCAST_PROXIES="1") as server:
        yield server


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=SEATS)


def _asking(
    stack: ExitStack, server: Running, event: Event, address: str
) -> http.client.HTTPResponse:
    """Request the list; return the response with only its headers read."""
    peer = stack.enter_context(socket.socket())
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(PATIENCE_SECONDS)
    peer.connect((HOST, server.port))
    peer.sendall(
        f"GET /api/events/{event.pk}/seats/ HTTP/1.1\r\n"
        f"Host: localhost\r\nX-Forwarded-For: {address}\r\n\r\n".encode()
    )
    answer = stack.enter_context(http.client.HTTPResponse(peer))
    answer.begin()
    return answer


def _memory_bytes(server: Running) -> int:
    (worker,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text().splitlines()
    (line,) = (line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def _refused(answers: list[http.client.HTTPResponse]) -> set[tuple[int, str]]:
    found = set()
    for answer in answers:
        if answer.status != 200:
            assert int(answer.headers["Retry-After"]) > 0
            refusal = json.load(answer)
            assert refusal["request_id"] == answer.headers["X-Request-ID"]
            found.add((answer.status, refusal["code"]))
    return found


@pytest.mark.thorough
def test_large_responses_are_limited_by_network(server: Running, event: Event) -> None:
    with ExitStack() as stack:
        answers = [
            _asking(stack, server, event, f"2001:db8::{number + 1}") for number in range(READERS)
        ]
        assert [answer.status for answer in answers].count(200) == MAX_PER_CLIENT
        assert _refused(answers) == {(429, "throttled")}
        other = _asking(stack, server, event, "192.0.2.1")
        assert len(json.load(other)) == SEATS


@pytest.mark.thorough
def test_stalled_readers_from_many_networks_take_little_memory(
    server: Running, event: Event
) -> None:
    with ExitStack() as stack:
        first = _asking(stack, server, event, "198.51.100.1")
        size = int(first.headers["Content-Length"])
        assert size > 2 * LARGE_BYTES
        assert len(json.load(first)) == SEATS
        before = _memory_bytes(server)
        answers = [
            _asking(stack, server, event, f"192.0.{number + 1}.1") for number in range(READERS)
        ]
        assert [answer.status for answer in answers].count(200) == MAX_IN_FLIGHT
        assert _refused(answers) == {(503, "busy")}
        # Not even a third of what each of those who were answered would take.
        assert _memory_bytes(server) - before < MAX_IN_FLIGHT * size // 3
        # Who asks for something else waits for none of them.
        peer = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)
        peer.request("GET", "/api/events/")
        assert peer.getresponse().status == 200
        peer.close()
        read = next(answer for answer in answers if answer.status == 200)
        assert len(json.load(read)) == SEATS


@pytest.mark.thorough
def test_a_disconnected_reader_releases_its_slot(server: Running, event: Event) -> None:
    for _ in range(2):
        with ExitStack() as stack:
            answers = [_asking(stack, server, event, "203.0.113.1") for _ in range(MAX_PER_CLIENT)]
            assert {answer.status for answer in answers} == {200}
        wait_until(lambda: _is_answered(server, event))


def _is_answered(server: Running, event: Event) -> bool:
    with ExitStack() as stack:
        answer = _asking(stack, server, event, "203.0.113.1")
        return answer.status == 200 and len(json.load(answer)) == SEATS
