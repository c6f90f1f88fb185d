"""Whatever goes wrong, every viewer ends equal to the database, without a gap on the way.

Real servers, real PostgreSQL, and a Valkey of the test's own that can be taken away. Each fault
happens while seats are bought at random, and is over when the buying goes on a while after it.
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
from tests.faults.watching import crowd
from tests.servers import daphne

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.mark.parametrize("away", ["killed", pytest.param("paused", marks=pytest.mark.thorough)])
async def test_a_redis_that_goes_and_comes_back_costs_nobody_a_change(
    away: str, event: Event, redis_server: RedisServer
) -> None:
    take_away, bring_back = {
        "killed": (redis_server.kill, redis_server.start),
        "paused": (redis_server.pause, redis_server.resume),
    }[away]
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        ports = [server.port for server in servers]
        async with crowd(ports, event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
                take_away()
                await more_changes(event)
                bring_back()
                await more_changes(event)
            await agreement(event, watchers)
        assert all(watcher.codes == [] for watcher in watchers)


def test_nobody_who_clicks_waits_for_a_redis_that_hangs(
    event: Event, redis_server: RedisServer
) -> None:
    # With a publisher that never gives up, who waits for Redis is not answered before it goes on.
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
async def test_without_redis_from_the_start_the_log_alone_keeps_everybody_up_to_date(
    event: Event, redis_server: RedisServer
) -> None:
    redis_server.kill()
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        async with crowd([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
            await agreement(event, watchers)


@pytest.mark.thorough
async def test_messages_that_are_lost_doubled_late_and_reordered_leave_no_gap(
    event: Event, redis_server: RedisServer
) -> None:
    faulty: Any = {"REDIS_URL": redis_server.url, "DJANGO_SETTINGS_MODULE": "tests.faults.settings"}
    with two_servers(**faulty) as (servers, _):
        async with crowd([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, **faulty):
                await more_changes(event, 5 * CHANGES)
            await agreement(event, watchers)
        # The doorbell brought some, or this showed nothing.
        told = [watcher.follower.deltas for watcher in watchers if not watcher.switches]
        assert all(deltas > CHANGES / 4 for deltas in told)


async def test_a_server_that_is_killed_loses_its_viewers_nothing(
    event: Event, redis_server: RedisServer
) -> None:
    with two_servers(REDIS_URL=redis_server.url) as (servers, start):
        ports = [server.port for server in servers]
        async with crowd(ports, event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                await more_changes(event)
                servers[0].kill()
                await more_changes(event)
                ports[0] = start().port
                await more_changes(event)
            await agreement(event, watchers)


@pytest.mark.thorough
async def test_rolling_both_servers_sends_everybody_elsewhere_and_loses_nothing(
    event: Event, redis_server: RedisServer
) -> None:
    with two_servers(REDIS_URL=redis_server.url) as (servers, start):
        ports = [server.port for server in servers]
        async with crowd(ports, event.pk) as watchers:
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
        # 1005 and 1006: a handshake that came when the door was being closed.
        assert codes.count(1012) >= len(watchers)
