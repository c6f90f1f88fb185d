"""Release locks past their deadline."""

from collections.abc import Sequence

from reservations.bookings import command_queue, due
from reservations.domain.commands import ReleaseExpired
from reservations.domain.states import SeatStatus
from reservations.management.events import EventsCommand
from reservations.models import Seat
from reservations.runtime import clock


class Command(EventsCommand):
    help = (
        "Releases locks past their deadline, so that the change log has their end. "
        "Correctness does not depend on it: an expired lock is not valid anyway."
    )

    def events(self) -> Sequence[int]:
        return due.events_with_expired_locks()

    def process(self, event_id: int) -> str:
        return command_queue.submit(event_id=event_id, command=ReleaseExpired())["message"]

    def describe(self, event_id: int) -> str:
        lapsed = Seat.objects.filter(
            event=event_id, status=SeatStatus.LOCKED, locked_until__lte=clock.now()
        ).count()
        return f"{lapsed:,} expired {'lock' if lapsed == 1 else 'locks'} would be released"
