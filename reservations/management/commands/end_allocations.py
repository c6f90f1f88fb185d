"""Put the seats of allocations on sale whose time has come."""

from collections.abc import Sequence

from reservations.bookings import command_queue, due
from reservations.domain.commands import EndAllocations
from reservations.domain.states import SeatStatus
from reservations.management.events import EventsCommand
from reservations.models import Seat
from reservations.runtime import clock


class Command(EventsCommand):
    help = (
        "Put the seats of allocations on sale whose time has come. Until this is done they stay"
        " blocked for buyers, and the box office can still sell them."
    )

    def events(self) -> Sequence[int]:
        return due.events_with_ended_allocations()

    def process(self, event_id: int) -> str:
        seats = 0
        # Each command frees a limited number of seats, and the last one ends the allocations.
        while freed := command_queue.submit(event_id=event_id, command=EndAllocations())["seats"]:
            seats += len(freed)
        return f"{seats:,} {'seat' if seats == 1 else 'seats'} of ended allocations released"

    def describe(self, event_id: int) -> str:
        count = Seat.objects.filter(
            event=event_id,
            status=SeatStatus.BLOCKED,
            allocation__ended_at__isnull=True,
            allocation__until__lte=clock.now(),
        ).count()
        return f"{count:,} {'seat' if count == 1 else 'seats'} would be released"
