"""The models. Only the unit of work writes seats, reservations and the change log.

Every hot table has the event's id, and every hot query filters by it, so that events could be
sharded without a schema change.

May import: `permissions` and below.
"""

from reservations.models.announcements import Announcement
from reservations.models.bookings import Entry, GivenUpSeat, Reservation, ReservationSeat, overdue
from reservations.models.events import Category, Event, EventPicture, require_color
from reservations.models.log import (
    ArchivedLog,
    ConflictMinute,
    IdempotencyKey,
    PrunedLog,
    SeatChange,
)
from reservations.models.payments import DemoCharge, DemoRefund, Payment, Settlement
from reservations.models.plans import PlanDraft, PlanVersion, SeatingPlan
from reservations.models.sales import Allocation, PromoCode, TicketPrice, TicketType
from reservations.models.seats import Seat

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
