"""Events in which the passing of time has something done: locks, unpaid bookings, allocations."""

from reservations.domain.states import SeatStatus
from reservations.models import Allocation, Reservation, Seat, overdue
from reservations.runtime import clock


def events_with_overdue_reservations() -> list[int]:
    """Return the ids of the events with overdue reservations."""
    found = Reservation.objects.filter(overdue(clock.now())).order_by("event_id")
    return list(found.values_list("event_id", flat=True).distinct())


def events_with_ended_allocations() -> list[int]:
    """Return the ids of the events with allocations whose time has come."""
    due = Allocation.objects.filter(ended_at__isnull=True, until__lte=clock.now())
    return list(due.order_by("event_id").values_list("event_id", flat=True).distinct())


def events_with_expired_locks() -> list[int]:
    """Return the ids of the events with expired locks that were not released yet."""
    return list(
        Seat.objects.filter(status=SeatStatus.LOCKED, locked_until__lte=clock.now())
        .order_by("event_id")
        .values_list("event_id", flat=True)
        .distinct()
    )
