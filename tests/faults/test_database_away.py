"""Connections to PostgreSQL that are cut while seats are bought and watched."""

import pytest
from django.db import connection

from reservations.models import Event
from reservations.threads import in_thread
from tests.faults.scene import RedisServer, agreement, more_changes, two_servers
from tests.faults.traffic import traffic
from tests.faults.watching import crowd

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TIMES = 3


@pytest.mark.thorough
@pytest.mark.usefixtures("_connected_anew")
async def test_connections_to_the_database_that_are_cut_cost_nobody_a_change(
    event: Event, redis_server: RedisServer
) -> None:
    cut = 0
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        async with crowd([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                for _ in range(TIMES):
                    await more_changes(event, 10)
                    cut += await in_thread(_cut_all_other_connections)
                await more_changes(event)
            await agreement(event, watchers)
        # Sockets outlive it: a hub asks again.
        assert [watcher.codes for watcher in watchers if watcher.codes] == []
    # Those who sell and those who serve had connections each time.
    assert cut >= TIMES


def _cut_all_other_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            # Waits until each has ended: one that is about to would still be handed out.
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
