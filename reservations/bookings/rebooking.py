"""Writes moves, splits and merges of bookings, in the transaction of a batch.

Such a command is alone in its batch. It deletes the rows of seats that are given up before it
inserts those of the new ones, because the database allows a seat in one live reservation only.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import F

from reservations.bookings import settlements
from reservations.bookings.notice_fields import booking_fields
from reservations.bookings.records import where_it_is
from reservations.domain.rules.outcomes import Merge, Move, Split
from reservations.domain.states import Settling
from reservations.formats.seat_words import LANGUAGES, seat_in_words
from reservations.models import Event, GivenUpSeat, Reservation, ReservationSeat, Seat, Settlement
from reservations.ports.notices import CancelledBooking, ChangedBooking, notices

Rebooked = Move | Split | Merge
_COPIED_BY_SPLIT = (
    *("event_id", "user_id", "channel", "status", "payment_method", "tax_percent", "currency"),
    *("created_at", "payment_due_at", "paid_at"),
)


def write_rebooked(
    rebooked: Rebooked,
    reservations: dict[int, Reservation],
    *,
    event: Event,
    actor_id: int,
    now: datetime,
) -> bool:
    """Write what a command did to bookings; `reservations` gets the new one, and the new values.

    Return whether all buyers of the bookings that have seats now are mailed.
    """
    match rebooked:
        case Move():
            _write_move(rebooked, event=event, actor_id=actor_id, now=now)
            changed = [rebooked.reservation_id]
        case Split():
            old = reservations[rebooked.reservation_id]
            new = _write_split(rebooked, old, event=event, actor_id=actor_id, now=now)
            reservations[rebooked.new_id] = new
            changed = [rebooked.reservation_id]
        case Merge():
            _write_merge(rebooked, event=event, actor_id=actor_id, now=now)
            changed = [rebooked.reservation_id, rebooked.other_id]
    told = [*changed, reservations[rebooked.new_id].pk] if isinstance(rebooked, Split) else changed
    # Tickets signed before are outdated.
    Reservation.objects.filter(pk__in=told).update(seats_changed_at=now)
    for number in changed:
        # Without the seats that were read before.
        reservations[number] = Reservation.objects.select_related("payment").get(pk=number)
    return _tell_buyers(rebooked, reservations, event)


def _tell_buyers(rebooked: Rebooked, reservations: dict[int, Reservation], event: Event) -> bool:
    """Mail the buyers of the bookings that have seats now; return whether all can be mailed."""
    moved = _moved_in_words(rebooked) if isinstance(rebooked, Move) else {}
    refunds = rebooked.refunds if isinstance(rebooked, Move) else ()
    kept = reservations[rebooked.reservation_id]
    refund = sum((each.amount for each in refunds), Decimal(0))
    told = [changed_booking(kept, event, moved=moved, refund=refund)]
    if isinstance(rebooked, Split):
        new = reservations[rebooked.new_id]
        # Somebody else has had no booking that could have changed.
        is_change = new.buyer_email == kept.buyer_email
        told.append(changed_booking(new, event, is_change=is_change))
    mailed = [notices().booking_changed(each) for each in told]
    if isinstance(rebooked, Merge):
        _tell_other_buyer(reservations[rebooked.other_id], kept, event)
    return all(mailed)


def _tell_other_buyer(merged: Reservation, kept: Reservation, event: Event) -> None:
    """Tell the buyer of a merged booking, unless it is the kept one's."""
    if (merged.user_id, merged.buyer_email) == (kept.user_id, kept.buyer_email):
        return
    told = CancelledBooking(
        **booking_fields(merged, event), currency=merged.currency, merged_into=kept.public_id
    )
    notices().booking_cancelled([told])


def _moved_in_words(move: Move) -> dict[str, str]:
    """Return the old and the new seats by language."""
    ids = [seat.id for each in move.seats for seat in (each.old, each.new)]
    columns = ("pk", "section", "row", "number", "seat_number", "sold_by")
    rows = Seat.with_removed.filter(pk__in=ids).values(*columns)
    seats = {row["pk"]: {**row, **where_it_is(row["sold_by"])} for row in rows}
    return {
        language: "; ".join(
            f"{seat_in_words(seats[each.old.id], language=language)}"
            f" → {seat_in_words(seats[each.new.id], language=language)}"
            for each in move.seats
        )
        for language in LANGUAGES
    }


def changed_booking(
    booking: Reservation,
    event: Event,
    *,
    moved: Mapping[str, str] | None = None,
    refund: Decimal = Decimal(0),
    is_change: bool = True,
) -> ChangedBooking:
    """Return what a mail tells of a booking as it is stored now."""
    return ChangedBooking(
        **booking_fields(booking, event),
        seats=seat_numbers([booking.pk])[booking.pk],
        moved=moved or {},
        refund=refund,
        currency=booking.currency,
        is_change=is_change,
    )


def seat_numbers(reservation_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the numbers of the seats that bookings have, by booking."""
    rows = ReservationSeat.objects.filter(reservation__in=reservation_ids).order_by("seat_id")
    found: dict[int, list[str]] = {number: [] for number in reservation_ids}
    for number, seat in rows.values_list("reservation_id", "seat__seat_number"):
        found[number].append(seat)
    return found


def _write_move(move: Move, *, event: Event, actor_id: int, now: datetime) -> None:
    number = move.reservation_id
    old_ids = [each.old.id for each in move.seats]
    _give_up(event, number, [(each.old.id, each.new.id) for each in move.seats], now=now)
    old_rows = ReservationSeat.objects.filter(reservation=number, seat__in=old_ids)
    codes = dict(old_rows.values_list("seat_id", "promo_code_id"))
    old_rows.delete()
    ReservationSeat.objects.bulk_create(
        ReservationSeat(
            reservation_id=number,
            event=event,
            seat_id=each.new.id,
            price=each.price,
            ticket_type=each.ticket_type,
            promo_code_id=codes.get(each.old.id),
        )
        for each in move.seats
    )
    change = move.difference - move.waived
    if change:
        Reservation.objects.filter(pk=number).update(total_price=F("total_price") + change)
    if move.settling in (Settling.CASH, Settling.CARD_READER):
        paid = settlements.Received(number, move.settling, change, actor_id)
        settlements.write_received(event, Settlement.Kind.DIFFERENCE, [paid], now=now)
    refunds = {number: move.refunds}
    settlements.write_refunds(event, Settlement.Kind.REFUND, refunds, by_id=actor_id, now=now)


def _write_split(
    split: Split, old: Reservation, *, event: Event, actor_id: int, now: datetime
) -> Reservation:
    new = Reservation.objects.create(
        **{name: getattr(old, name) for name in _COPIED_BY_SPLIT},
        total_price=split.amount,
        buyer_name=split.buyer_name or old.buyer_name,
        buyer_email=split.buyer_email or ("" if split.buyer_name else old.buyer_email),
        split_from=old,
    )
    Reservation.objects.filter(pk=old.pk).update(total_price=F("total_price") - split.amount)
    _give_up(event, old.pk, [(each, None) for each in split.seat_ids], to_id=new.pk, now=now)
    rows = ReservationSeat.objects.filter(reservation=old, seat__in=split.seat_ids)
    rows.update(reservation=new)
    settlements.write_transfers(
        event, split.transfers, from_id=old.pk, to_id=new.pk, by_id=actor_id, now=now
    )
    return new


def _write_merge(merge: Merge, *, event: Event, actor_id: int, now: datetime) -> None:
    kept, other = merge.reservation_id, merge.other_id
    rows = ReservationSeat.objects.filter(reservation=other)
    seat_ids = list(rows.values_list("seat_id", flat=True))
    _give_up(event, other, [(each, None) for each in seat_ids], to_id=kept, now=now)
    rows.update(reservation=kept)
    Reservation.objects.filter(pk=kept).update(
        total_price=F("total_price") + merge.amount,
        fees=F("fees") + merge.fees,
        payment_due_at=merge.due_at,
    )
    Reservation.objects.filter(pk=other).update(
        status=Reservation.Status.CANCELLED,
        cancelled_at=now,
        merged_into=kept,
        total_price=Decimal(0),
        fees=Decimal(0),
    )
    settlements.write_transfers(
        event, merge.transfers, from_id=other, to_id=kept, by_id=actor_id, now=now
    )


def _give_up(
    event: Event,
    reservation_id: int,
    seats: Iterable[tuple[int, int | None]],
    *,
    to_id: int | None = None,
    now: datetime,
) -> None:
    """Insert pairs of a seat that a reservation gives up and the one that comes in its place."""
    GivenUpSeat.objects.bulk_create(
        GivenUpSeat(
            event=event,
            reservation_id=reservation_id,
            seat_id=old,
            new_seat_id=new,
            new_reservation_id=to_id,
            at=now,
        )
        for old, new in seats
    )
