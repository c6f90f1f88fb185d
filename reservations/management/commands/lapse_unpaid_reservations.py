"""End reservations that were not paid in time, and free their seats."""

from collections.abc import Sequence

from reservations.bookings import command_queue, due
from reservations.domain.commands import LapseUnpaid
from reservations.management.events import EventsCommand
from reservations.models import Reservation, overdue
from reservations.runtime import clock


class Command(EventsCommand):
    help = (
        "End reservations that were not paid in time, and free their seats. Until this is done they"
        " read as lapsed already, and cannot be paid, but their seats cannot be locked."
    )

    def events(self) -> Sequence[int]:
        return due.events_with_overdue_reservations()

    def process(self, event_id: int) -> str:
        seats = 0
        # Each command handles a limited number of reservations.
        while freed := command_queue.submit(event_id=event_id, command=LapseUnpaid())["seats"]:
            seats += len(freed)
        return f"{seats:,} {'seat' if seats == 1 else 'seats'} of unpaid reservations freed"

    def describe(self, event_id: int) -> str:
        count = Reservation.objects.filter(overdue(clock.now()), event=event_id).count()
        return f"{count:,} unpaid {'reservation' if count == 1 else 'reservations'} would lapse"
