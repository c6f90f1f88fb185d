"""Writes down that locks past their deadline are gone."""

from collections.abc import Sequence

from reservations import clock
from reservations.domain.commands import ReleaseExpired
from reservations.domain.states import SeatStatus
from reservations.management.events import EventsCommand
from reservations.models import Seat
from reservations.read import selectors
from reservations.write import command_queue


class Command(EventsCommand):
    help = (
        "Write down that locks past their deadline are gone, so that the change log says so."
        " Correctness never waits for this: such a lock is worth nothing anyway."
    )

    def events(self) -> Sequence[int]:
        return selectors.events_with_expired_locks()

    def do(self, event_id: int) -> str:
        return command_queue.submit(event_id=event_id, command=ReleaseExpired())["message"]

    def would_do(self, event_id: int) -> str:
        lapsed = Seat.objects.filter(
            event=event_id, status=SeatStatus.LOCKED, locked_until__lte=clock.now()
        ).count()
        return f"{lapsed:,} expired {'lock' if lapsed == 1 else 'locks'} would be released"
