"""What the buyer of one booking is mailed when it is cancelled, lapses, is paid or paid back."""

from datetime import timedelta
from decimal import Decimal
from email.message import Message
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Mail
from reservations.domain.states import Settling
from reservations.models import Event, Reservation
from tests.factories import make_event, make_user, seat_ids, signed_in, stranger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ADDRESS = "zoe@example.org"


@pytest.fixture
def event() -> Event:
    return make_event(seats=8, offline_methods=["invoice"], cancel_until=None)


@pytest.fixture
def office() -> Any:
    return signed_in(make_user("boss", is_superuser=True))


@pytest.fixture
def buyer() -> Any:
    """A client signed in to an account whose address nobody has verified."""
    return signed_in(make_user("zoe", email=ADDRESS, language="en"))


def _book(client: Any, event: Event, place: int, method: str = "card") -> Any:
    seats = {"seat_ids": [seat_ids(event)[place]]}
    assert client.post(f"/api/events/{event.pk}/lock/", seats).status_code == 200
    order = {**seats, "payment_method": method}
    answer = client.post(f"/api/events/{event.pk}/reserve/", order)
    assert answer.status_code == 201
    return answer.json()


def _sell(office: Any, event: Event, *places: int, **buyer: Any) -> str:
    ids = seat_ids(event)
    body = {"seat_ids": [ids[each] for each in places], "payment_method": "cash", **buyer}
    answer = office.post(f"/api/events/{event.pk}/box-office/sell/", {"buyer_name": "Z", **body})
    return str(answer.json()["reservation_id"])


def _sent(mailoutbox: list[Any], subject: str) -> Any:
    call_command("send_mail")
    [found] = [each for each in mailoutbox if each.subject.startswith(subject)]
    return found


def _types(sent: Any) -> list[str]:
    message: Message = sent.message()
    return [part.get_content_type() for part in message.walk()]


def test_an_unverified_account_is_mailed_its_tickets_and_told_where_they_went(
    event: Event, buyer: Any, mailoutbox: list[Any]
) -> None:
    assert _book(buyer, event, 0)["mailed_to"] == ADDRESS
    sent = _sent(mailoutbox, "Booked: Concert")
    assert sent.to == [ADDRESS]
    assert "application/pdf" in _types(sent)


def test_paid_tickets_are_mailed_beyond_the_limits(event: Event, mailoutbox: list[Any]) -> None:
    guests = [stranger() for _ in range(7)]
    for place, guest in enumerate(guests):
        assert guest.post("/api/guest/", {"name": "Zoe", "email": ADDRESS}).status_code == 201
        assert _book(guest, event, place)["mailed_to"] == ADDRESS
    call_command("send_mail")
    assert [sent.to for sent in mailoutbox] == [[ADDRESS]] * 7


def test_a_confirmation_beyond_the_limits_is_not_said_to_be_mailed(event: Event) -> None:
    guests = [stranger() for _ in range(6)]
    found = []
    for place, guest in enumerate(guests):
        guest.post("/api/guest/", {"name": "Zoe", "email": ADDRESS})
        found.append(_book(guest, event, place, "invoice")["mailed_to"])
    assert found == [ADDRESS] * 5 + [""]


def test_without_an_address_nothing_is_mailed(event: Event) -> None:
    assert _book(signed_in(make_user("yan")), event, 0)["mailed_to"] == ""


@pytest.mark.parametrize("by", ["buyer", "organiser"])
def test_a_cancelled_booking_is_told_with_its_refund(
    by: str, event: Event, buyer: Any, office: Any, mailoutbox: list[Any]
) -> None:
    number = _book(buyer, event, 0)["reservation_id"]
    client = buyer if by == "buyer" else office
    for _ in range(2):
        assert client.post(f"/api/reservations/{number}/cancel/").status_code == 200
    sent = _sent(mailoutbox, "Booking cancelled: Concert")
    assert f"booking {number} is cancelled" in sent.body
    assert "You get €50.00 back the way you paid." in sent.body


def test_what_the_box_office_owes_is_told_when_it_cancels_and_when_it_pays(
    event: Event, office: Any, mailoutbox: list[Any]
) -> None:
    number = _sell(office, event, 0, buyer_email=ADDRESS)
    office.post(f"/api/reservations/{number}/cancel/")
    sent = _sent(mailoutbox, "Booking cancelled: Concert")
    assert "The organiser pays you €50.00 back." in sent.body
    for _ in range(2):
        assert office.post(f"/api/reservations/{number}/paid-back/").status_code == 200
    assert "€50.00 was paid back to you" in _sent(mailoutbox, "Paid back: Concert").body


def test_a_part_that_is_refunded_is_told_with_the_new_seats(
    event: Event, buyer: Any, office: Any, mailoutbox: list[Any]
) -> None:
    ids = seat_ids(event)
    event.seats.filter(pk=ids[1]).update(price=Decimal(20))
    number = _book(buyer, event, 0)["reservation_id"]
    body = {"moves": {ids[0]: ids[1]}, "settling": Settling.PROVIDER.value}
    assert office.post(f"/api/reservations/{number}/move/", body).status_code == 200
    sent = _sent(mailoutbox, "Your seats have changed: Concert")
    assert "You get €30.00 back the way you paid." in sent.body


def test_a_paid_invoice_brings_the_ticket(
    event: Event, buyer: Any, office: Any, mailoutbox: list[Any]
) -> None:
    number = _book(buyer, event, 0, "invoice")["reservation_id"]
    for _ in range(2):
        assert office.post(f"/api/reservations/{number}/paid/").status_code == 200
    sent = _sent(mailoutbox, "Paid: Concert")
    assert "payment for booking" in sent.body
    assert "€50.00" in sent.body
    assert {"application/pdf", "image/png"} <= set(_types(sent))


def test_a_booking_that_lapses_is_told(event: Event, buyer: Any, mailoutbox: list[Any]) -> None:
    number = _book(buyer, event, 0, "invoice")["reservation_id"]
    Reservation.objects.update(payment_due_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        call_command("lapse_unpaid_reservations")
    sent = _sent(mailoutbox, "Not paid in time: Concert")
    assert f"booking {number} was not paid until" in sent.body
    assert "application/pdf" not in _types(sent)


@pytest.mark.parametrize(("other", "is_told"), [("yan@example.org", True), (ADDRESS, False)])
def test_the_buyer_of_a_merged_booking_is_told_unless_it_is_the_same(
    event: Event, office: Any, other: str, *, is_told: bool
) -> None:
    kept = _sell(office, event, 0, buyer_email=ADDRESS)
    merged = _sell(office, event, 1, buyer_email=other)
    body = {"other": merged, "confirm_other_buyer": True}
    assert office.post(f"/api/reservations/{kept}/merge/", body).status_code == 200
    told = Mail.objects.filter(kind=Mail.Kind.ENDED)
    assert [mail.details["into"] for mail in told] == [kept] * is_told
