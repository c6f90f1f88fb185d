"""The figures that organisers see on two servers are the database's, whatever fails."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from reservations.box_office.sale_figures import clear_figures_cache, figures
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.contract.calls import VIEW
from tests.factories import make_user, permitted, signed_in
from tests.faults.scene import RedisServer, more_changes, two_servers
from tests.faults.traffic import traffic
from tests.servers import Running

PATIENCE_SECONDS = 120

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.thorough]


@contextmanager
def _organising(server: Running, event: Event, cookie: str) -> Iterator[ClientConnection]:
    url = f"ws://127.0.0.1:{server.port}/ws/events/{event.pk}/?figures=1"
    headers = {"Cookie": f"sessionid={cookie}"}
    # Nothing is read while the other socket is.
    with connect(url, additional_headers=headers, proxy=None, ping_interval=None) as socket:
        yield socket


def _comparable(sale: dict[str, Any]) -> dict[str, Any]:
    # The traffic also books no seats, which the API refuses and the log does not tell.
    return {name: value for name, value in sale.items() if name not in ("now", "bookings")}


def _stored(event: Event) -> dict[str, Any]:
    clear_figures_cache()
    return _comparable(dict(figures(event_id=event.pk)))


def _told(socket: ClientConnection, stored: dict[str, Any]) -> dict[str, bool]:
    """Wait until the figures are those of the database; return the health told with them."""
    while True:
        frame = json.loads(socket.recv(PATIENCE_SECONDS))
        if frame["type"] != "figures":
            continue
        if _comparable({"seq": frame["seq"], **(frame["sale"] or {})}) == stored:
            return dict(frame["health"])


async def test_two_servers_tell_the_databases_figures_without_redis_and_after_a_restart(
    event: Event, redis_server: RedisServer
) -> None:
    user = await in_thread(lambda: permitted(make_user("organiser"), VIEW))
    cookie = (await in_thread(lambda: signed_in(user))).cookies["sessionid"].value
    with (
        two_servers(REDIS_URL=redis_server.url, SEATCAST_BEAT_SECONDS="0.2") as (servers, start),
        ExitStack() as stack,
    ):
        sockets = [stack.enter_context(_organising(each, event, cookie)) for each in servers]
        with traffic(event.pk, REDIS_URL=redis_server.url):
            await more_changes(event)
            redis_server.kill()
            await more_changes(event)
        stored = await in_thread(lambda: _stored(event))
        for socket in sockets:
            health = await in_thread(lambda one=socket: _told(one, stored))  # type: ignore[misc]
            assert health["database"]
        servers[0].kill()
        again = stack.enter_context(_organising(start(), event, cookie))
        await in_thread(lambda: _told(again, stored))
