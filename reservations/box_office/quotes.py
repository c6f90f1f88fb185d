"""What moving seats of a booking would cost now, without locks."""

from typing import Annotated, TypedDict

from reservations.bookings.batch_reading import read_rebooking_state
from reservations.domain.commands import MoveSeats
from reservations.domain.errors import EventNotFound
from reservations.domain.rules.moving import quote
from reservations.domain.states import Settling
from reservations.events.records import Price, Revenue, money, one_of
from reservations.models import Event
from reservations.runtime import clock


class MovedSeatRecord(TypedDict):
    seat_id: int
    seat_number: str
    new_seat_id: int
    new_seat_number: str
    ticket_type: str
    price: Annotated[Price, "What the seat was sold at."]
    new_price: Annotated[Price, "What the new seat costs today."]


class QuoteRecord(TypedDict):
    """What a move costs. Fees stay as they were."""

    seats: list[MovedSeatRecord]
    difference: Annotated[Revenue, "To be paid; negative: to be paid back."]
    currency: str
    settlings: Annotated[
        list[Annotated[str, one_of(*Settling)]], "How the difference can be settled."
    ]


def quote_of(command: MoveSeats, *, event_id: int) -> QuoteRecord:
    """Return what a move would cost. Raises: SeatcastError if it would be refused."""
    event = Event.objects.filter(pk=event_id).defer("plan", "description").first()
    if event is None:
        raise EventNotFound
    found = quote(command, read_rebooking_state(command, event=event, now=clock.now()))
    return {
        "seats": [
            {
                "seat_id": each.old.id,
                "seat_number": each.old.seat_number,
                "new_seat_id": each.new.id,
                "new_seat_number": each.new.seat_number,
                "ticket_type": each.ticket_type,
                "price": money(each.old_price),
                "new_price": money(each.price),
            }
            for each in found.seats
        ],
        "difference": money(found.difference),
        "currency": event.currency,
        "settlings": [each.value for each in found.settlings],
    }
