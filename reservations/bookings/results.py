"""Makes the results of the commands of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model

from reservations.bookings.records import (
    CommandResult,
    ReservationRecord,
    reservation_record,
    where_it_is,
)
from reservations.bookings.seat_reading import SeatRow
from reservations.domain.rules import NewReservation, Outcome
from reservations.domain.states import PaymentStatus, Person, SeatState, iso
from reservations.events.records import SeatRecord, money, seat_record
from reservations.models import Event, Reservation


@dataclass(slots=True)
class BatchResults:
    """The results of one batch, after its write, from what was read and written for it.

    `reservations` are by the ids in outcomes, `people` those who sent the commands.
    """

    event: Event
    now: datetime
    seats: Mapping[int, SeatRow]
    reservations: Mapping[int, Reservation]
    people: dict[int, Person]

    def result_of(
        self, outcome: Outcome, *, mailed_to: Mapping[int, str], is_buyer_mailed: bool
    ) -> CommandResult:
        """Return the result of a command that was carried out.

        `mailed_to` is where new bookings are mailed, by placeholder.
        """
        result: CommandResult = {
            "message": outcome.sentence,
            "seats": [self._seat_record(seat, outcome) for seat in outcome.seats],
        }
        if outcome.started is not None:
            result["payment"] = {
                "reference": outcome.started.reference,
                "amount": money(outcome.started.amount),
                "currency": self.event.currency,
            }
        if outcome.opened is not None:
            result["open_payment"] = outcome.opened.reference
        if outcome.admitted:
            result["admitted"] = [
                {
                    "seat_id": entry.seat_id,
                    "seat_number": self.seats[entry.seat_id]["seat_number"],
                    "at": str(iso(entry.at)),
                    "gate": entry.gate,
                }
                for entry in outcome.admitted
            ]
        if outcome.rebooked is not None:
            result["buyer_mailed"] = is_buyer_mailed
        if outcome.booked is not None:
            result["reservation"] = self._booked_record(outcome.booked)
            result["mailed_to"] = mailed_to.get(outcome.booked.id, "")
        return result

    def name(self, person_id: int | None) -> str | None:
        """Return a person's user name."""
        if person_id is None:
            return None
        if person_id not in self.people:
            # A result may show a seat that is held by someone who sent no command.
            name = get_user_model().objects.get(pk=person_id).get_username()
            self.people[person_id] = Person(person_id, name)
        return self.people[person_id].name

    def _seat_record(self, state: SeatState, outcome: Outcome) -> SeatRecord:
        seat = self.seats[state.id]
        return seat_record(
            price=state.price,
            fields=seat,
            status=state.status,
            holder=self.name(state.holder_id),
            locked_until=state.locked_until,
            reserved_by=_user_name(outcome.booked),
        )

    def _booked_record(self, booked: NewReservation) -> ReservationRecord:
        return reservation_record(
            event=self.event,
            reservation=self.reservations[booked.id],
            seats=[
                {
                    "seat_id": seat["id"],
                    "seat_number": seat["seat_number"],
                    "section": seat["section"],
                    "row": seat["row"],
                    "number": seat["number"],
                    "price": money(ticket.price),
                    "ticket_type": ticket.ticket_type,
                    "entry": None,
                    **where_it_is(seat["sold_by"]),
                }
                for ticket in sorted(booked.bill.tickets, key=lambda ticket: ticket.seat.id)
                for seat in [self.seats[ticket.seat.id]]
            ],
            payment_status=PaymentStatus.AUTHORISED.value if booked.reference else None,
            to_pay_back=None,
            now=self.now,
        )


def _user_name(booked: NewReservation | None) -> str | None:
    return booked.user.name if booked and booked.user else None
