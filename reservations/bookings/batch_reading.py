"""Reads what commands need to be decided: a batch under the event's lock, or one without locks."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Q

from reservations.bookings import payment_storage, settlements
from reservations.bookings.seat_reading import (
    Caps,
    SeatRow,
    locked_seats,
    named_seat_ids,
    present,
    rows_around,
    seat_state,
    states_as_they_are,
    usage_rows,
)
from reservations.bookings.states import state_of, with_related
from reservations.domain.commands import Command, Reads
from reservations.domain.errors import EventNotFound
from reservations.domain.states import BatchState, PromoCodeState, SeatStatus
from reservations.events import promo_codes
from reservations.events.locking import EVENT_COLUMNS
from reservations.events.terms import terms_of, ticket_types_of
from reservations.models import Allocation, Event, Reservation, Seat, overdue
from reservations.ports.payment_provider import refunds_parts
from reservations.runtime import clock

MAX_LAPSED_RESERVATIONS = 500
"""How many overdue reservations one LapseUnpaid ends."""
MAX_FREED_SEATS = 2_000
"""How many seats of ended allocations one EndAllocations frees."""


def read_locking_state(command: Command, *, event_id: int) -> BatchState:
    """Return the state to decide a command that names no seats or reservation, without locks.

    It may have changed by the time that the event's row is locked. Raises: EventNotFound.
    """
    event = Event.objects.filter(pk=event_id).only(*EVENT_COLUMNS).first()
    if event is None:
        raise EventNotFound
    now, caps = clock.now(), Caps.of([command])
    usage = caps.usage(usage_rows(*caps.arguments(event_id, now=now)))
    return BatchState(
        terms=terms_of(event),
        now=now,
        seats=states_as_they_are(event, [], list(caps.people), now=now),
        promo_codes=_promo_codes(event, [command.reads()], now=now),
        departed=usage.departed,
        caps_of=caps.people,
        bought=usage.bought,
        counts=usage.counts,
    )


def read_rebooking_state(command: Command, *, event: Event, now: datetime) -> BatchState:
    """Return the state to decide a command about reservations, without locks.

    It may have changed by the time that the event's row is locked.
    """
    reads = [command.reads()]
    reservations = _reservations(event, reads, now=now)
    ids = named_seat_ids(reads, reservations)
    held = settlements.held(reservations)
    return BatchState(
        terms=terms_of(event),
        now=now,
        seats=states_as_they_are(event, list(ids), [], now=now),
        reservations={found.pk: state_of(found, held) for found in reservations.values()},
        ticket_types=ticket_types_of(event.pk),
        refunds_parts=refunds_parts(),
        caps_of=frozenset(),
    )


class Batch(NamedTuple):
    """What was read for a batch: the state to decide on, and the rows that it was made of."""

    state: BatchState
    seats: dict[int, SeatRow]
    reservations: dict[int, Reservation]


def read_batch(*, event: Event, commands: list[Command], now: datetime) -> Batch:
    """Lock and read what the commands declare in `reads`. `event` is locked."""
    reads = [command.reads() for command in commands]
    reservations = _reservations(event, reads, now=now)
    caps = Caps.of(commands)
    ended = _ended_allocations(event, reads, now=now)
    held = settlements.held(reservations) if any(each.money for each in reads) else {}
    seats, usage = locked_seats(event, reads, reservations, ended.seat_ids, caps=caps, now=now)
    terms = terms_of(event)
    stretches: list[list[int]] = []
    if terms.refuses_orphans:
        around, stretches = rows_around(event.pk, reads, seats)
        seats = around | seats
    _forget_ended_allocations(seats.values(), now=now)
    state = BatchState(
        terms=terms,
        now=now,
        seats={seat_id: seat_state(seat, event, now=now) for seat_id, seat in seats.items()},
        reservations={found.pk: state_of(found, held) for found in reservations.values()},
        payments=payment_storage.lock_payments(event, present(each.payment for each in reads)),
        pending_payments=payment_storage.pending_payments(
            event, present(each.pending_payments_of for each in reads), now=now
        ),
        verified=_verified(event, present(each.verified_email_of for each in reads)),
        ticket_types=(
            ticket_types_of(event.pk) if any(each.ticket_types for each in reads) else {}
        ),
        promo_codes=_promo_codes(event, reads, now=now),
        ended_allocations=ended.ids,
        departed=usage.departed,
        refunds_parts=refunds_parts(),
        caps_of=caps.people,
        bought=usage.bought,
        counts=usage.counts,
        stretches=stretches,
    )
    return Batch(state, seats, reservations)


def _reservations(event: Event, reads: list[Reads], *, now: datetime) -> dict[int, Reservation]:
    """Return the reservations to read, at most MAX_LAPSED_RESERVATIONS overdue ones among them."""
    ids = set(present(each.reservation_id for each in reads))
    ids.update(*(each.reservation_ids for each in reads))
    if any(each.overdue_reservations for each in reads):
        found = Reservation.objects.filter(overdue(now), event=event)
        first = found.order_by("payment_due_at", "pk")[:MAX_LAPSED_RESERVATIONS]
        ids |= set(first.values_list("pk", flat=True))
    if not ids:
        return {}
    stored = with_related(Reservation.objects.filter(event=event, pk__in=ids))
    return {reservation.pk: reservation for reservation in stored}


class _Ended(NamedTuple):
    """Allocations whose time has come, and their blocked seats."""

    ids: frozenset[int] = frozenset()
    seat_ids: frozenset[int] = frozenset()


def _ended_allocations(event: Event, reads: list[Reads], *, now: datetime) -> _Ended:
    """Return allocations whose time has come, with at most MAX_FREED_SEATS of their seats.

    One without any seats here has none left.
    """
    if not any(each.ended_allocations for each in reads):
        return _Ended()
    due = Allocation.objects.filter(event=event, ended_at__isnull=True, until__lte=now)
    ids = set(due.values_list("pk", flat=True))
    blocked = Seat.objects.filter(allocation__in=ids, status=SeatStatus.BLOCKED)
    rows = list(
        blocked.order_by("allocation_id", "pk").values_list("allocation_id", "pk")[
            : MAX_FREED_SEATS + 1
        ]
    )
    if len(rows) > MAX_FREED_SEATS:
        ids &= {allocation_id for allocation_id, _ in rows[:MAX_FREED_SEATS]}
        rows = rows[:MAX_FREED_SEATS]
    return _Ended(frozenset(ids), frozenset(pk for _, pk in rows))


def _forget_ended_allocations(seats: Iterable[SeatRow], *, now: datetime) -> None:
    """Let held seats whose allocation has ended go on sale when their hold ends.

    Only a seat that is held with a promo code is locked and has an allocation.
    """
    held = [seat for seat in seats if seat["allocation_id"] and seat["status"] == SeatStatus.LOCKED]
    if not held:
        return
    found = Allocation.objects.filter(pk__in={seat["allocation_id"] for seat in held})
    going_on = found.filter(Q(until__isnull=True) | Q(until__gt=now), ended_at__isnull=True)
    ids = set(going_on.values_list("pk", flat=True))
    for seat in held:
        if seat["allocation_id"] not in ids:
            seat["allocation_id"] = None


def _promo_codes(event: Event, reads: list[Reads], *, now: datetime) -> dict[str, PromoCodeState]:
    texts = {each.promo_code for each in reads if each.promo_code}
    return promo_codes.states(event.pk, texts, now=now)


def _verified(event: Event, people: frozenset[int]) -> frozenset[int]:
    """Return the people with a verified address; without a query if the event requires none."""
    if not people or not event.requires_verified_email:
        return frozenset()
    found = get_user_model()._default_manager.filter(pk__in=people, email_verified_at__isnull=False)
    return frozenset(found.values_list("pk", flat=True))
