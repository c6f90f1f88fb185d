"""Changing the name and the address of a booking."""

import pytest

from infrastructure.security_log.models import Kind, SecurityEvent
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office.bookings import booking
from reservations.domain.commands import CancelReservation, ChangeBuyer, SellSeats
from reservations.domain.errors import ReservationNotFound
from reservations.domain.states import BoxOfficeMethod
from reservations.models import Event, Reservation, SeatChange
from tests.factories import make_event, make_user, person, seat_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SELLER = "seller"


@pytest.fixture
def event() -> Event:
    return make_event(seats=4)


@pytest.fixture
def queue(event: Event) -> CommandQueue:
    return CommandQueue(event.pk)


@pytest.fixture
def sold(event: Event, queue: CommandQueue) -> Reservation:
    seller = person(make_user(SELLER))
    seats = seat_ids(event)[:1]
    queue.submit(SellSeats(seller, seats, BoxOfficeMethod.CASH, "Hans", "hans@example.com"))
    return Reservation.objects.get()


def test_the_name_and_the_address_are_replaced_and_recorded(
    queue: CommandQueue, sold: Reservation
) -> None:
    seller = person(make_user("boss"))
    answer = queue.submit(ChangeBuyer(seller, sold.pk, "Familie Huber", "huber@example.com"))
    assert answer["message"] == "Name and address saved"
    sold.refresh_from_db()
    assert (sold.buyer_name, sold.buyer_email) == ("Familie Huber", "huber@example.com")
    row = SecurityEvent.objects.get(kind=Kind.BUYER_CHANGED)
    assert (row.actor_id, row.event_id) == (seller.id, sold.event_id)
    # Neither the old nor the new name, which erasures would have to find.
    assert row.details == {"reservation": sold.public_id}


def test_what_is_left_out_stays_and_no_seat_changes(queue: CommandQueue, sold: Reservation) -> None:
    boss, before = person(make_user("boss")), SeatChange.objects.count()
    queue.submit(ChangeBuyer(boss, sold.pk, buyer_email=""))
    sold.refresh_from_db()
    assert (sold.buyer_name, sold.buyer_email) == ("Hans", "")
    queue.submit(ChangeBuyer(boss, sold.pk, buyer_name="Huber"))
    sold.refresh_from_db()
    assert (sold.buyer_name, sold.buyer_email) == ("Huber", "")
    assert SeatChange.objects.count() == before


def test_the_same_name_is_no_change(queue: CommandQueue, sold: Reservation) -> None:
    answer = queue.submit(ChangeBuyer(person(make_user("boss")), sold.pk, "Hans"))
    assert answer["message"] == "Nothing was changed"
    assert not SecurityEvent.objects.filter(kind=Kind.BUYER_CHANGED).exists()


def test_a_booking_that_has_ended_is_changed_too(queue: CommandQueue, sold: Reservation) -> None:
    boss = person(make_user("boss"))
    queue.submit(CancelReservation(boss, sold.pk, as_organiser=True))
    queue.submit(ChangeBuyer(boss, sold.pk, "Huber"))
    sold.refresh_from_db()
    assert sold.buyer_name == "Huber"


def test_another_events_booking_is_not_found(sold: Reservation) -> None:
    queue = CommandQueue(make_event().pk)
    with pytest.raises(ReservationNotFound):
        queue.submit(ChangeBuyer(person(make_user("boss")), sold.pk, "Huber"))
    sold.refresh_from_db()
    assert sold.buyer_name == "Hans"


def test_an_accounts_booking_keeps_the_accounts_address(
    event: Event, queue: CommandQueue, sold: Reservation
) -> None:
    account = make_user("hans", email="hans@example.org")
    Reservation.objects.update(user=account, buyer_name="", buyer_email="")
    queue.submit(ChangeBuyer(person(make_user("boss")), sold.pk, "Familie Huber"))
    found = booking(reservation_id=sold.pk)["buyer"]
    assert found == {"name": "Familie Huber", "email": "hans@example.org", "account": "hans"}
