"""PostgreSQL connections are cut while seats are bought and watched."""

import pytest
from django.db import connection

from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.faults.scene import RedisServer, agreement, more_changes, two_servers
from tests.faults.traffic import traffic
from tests.faults.watching import many_watchers

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

TIMES = 3


@pytest.mark.thorough
@pytest.mark.usefixtures("_reconnect")
async def test_viewers_miss_nothing_when_database_connections_are_cut(
    event: Event, redis_server: RedisServer
) -> None:
    cut = 0
    with two_servers(REDIS_URL=redis_server.url) as (servers, _):
        async with many_watchers([server.port for server in servers], event.pk) as watchers:
            with traffic(event.pk, REDIS_URL=redis_server.url):
                for _ in range(TIMES):
                    await more_changes(event, 10)
                    cut += await in_thread(_cut_all_other_connections)
                await more_changes(event)
            await agreement(event, watchers)
        # Sockets stay open, because hubs retry.
        assert [watcher.codes for watcher in watchers if watcher.codes] == []
    # API and WebSocket servers had connections each time.
    assert cut >= TIMES


def _cut_all_other_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            # Wait until each has ended; otherwise the pool could still hand one out.
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
