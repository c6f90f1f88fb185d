"""A database that is restored from a backup while viewers are connected."""

from collections.abc import Callable
from typing import Any

from reservations.domain.states import Person, SeatStatus
from reservations.housekeeping.restoring import prepare_restored_database
from reservations.models import Event, Seat, SeatChange
from reservations.runtime.threads import in_thread

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]


def _restore_the_beginning(event: Event) -> None:
    SeatChange.objects.filter(event=event).delete()
    Seat.objects.filter(event=event).update(
        status=SeatStatus.AVAILABLE, locked_by=None, locked_at=None, locked_until=None, version=0
    )
    Event.objects.filter(pk=event.pk).update(change_seq=0)


async def test_viewers_get_a_snapshot_when_the_number_goes_back(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as socket:
        await lock(people["alice"], 0)
        await socket.until_seq(1)
        await in_thread(lambda: _restore_the_beginning(event))
        frame = await socket.frame("snapshot")
        assert (frame["seq"], frame["locks"]) == (0, [])
        await lock(people["bob"], 1)
        await socket.until_seq(1)
        assert socket.states.keys() == {1}


async def test_numbers_from_before_a_restore_are_not_resumed(
    watching: Watching, event: Event, people: People, lock: Command
) -> None:
    async with watching(event.pk) as socket:
        await lock(people["alice"], 0)
        await socket.until_seq(1)
    await in_thread(lambda: _restore_the_beginning(event))
    await in_thread(prepare_restored_database)
    await lock(people["bob"], 1)
    async with watching(event.pk, "?since=1&layout=plan") as socket:
        frame = await socket.frame()
    assert frame["type"] == "snapshot"
    assert [index for index, *_ in frame["locks"]] == [1]
