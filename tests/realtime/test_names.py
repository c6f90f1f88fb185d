"""By default frames do not contain the names of lock holders."""

from collections.abc import Callable
from typing import Any

from pytest_django import Settings

from config.environment import read_environment
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats
from reservations.models import Event
from reservations.runtime.threads import in_thread
from tests.factories import make_person, seat_ids


async def test_snapshots_and_deltas_contain_no_names_by_default(
    watching: Callable[..., Any], event: Event, settings: Settings
) -> None:
    settings.SEATCAST_SHOW_NAMES = read_environment({}).show_names

    def lock(number: int) -> None:
        command = LockSeats(make_person(f"alice{number}"), seat_ids(event)[number : number + 1])
        command_queue.submit(event_id=event.pk, command=command)

    await in_thread(lambda: lock(0))
    async with watching(event.pk) as socket:
        snapshot = await socket.frame()
        assert [holder for _, _, holder in snapshot["locks"]] == [None]
        await in_thread(lambda: lock(1))
        delta = await socket.frame("delta")
        assert [holder for _, _, _, holder in delta["changes"]] == [None]
