"""Fields that clients must not set, in the body of every call."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from reservations.models import Event, Payment, Reservation, ReservationSeat, Seat
from tests.contract.calls import WRITES, Call, few
from tests.contract.conftest import BoxOffice

pytestmark = pytest.mark.any_database

FAR = "2099-01-01T00:00:00Z"
# Fields of the caller that calls change anyway.
ALSO = {
    "/password/reset/confirm/": {"email_verified_at", "new_email"},
    "/email/": {"email", "email_verified_at", "new_email"},
    "/second-factor/": {"second_factor_since"},
}


def _not_theirs(office: BoxOffice) -> dict[str, Any]:
    """Return a value for each name of a column, an argument or a response field."""
    bob = office.bob.pk
    return {
        # Of a person.
        **dict.fromkeys(("id", "pk", "user", "user_id", "actor", "person", "holder", "buyer"), bob),
        **dict.fromkeys(("is_staff", "is_superuser", "is_active", "as_organiser"), True),
        **{
            "groups": [1],
            "user_permissions": [1, 2, 3],
            "folded_username": "bob",
            "last_login": FAR,
        },
        **{"generation": 99, "date_joined": FAR, "token_type": "access", "sid": "x", "stamp": "x"},
        # Of a seat.
        **{"status": "available", "is_available": True, "price": "0.01", "total_price": "0.01"},
        **{"locked_by": "bob", "locked_by_id": bob, "locked_until": FAR, "locked_since": FAR},
        **{"reserved_by": "bob", "reservation": office.reservation_of_bob, "version": 0},
        **{"extensions": -9, "extensions_left": 9, "lock_seconds": 9_999_999, "seat_cap": 500},
        # Of a booking or a payment.
        **{"event": 1, "event_id": 1, "reservation_id": office.reservation_of_bob, "live": False},
        **{"currency": "XXX", "amount": "0.01", "captured": True, "refunded": True, "seats": []},
        **{"created_at": FAR, "cancelled_at": FAR, "ticket_code": office.code, "cancel_until": FAR},
        **{"payment_due_at": FAR, "paid_at": FAR, "is_paid": True, "purchase_cap": 500},
        **{"key": "bobs", "idempotency_key": "bobs", "change_seq": 0, "layout": "x", "seq": 0},
        **{"__class__": "User", "__proto__": {"is_staff": True}, "constructor": {"x": 1}},
    }


@pytest.mark.parametrize(
    "call",
    few(call for call in WRITES if not call.needs_organiser and not call.has_steps),
)
def test_extra_body_fields_are_ignored(call: Call, office: BoxOffice) -> None:
    everybody: Any = User.objects.values()
    people = {row["id"]: row for row in everybody}
    event = Event.objects.values().get()
    static = _static()
    body = {**_not_theirs(office), **(office.body(call) or {})}
    path = office.path(call)
    answer = getattr(office.browser(office.caller(call)), call.method.lower())(path, body)
    assert answer.status_code in (200, 201), answer.content

    for row in everybody.all():
        before = people.get(row["id"])
        if before is None:
            assert row["username"] == body.get("username", row["username"])
            assert (row["is_staff"], row["is_superuser"], row["is_active"]) == (False, False, True)
            assert row["date_joined"] <= timezone.now()
        else:
            changes = {name for name in row if row[name] != before[name]}
            # Sign-ins and password changes set these.
            owner = office.bob if "{uid}" in str(call.body) else office.alice
            may = {office.alice.pk: {"last_login"}, office.organiser.pk: {"last_login"}}
            may[owner.pk] = {"last_login", "password", "generation"}
            may[owner.pk].update(*(also for path, also in ALSO.items() if path in call.path))
            if call.path == "/api/me/erase/" and row["id"] == owner.pk:
                continue
            assert changes <= may.get(row["id"], set())
    assert not User.groups.through.objects.exists()
    assert not User.user_permissions.through.objects.exists()
    assert Event.objects.values().get() == {**event, "change_seq": Event.objects.get().change_seq}
    assert _static() == static
    _require_bobs_things_to_be_his(office)
    _require_alices_things_to_be_as_if_she_had_said_nothing(office)


def _static() -> list[Any]:
    columns = ("event", "seat_number", "guid", "price", "category")
    return list(Seat.objects.order_by("pk").values_list("pk", *columns))


def _require_bobs_things_to_be_his(office: BoxOffice) -> None:
    assert Seat.objects.get(pk=office.held_by_bob).locked_by == office.bob
    booked = Reservation.objects.get(user=office.bob)
    assert (booked.public_id, booked.status) == (office.reservation_of_bob, "confirmed")
    assert Seat.objects.get(pk=office.booked_by_bob).reservation == booked


def _require_alices_things_to_be_as_if_she_had_said_nothing(office: BoxOffice) -> None:
    latest = timezone.now() + timedelta(seconds=600)
    for seat in Seat.objects.filter(locked_by=office.alice):
        assert seat.locked_until
        assert seat.locked_until <= latest
    for booking in Reservation.objects.filter(user=office.alice):
        assert booking.created_at <= timezone.now()
        assert (booking.currency, booking.event) == ("EUR", office.event)
        seats = ReservationSeat.objects.filter(reservation=booking)
        assert booking.total_price == len(seats) * Decimal("50.00")
        assert {seat.price for seat in seats} == {Decimal("50.00")}
    for payment in Payment.objects.all():
        assert (payment.amount, payment.currency) == (Decimal("50.00"), "EUR")


def test_fields_in_the_query_are_ignored(office: BoxOffice) -> None:
    form = "&".join(f"{name}={value}" for name, value in _not_theirs(office).items())
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/?{form}"
    seat = office.browser(office.alice).post(path, {}).json()["seat"]
    assert (seat["locked_by"], seat["price"], seat["status"]) == ("alice", "50.00", "locked")
    until = parse_datetime(seat["locked_until"])
    assert until
    assert until <= timezone.now() + timedelta(seconds=300)
