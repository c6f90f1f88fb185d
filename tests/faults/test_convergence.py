"""Every viewer ends equal to the database, without gaps, whatever fails.

Real servers, PostgreSQL, and a Valkey server of the test's own. Each fault happens while seats are
bought at random, and ends a while before the buying does.
"""

import asyncio
import os
import signal
from typing import Any

import pytest

from reservations.models import Event
from tests.concurrency.volley import Post, volley
from tests.factories import make_user, seat_ids, signed_in
from tests.faults.scene import (
    CHANGES,
    SEATS,
    RedisServer,
    agreement,
    more_changes,
    two_servers,
)
from tests.faults.traffic import traffic
from tests.faults.watching import many_watchers
from tests.servers import daphne

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.mark.parametrize("away", ["killed", pytest.param("paused", marks=pytest.mark.thorough)])
async def test_viewers_miss_nothing_when_redis_restarts(
    away: str, event: Event, redis_server: RedisServer
) -> None:
    take_away, bring_back = {
        "killed": (redis_server.kill, redis_server.start),
        "paused": (redis_server.pause, redis_server.resume),
    }[away]
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        ports = [server.port for server in servers]
        async with many_watchers(ports, event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
                take_away()
                await more_changes(event)
                bring_back()
                await more_changes(event)
            await agreement(event, watchers)
        assert all(watcher.codes == [] for watcher in watchers)


def test_requests_do_not_wait_for_a_hanging_redis(event: Event, redis_server: RedisServer) -> None:
    # The publisher has no time-out here, so a request that waited for Redis would hang.
    patient = {"REDIS_URL": redis_server.url, "DJANGO_SETTINGS_MODULE": "tests.faults.patient"}
    with daphne(**patient) as server:
        redis_server.pause()
        replies = volley(
            [
                Post(signed_in(make_user()), server.port, f"/api/events/{event.pk}/lock/", body)
                for body in ({"seat_ids": [seat_id]} for seat_id in seat_ids(event))
            ]
        )
        redis_server.resume()
    assert [reply.status for reply in replies] == [200] * SEATS


@pytest.mark.thorough
async def test_without_redis_viewers_are_updated_from_the_log(
    event: Event, redis_server: RedisServer
) -> None:
    redis_server.kill()
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        async with many_watchers([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
            await agreement(event, watchers)


@pytest.mark.thorough
async def test_unreliable_notifications_leave_no_gap(
    event: Event, redis_server: RedisServer
) -> None:
    faulty: Any = {"REDIS_URL": redis_server.url, "DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
    with two_servers(**faulty) as (servers, _):
        async with many_watchers([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, **faulty):
                await more_changes(event, 5 * CHANGES)
            await agreement(event, watchers)
        # Some notifications arrived; otherwise this test would show nothing.
        delta_counts = [watcher.follower.deltas for watcher in watchers if not watcher.switches]
        assert all(deltas > CHANGES / 4 for deltas in delta_counts)


@pytest.mark.thorough
async def test_viewers_of_a_killed_server_miss_nothing(
    event: Event, redis_server: RedisServer
) -> None:
    with two_servers(REDIS_URL=redis_server.url) as (servers, start):
        ports = [server.port for server in servers]
        async with many_watchers(ports, event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
                servers[0].kill()
                await more_changes(event)
                ports[0] = start().port
                await more_changes(event)
            await agreement(event, watchers)


@pytest.mark.thorough
async def test_viewers_miss_nothing_during_a_rolling_restart(
    event: Event, redis_server: RedisServer
) -> None:
    with two_servers(REDIS_URL=redis_server.url) as (servers, start):
        ports = [server.port for server in servers]
        async with many_watchers(ports, event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                for place, server in enumerate(servers):
                    await more_changes(event)
                    ports[place] = start().port
                    os.kill(server.pid, signal.SIGTERM)
                    await asyncio.to_thread(server.supervised.process.wait)
                    assert server.supervised.process.returncode == 0
                await more_changes(event)
            await agreement(event, watchers)
        codes = [code for watcher in watchers for code in watcher.codes]
        assert len(codes) >= len(watchers)
        # 1005 and 1006: handshakes while the server was closing its port.
        assert codes.count(1012) >= len(watchers)
