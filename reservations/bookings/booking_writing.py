"""Writes what a batch did to bookings, their payments and money, and queues the mail to buyers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reservations.bookings import payment_storage, settlements
from reservations.bookings.decisions import Decision
from reservations.bookings.idempotency import refuse_withdrawn
from reservations.bookings.notice_fields import booking_fields
from reservations.bookings.rebooking import changed_booking, seat_numbers, write_rebooked
from reservations.bookings.settlements import Received
from reservations.domain.commands import OpenPayment
from reservations.domain.rules import NewReservation
from reservations.domain.rules.outcomes import ChangedBuyer, TakenOver
from reservations.models import Event, Reservation, ReservationSeat, Settlement
from reservations.ports.notices import (
    BookingNotice,
    CancelledBooking,
    LapsedBooking,
    NewBooking,
    notices,
)
from reservations.runtime import bulk

_TICKET_COLUMNS = (
    *("reservation_id", "event_id", "seat_id", "price", "ticket_type", "promo_code_id", "live"),
)


@dataclass(slots=True)
class BookingWriter:
    """Writes the bookings of one batch.

    `reservations` are those that were read, and gets those that are made, by the ids in outcomes.
    """

    event: Event
    now: datetime
    reservations: dict[int, Reservation]
    is_buyer_mailed: bool = False
    mailed_to: dict[int, str] = field(default_factory=dict)
    """Where new bookings are mailed, by placeholder; empty if nowhere."""

    def write(self, decided: list[Decision]) -> None:
        """Write all but moves, splits and merges."""
        outcomes = [decision.outcome for decision in decided]
        payment_storage.write_pending(
            self.event, [found.started for found in outcomes if found.started], now=self.now
        )
        payment_storage.write_opened(
            self.event,
            [
                (command, outcome.opened)
                for command, outcome, _ in decided
                if isinstance(command, OpenPayment) and outcome.opened
            ],
            now=self.now,
        )
        payment_storage.write_refused(
            self.event,
            [decision.command for decision in decided if decision.outcome.refusal],
            now=self.now,
        )
        self._write_withdrawn([each.withdrawn_id for each in outcomes if each.withdrawn_id])
        self._write_lapsed([found for outcome in outcomes for found in outcome.lapsed_ids])
        self._write_paid([outcome.paid_id for outcome in outcomes if outcome.paid_id])
        self._write_buyers([outcome.buyer_changed for outcome in outcomes])
        self._write_booked([outcome.booked for outcome in outcomes if outcome.booked])
        self._write_received(decided)
        self._write_cancelled([number for outcome in outcomes for number in outcome.cancelled_ids])

    def write_rebooked(self, decided: list[Decision]) -> None:
        """Write bookings that have another owner, and moves, splits and merges."""
        for outcome in (decision.outcome for decision in decided):
            if outcome.taken_over is not None:
                self._write_taken_over(outcome.taken_over)
            if outcome.left_id is not None:
                payment_storage.write_left(self.event, outcome.left_id, now=self.now)
        for command, outcome, _ in decided:
            if outcome.rebooked is not None and command.actor is not None:
                # Such a command is alone in its batch.
                self.is_buyer_mailed = write_rebooked(
                    outcome.rebooked,
                    self.reservations,
                    event=self.event,
                    actor_id=command.actor.id,
                    now=self.now,
                )

    def _write_withdrawn(self, ids: list[int]) -> None:
        """End bookings whose payments cannot be captured; nothing was paid for them."""
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.CANCELLED, cancelled_at=self.now
        )
        payment_storage.write_cancelled(self.event, ids, now=self.now)
        self._write_ended(ids)
        ended = [self.reservations[number] for number in ids]
        notices().withdrawn([BookingNotice(**booking_fields(each, self.event)) for each in ended])
        for each in ended:
            refuse_withdrawn(self.event, each)

    def _write_lapsed(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.LAPSED, lapsed_at=self.now
        )
        self._write_ended(ids)
        ended = (self.reservations[number] for number in ids)
        notices().lapsed(
            [
                LapsedBooking(**booking_fields(each, self.event), payment_due_at=due)
                for each in ended
                if (due := each.payment_due_at) is not None
            ]
        )

    def _write_ended(self, ids: list[int]) -> None:
        ReservationSeat.objects.filter(event=self.event, reservation_id__in=ids).update(live=False)

    def _write_paid(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(paid_at=self.now)
        seats = seat_numbers(ids)
        notices().paid([self._new_booking(self.reservations[each], seats[each]) for each in ids])

    def _write_buyers(self, changed: list[ChangedBuyer | None]) -> None:
        for number, name, email in filter(None, changed):
            found = Reservation.objects.filter(event=self.event, pk=number)
            found.update(buyer_name=name, buyer_email=email)

    def _write_booked(self, booked: list[NewReservation]) -> None:
        if not booked:
            return
        stored = Reservation.objects.bulk_create(
            Reservation(
                event=self.event,
                user_id=new.user.id if new.user else None,
                channel=new.channel,
                buyer_name=new.buyer_name,
                buyer_email=new.buyer_email,
                payment_method=new.payment_method,
                total_price=new.bill.total,
                fees=new.bill.fees,
                tax_percent=new.bill.tax_percent,
                currency=self.event.currency,
                created_at=self.now,
                payment_due_at=new.payment_due_at,
                paid_at=new.paid_at,
            )
            for new in booked
        )
        self.reservations |= {new.id: found for new, found in zip(booked, stored, strict=True)}
        tickets = [
            (
                *(self.reservations[new.id].pk, self.event.pk, ticket.seat.id, ticket.price),
                *(ticket.ticket_type, ticket.seat.promo_code_id, True),
            )
            for new in booked
            for ticket in new.bill.tickets
        ]
        bulk.write(bulk.insert(ReservationSeat, _TICKET_COLUMNS, tickets))
        paid = {new.reference: self.reservations[new.id].pk for new in booked if new.reference}
        payment_storage.write_booked(self.event, paid, now=self.now)
        self._mail_booked(booked)

    def _mail_booked(self, booked: list[NewReservation]) -> None:
        """Confirm what was bought online, and at the box office with an address."""
        online = [new for new in booked if new.user]
        addresses = notices().booked(
            [
                self._new_booking(
                    self.reservations[new.id],
                    [ticket.seat.seat_number for ticket in new.bill.tickets],
                )
                for new in online
            ]
        )
        self.mailed_to = dict(zip((new.id for new in online), addresses, strict=True))
        for new in booked:
            if new.buyer_email:
                sold = changed_booking(self.reservations[new.id], self.event, is_change=False)
                is_mailed = notices().booking_changed(sold)
                self.mailed_to[new.id] = new.buyer_email if is_mailed else ""

    def _new_booking(self, stored: Reservation, seats: Sequence[str]) -> NewBooking:
        return NewBooking(
            **booking_fields(stored, self.event),
            seats=seats,
            total=stored.total_price,
            currency=stored.currency,
            payment_due_at=stored.payment_due_at,
        )

    def _write_received(self, decided: list[Decision]) -> None:
        """Write the money of bookings that were marked as paid, or sold at the box office."""
        received = []
        for command, outcome, _ in decided:
            sold = outcome.booked.id if outcome.booked and outcome.booked.paid_at else None
            if (number := outcome.paid_id or sold) is not None:
                found, by = self.reservations[number], command.actor
                amount, by_id = found.total_price, by.id if by else None
                received.append(Received(found.pk, found.payment_method, amount, by_id))
        settlements.write_received(self.event, Settlement.Kind.PAID, received, now=self.now)

    def _write_cancelled(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.CANCELLED, cancelled_at=self.now
        )
        cancelled = self._cancelled_bookings(ids)
        if self.event.cancelled_at is not None:
            notices().event_cancelled(cancelled)
        else:
            notices().booking_cancelled(cancelled)
        payment_storage.write_cancelled(self.event, ids, now=self.now)
        self._write_ended(ids)

    def _cancelled_bookings(self, ids: list[int]) -> list[CancelledBooking]:
        """Return what bookings are owed, before their refunds are written."""
        rows = Reservation.objects.filter(event=self.event, pk__in=ids).select_related("payment")
        stored = list(rows.order_by("pk"))
        held = settlements.held(ids)
        refunds = {number: sum(each.online.values(), Decimal(0)) for number, each in held.items()}
        owed = settlements.amounts_to_pay_back(stored, settlements.rows_of(stored))
        return [
            CancelledBooking(
                **booking_fields(each, self.event),
                refund=refunds[each.pk],
                owed=owed.get(each.pk, Decimal(0)) - refunds[each.pk],
                currency=each.currency,
            )
            for each in stored
        ]

    def _write_taken_over(self, taken: TakenOver) -> None:
        """Make a guest's payments and reservations an account's.

        The change log still names the guest, whose row says which account that is.
        """
        guest_id, account_id = taken
        payment_storage.write_taken_over(self.event, guest_id=guest_id, account_id=account_id)
        found = Reservation.objects.filter(event=self.event, user=guest_id)
        found.update(user=account_id)
