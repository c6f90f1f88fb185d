"""What is stored. Seats, reservations and the change log are written by the desk alone.

Every hot table carries the event, and every hot query names it, so that an event can be moved
to a shard of its own without a change of schema.
"""

from reservations.models.bookings import Entry, Reservation, ReservationSeat, overdue
from reservations.models.log import IdempotencyKey, SeatChange
from reservations.models.payments import DemoCharge, Payment
from reservations.models.seats import Category, Event, Seat, require_color

__all__ = [
    "Category",
    "DemoCharge",
    "Entry",
    "Event",
    "IdempotencyKey",
    "Payment",
    "Reservation",
    "ReservationSeat",
    "Seat",
    "SeatChange",
    "overdue",
    "require_color",
]
