"""Make the messages about a batch, for `ports.outbox`. They contain no personal data."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from reservations.bookings.decisions import Decision
from reservations.domain.commands import AdmitSeats
from reservations.domain.rules.outcomes import Merge, Move, Split
from reservations.domain.states import SeatStatus, iso
from reservations.events.records import money
from reservations.models import Event, Reservation, Seat
from reservations.ports.outbox import Message, MessageKind, outbox

# A seat's values of STATIC_SEAT_FIELDS by name.
_SeatRow = Mapping[str, Any]


def write_messages(
    decided: list[Decision],
    *,
    event: Event,
    reservations: Mapping[int, Reservation],
    seats: Mapping[int, _SeatRow],
    now: datetime,
) -> None:
    """Write what a batch did to bookings to the outbox, if the event's organisation has one open.

    Call it after everything else of the batch was written. `reservations` are as they were read,
    and those that the batch made, by the ids in the outcomes.
    """
    told = [each for each in decided if _changes_bookings(each)]
    if not told or event.organisation_id is None or not outbox().is_open(event.organisation_id):
        return
    batch = _Batch(event, reservations, seats, now)
    messages = [message for decision in told for message in batch.messages_of(decision)]
    if any(each.outcome.booked for each in told) and _is_sold_out(event):
        data = {"event": batch.event_facts()}
        messages.append(Message(MessageKind.EVENT_SOLD_OUT, f"event-{event.pk}", data))
    outbox().write(messages, organisation_id=event.organisation_id, at=now)


def _changes_bookings(decision: Decision) -> bool:
    outcome = decision.outcome
    return bool(
        outcome.booked
        or outcome.cancelled_ids
        or outcome.lapsed_ids
        or outcome.paid_id
        or outcome.admitted
        or outcome.rebooked
    )


def _is_sold_out(event: Event) -> bool:
    """Return whether each seat of an event is reserved or blocked."""
    to_offer = (SeatStatus.AVAILABLE, SeatStatus.LOCKED)
    return not Seat.objects.filter(event=event, status__in=to_offer).order_by().exists()


class _Batch:
    """What the messages of one batch are made of."""

    def __init__(
        self,
        event: Event,
        reservations: Mapping[int, Reservation],
        seats: Mapping[int, _SeatRow],
        now: datetime,
    ) -> None:
        self._event = event
        self._reservations = reservations
        self._seats = seats
        self._now = now
        # What earlier commands of the batch changed, by reservation.
        self._changes: dict[int, dict[str, Any]] = {}

    def messages_of(self, decision: Decision) -> Iterator[Message]:
        """Yield the messages about one command."""
        command, outcome, _ = decision
        if outcome.booked is not None:
            tickets = [
                (ticket.seat.id, money(ticket.price), ticket.ticket_type)
                for ticket in outcome.booked.bill.tickets
            ]
            yield self._message(MessageKind.BOOKING_CREATED, outcome.booked.id, tickets)
        if outcome.paid_id is not None:
            paid = {"paid_at": iso(self._now)}
            yield self._changed(MessageKind.BOOKING_CHANGED, outcome.paid_id, paid, change="paid")
        match outcome.rebooked:
            case Move():
                yield self._moved(outcome.rebooked)
            case Split():
                yield from self._split(outcome.rebooked)
            case Merge():
                yield from self._merged(outcome.rebooked)
        for number in outcome.cancelled_ids:
            now = {"status": "cancelled", "cancelled_at": iso(self._now)}
            reason = "event_cancelled" if self._event.cancelled_at else "cancelled"
            yield self._changed(MessageKind.BOOKING_CANCELLED, number, now, reason=reason)
        if outcome.withdrawn_id is not None:
            now = {"status": "cancelled", "cancelled_at": iso(self._now)}
            number = outcome.withdrawn_id
            yield self._changed(MessageKind.BOOKING_CANCELLED, number, now, reason="not_charged")
        for number in outcome.lapsed_ids:
            now = {"status": "lapsed"}
            yield self._changed(MessageKind.BOOKING_CANCELLED, number, now, reason="lapsed")
        if isinstance(command, AdmitSeats) and outcome.admitted:
            admitted = [
                {
                    "seat_id": entry.seat_id,
                    "seat_number": self._seats[entry.seat_id]["seat_number"],
                    "at": iso(entry.at),
                    "gate": entry.gate,
                }
                for entry in outcome.admitted
            ]
            yield self._changed(
                MessageKind.BOOKING_CHECKED_IN, command.reservation_id, {}, admitted=admitted
            )

    def _moved(self, move: Move) -> Message:
        moved = [
            {
                "from": {"seat_id": each.old.id, "seat_number": each.old.seat_number},
                "to": {"seat_id": each.new.id, "seat_number": each.new.seat_number},
            }
            for each in move.seats
        ]
        return self._changed(
            MessageKind.BOOKING_CHANGED, move.reservation_id, {}, change="moved", moved=moved
        )

    def _split(self, split: Split) -> Iterator[Message]:
        old, new = split.reservation_id, split.new_id
        yield self._changed(
            MessageKind.BOOKING_CHANGED,
            old,
            {},
            change="split",
            new=self._reservations[new].public_id,
        )
        yield self._changed(
            MessageKind.BOOKING_CREATED, new, {}, split_from=self._reservations[old].public_id
        )

    def _merged(self, merge: Merge) -> Iterator[Message]:
        kept, other = merge.reservation_id, merge.other_id
        yield self._changed(
            MessageKind.BOOKING_CHANGED,
            kept,
            {},
            change="merged",
            merged=self._reservations[other].public_id,
        )
        yield self._changed(
            MessageKind.BOOKING_CANCELLED,
            other,
            {},
            reason="merged",
            merged_into=self._reservations[kept].public_id,
        )

    def event_facts(self) -> dict[str, Any]:
        event = self._event
        return {
            "id": event.pk,
            "name": event.name,
            "venue": event.venue,
            "date": iso(event.date),
            "time_zone": event.time_zone,
        }

    def _changed(
        self, kind: MessageKind, number: int, now: Mapping[str, Any], **more: Any
    ) -> Message:
        """Return a message about a stored reservation; `now` has the facts that changed."""
        self._changes.setdefault(number, {}).update(now)
        seats = self._reservations[number].seats.all()
        tickets = [(seat.seat_id, money(seat.price), seat.ticket_type) for seat in seats]
        return self._message(kind, number, tickets, **more)

    def _message(
        self,
        kind: MessageKind,
        number: int,
        tickets: Iterable[tuple[int, str, str]],
        **more: Any,
    ) -> Message:
        found = self._reservations[number]
        booking = {
            "id": found.public_id,
            "event": self.event_facts(),
            "status": found.status,
            "seats": [
                {
                    "seat_id": seat_id,
                    **{
                        name: self._seats[seat_id][name]
                        for name in ("seat_number", "section", "row", "number")
                    },
                    "price": price,
                    "ticket_type": ticket_type,
                }
                for seat_id, price, ticket_type in sorted(tickets)
            ],
            "total_price": money(found.total_price),
            "fees": money(found.fees),
            "currency": found.currency,
            "channel": found.channel,
            "payment_method": found.payment_method,
            "payment_due_at": iso(found.payment_due_at),
            "paid_at": iso(found.paid_at),
            "created_at": iso(found.created_at),
            "cancelled_at": iso(found.cancelled_at),
            **self._changes.get(number, {}),
        }
        return Message(kind, found.public_id, {"booking": booking, **more})
