"""What the box office sees: who has a seat, and what seats are kept for."""

from datetime import timedelta
from typing import Annotated, Any, TypedDict

from django.db.models import Count, F

from infrastructure.security_log.people import display_name
from reservations.box_office.stories import PersonRecord
from reservations.domain.errors import SeatNotFound
from reservations.domain.states import AllocationKind, Reason, SeatStatus, iso
from reservations.events.records import Price, Timestamp, Total, money, one_of
from reservations.models import Allocation, Reservation, Seat, SeatChange
from reservations.runtime import clock

TOLD_FOR = timedelta(minutes=15)
"""How long its former holder is told that the box office released a lock."""


class AllocationRecord(TypedDict):
    id: int
    kind: Annotated[str, one_of(*AllocationKind)]
    label: Annotated[str, "The reason, the person's name, or the channel's."]
    until: Annotated[Timestamp | None, "When its seats are released; null: never by themselves."]
    created_at: Timestamp
    created_by: Annotated[str, "The user name; empty if the account is gone."]


class AllocatedSeatsRecord(AllocationRecord):
    seat_ids: Annotated[list[int], "The seats that are still kept, in index order."]


class SeatLockRecord(TypedDict):
    holder: PersonRecord
    since: Timestamp
    until: Timestamp


class SeatBookingRecord(TypedDict):
    id: str
    buyer: Annotated[str, "The user name, or the name of a buyer without an account."]
    channel: str
    seats: int
    total_price: Total
    currency: str
    is_due: Annotated[bool, "Whether it is not paid yet."]
    created_at: Timestamp


class SeatUseRecord(TypedDict):
    """Who has a seat: at most one of lock, booking and allocation is given."""

    seat_id: int
    seat_number: str
    status: Annotated[str, one_of(*(status.word for status in SeatStatus))]
    price: Price
    lock: SeatLockRecord | None
    booking: SeatBookingRecord | None
    allocation: AllocationRecord | None


class ReleasedLockRecord(TypedDict):
    seat_id: int
    seat_number: str
    at: Timestamp


def allocations(*, event_id: int) -> list[AllocatedSeatsRecord]:
    """Return the allocations of an event that still keep seats, the newest first."""
    rows = Seat.objects.filter(
        event=event_id, allocation__event=event_id, status=SeatStatus.BLOCKED
    )
    seat_ids: dict[int, list[int]] = {}
    for allocation_id, seat_id in rows.order_by("pk").values_list("allocation_id", "pk"):
        seat_ids.setdefault(allocation_id, []).append(seat_id)
    found = Allocation.objects.filter(pk__in=seat_ids).select_related("created_by")
    return [{**_allocation(each), "seat_ids": seat_ids[each.pk]} for each in found.order_by("-pk")]


def seat_use(*, event_id: int, seat_id: int) -> SeatUseRecord:
    """Return who has a seat. Raises: SeatNotFound."""
    now = clock.now()
    found = (
        Seat.objects.filter(event=event_id, pk=seat_id)
        .select_related("event", "category", "locked_by", "allocation__created_by")
        .defer("event__plan", "event__description")
        .first()
    )
    if found is None:
        raise SeatNotFound(seat_ids=[seat_id])
    status = SeatStatus(found.status)
    if status is SeatStatus.LOCKED and found.locked_until and found.locked_until <= now:
        status = SeatStatus.BLOCKED if found.allocation else SeatStatus.AVAILABLE
    category_price = found.category.price if found.category else None
    price = found.event.price if category_price is None else category_price
    return {
        "seat_id": found.pk,
        "seat_number": found.seat_number,
        "status": status.word,
        "price": money(price if found.price is None else found.price),
        "lock": _lock(found) if status is SeatStatus.LOCKED else None,
        "booking": _booking(found.reservation_id) if status is SeatStatus.RESERVED else None,
        "allocation": (
            _allocation(found.allocation)
            if status is SeatStatus.BLOCKED and found.allocation
            else None
        ),
    }


def released_locks(*, event_id: int, person_id: int) -> list[ReleasedLockRecord]:
    """Return the seats whose lock the box office took from a person in the last TOLD_FOR."""
    log = SeatChange.objects.filter(
        event=event_id, reason=Reason.RELEASED, at__gte=clock.now() - TOLD_FOR
    )
    # A seat that was held again since has another former hold.
    own = log.filter(seat__former_holder=person_id, seat__released_at=F("at"))
    return [
        {"seat_id": seat_id, "seat_number": number, "at": str(iso(at))}
        for seat_id, number, at in own.order_by("seq", "seat_id").values_list(
            "seat_id", "seat__seat_number", "at"
        )
    ]


def _allocation(found: Allocation) -> AllocationRecord:
    return {
        "id": found.pk,
        "kind": found.kind,
        "label": found.label,
        "until": iso(found.until),
        "created_at": str(iso(found.created_at)),
        "created_by": found.created_by.get_username() if found.created_by else "",
    }


def _lock(seat: Any) -> SeatLockRecord:
    return {
        "holder": {"id": seat.locked_by_id, "name": display_name(seat.locked_by)},
        "since": str(iso(seat.locked_at)),
        "until": str(iso(seat.locked_until)),
    }


def _booking(reservation_id: int | None) -> SeatBookingRecord | None:
    stored = Reservation.objects.filter(pk=reservation_id or 0).select_related("user")
    found = stored.annotate(seat_count=Count("seats")).first()
    if found is None:
        return None
    return {
        "id": found.public_id,
        "buyer": found.buyer,
        "channel": found.channel,
        "seats": found.seat_count,
        "total_price": money(found.total_price),
        "currency": found.currency,
        "is_due": found.payment_due_at is not None and found.paid_at is None,
        "created_at": str(iso(found.created_at)),
    }
