"""The models. Only the unit of work writes seats, reservations and the change log.

Every hot table has the event's id, and every hot query filters by it, so that events could be
sharded without a schema change.
"""

from reservations.models.announcements import Announcement
from reservations.models.bookings import Entry, GivenUpSeat, Reservation, ReservationSeat, overdue
from reservations.models.log import (
    ArchivedLog,
    ConflictMinute,
    IdempotencyKey,
    PrunedLog,
    SeatChange,
)
from reservations.models.payments import DemoCharge, DemoRefund, Payment, Settlement
from reservations.models.plans import PlanDraft, PlanVersion, SeatingPlan
from reservations.models.seats import (
    Allocation,
    Category,
    Event,
    EventPicture,
    PromoCode,
    Seat,
    TicketPrice,
    TicketType,
    require_color,
)

__all__ = [
    "Allocation",
    "Announcement",
    "ArchivedLog",
    "Category",
    "ConflictMinute",
    "DemoCharge",
    "DemoRefund",
    "Entry",
    "Event",
    "EventPicture",
    "GivenUpSeat",
    "IdempotencyKey",
    "Payment",
    "PlanDraft",
    "PlanVersion",
    "PromoCode",
    "PrunedLog",
    "Reservation",
    "ReservationSeat",
    "Seat",
    "SeatChange",
    "SeatingPlan",
    "Settlement",
    "TicketPrice",
    "TicketType",
    "overdue",
    "require_color",
]
