"""An unavailable database: no restarts, no closed sockets, no partial responses."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.factories import make_user, seat_ids
from tests.faults.scene import RedisServer, agreement, two_servers
from tests.faults.watching import many_watchers

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Buyer:
    """A client of one server."""

    port: int
    token: str

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
        server = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            server.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = server.getresponse()
            answer = json.loads(response.read())
        finally:
            server.close()
        return response.status, dict(response.getheaders()), answer


@contextmanager
def _out_of_reach() -> Iterator[None]:
    """Close all connections to the test's database and refuse new ones in the context."""
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as outside:
        outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            outside.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            yield
        finally:
            outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.fixture
def tokens(event: Event) -> list[str]:
    return [str(AccessToken.for_user(make_user())) for _ in range(2)]


# `make test` kills PostgreSQL under the stack, and asks each call without a database.
@pytest.mark.thorough
@pytest.mark.usefixtures("_reconnect")
async def test_requests_are_answered_during_an_outage_and_succeed_after_it(
    event: Event, tokens: list[str], redis_server: RedisServer
) -> None:
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        ports = [server.port for server in servers]
        async with many_watchers(ports, event.pk) as watchers:
            buyers = [Buyer(*each) for each in zip(ports, tokens, strict=True)]
            await in_thread(lambda: _live_through_an_outage(event, buyers))
            await agreement(event, watchers)
        assert [watcher.codes for watcher in watchers if watcher.codes] == []


def _live_through_an_outage(event: Event, buyers: list[Buyer]) -> None:
    seats = seat_ids(event)
    here = f"/api/events/{event.pk}"
    calls = [
        ("GET", "/api/events/", None),
        ("GET", f"{here}/seats/", None),
        ("POST", f"{here}/seats/{seats[0]}/lock/", {}),
        ("POST", f"{here}/reserve/", {"seat_ids": seats[:1], "payment_method": "card"}),
    ]
    assert [buyer.request(*calls[0])[0] for buyer in buyers] == [200, 200]
    everything = [(buyer, call) for buyer in buyers for call in calls]
    with _out_of_reach(), ThreadPoolExecutor(len(everything)) as threads:
        for status, headers, answer in threads.map(lambda one: one[0].request(*one[1]), everything):
            assert (status, answer["code"]) == (503, "unavailable"), answer
            assert int(headers["Retry-After"]) > 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    for buyer, seat in zip(buyers, seats, strict=False):
        while buyer.request("POST", f"{here}/seats/{seat}/lock/", {})[0] != 200:
            assert time.monotonic() < deadline
