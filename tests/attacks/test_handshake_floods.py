"""A network that opens sockets in a loop is refused cheaply, without affecting other networks."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from reservations.models import Event
from tests.factories import make_event
from tests.servers import HOST, Running, daphne

pytestmark = pytest.mark.any_database

PER_MINUTE = 20
MANY = 200
PATIENCE_SECONDS = 120


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    with daphne(
        SEATCAST_PROXIES="1",
        SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE=str(PER_MINUTE),
        SEATCAST_SOCKETS_PER_ADDRESS="2",
    ) as running:
        yield running


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event()


def _status(server: Running, event: Event, address: str) -> int:
    """Open and close a socket; return the status of the handshake's response."""
    peer = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)
    peer.request(
        "GET",
        f"/ws/events/{event.pk}/",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "c2VhdGNhc3Qgc2VhdGNhcw==",
            "X-Forwarded-For": address,
        },
    )
    answer = peer.getresponse()
    if answer.status == 429:
        refusal = json.load(answer)
        assert refusal["code"] == "throttled"
        assert refusal["error"]
        assert refusal["request_id"] == answer.headers["X-Request-ID"]
        assert int(answer.headers["Retry-After"]) > 0
    status = answer.status
    answer.close()
    peer.close()
    return status


def _cpu_ns(server: Running) -> int:
    tasks = Path(f"/proc/{server.pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def test_handshakes_of_a_flooding_network_are_refused_and_others_accepted(
    server: Running, event: Event
) -> None:
    statuses = [_status(server, event, f"2001:db8:0:1::{number + 1}") for number in range(MANY)]
    assert statuses[:PER_MINUTE] == [101] * PER_MINUTE
    # A few more, because the limit refills over time.
    assert statuses.count(429) > MANY // 2
    with connect(
        f"ws://{HOST}:{server.port}/ws/events/{event.pk}/",
        additional_headers={"X-Forwarded-For": "2001:db8:0:2::1"},
        proxy=None,
    ) as viewer:
        assert json.loads(viewer.recv(PATIENCE_SECONDS))["type"] == "snapshot"


@pytest.mark.thorough
def test_a_refused_handshake_costs_a_fraction_of_an_accepted_one(
    server: Running, event: Event
) -> None:
    def cost(addresses: list[str], status: int) -> float:
        costs = []
        for address in addresses:
            before = _cpu_ns(server)
            if _status(server, event, address) == status:
                costs.append(_cpu_ns(server) - before)
        assert len(costs) > len(addresses) // 2
        return median(costs)

    for _ in range(MANY):
        _status(server, event, "192.0.2.1")
    accepted = cost([f"198.51.100.{number}" for number in range(30)], 101)
    refused = cost(["192.0.2.1"] * 30, 429)
    assert refused < accepted * 0.75


def test_addresses_of_one_ipv6_network_share_a_limit(server: Running, event: Event) -> None:
    url = f"ws://{HOST}:{server.port}/ws/events/{event.pk}/"
    addresses = ("2001:db8:0:3::1", "2001:db8:0:3::2", "2001:db8:0:3::3", "2001:db8:0:4::1")
    with ExitStack() as stack:
        first, second, third, elsewhere = [
            stack.enter_context(
                connect(url, additional_headers={"X-Forwarded-For": address}, proxy=None)
            )
            for address in addresses
        ]
        for peer in (first, second, elsewhere):
            assert json.loads(peer.recv(PATIENCE_SECONDS))["type"] == "snapshot"
        with pytest.raises(ConnectionClosedError) as closed:
            third.recv(PATIENCE_SECONDS)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4429
