"""Cancel the bookings of cancelled events that are left."""

from collections.abc import Sequence

from reservations.management.events import EventsCommand
from reservations.organising import cancelling


class Command(EventsCommand):
    help = (
        "Cancel the bookings of cancelled events, and release what is held: what the request that"
        " cancelled an event has left, because there were many or because its server stopped."
    )

    def events(self) -> Sequence[int]:
        return cancelling.unfinished()

    def process(self, event_id: int) -> str:
        cancelling.finish_cancelling(event_id=event_id)
        return "its bookings are cancelled"

    def describe(self, event_id: int) -> str:
        count = cancelling.live_bookings(event_id).count()
        return f"{count:,} {'booking' if count == 1 else 'bookings'} would be cancelled"
