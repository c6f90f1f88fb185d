import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reservations.bookings.results import BatchResults
from reservations.domain.commands import (
    CancelReservations,
    ExtendLocks,
    LapseUnpaid,
    LockSeats,
    UnlockSeats,
)
from reservations.domain.errors import Unavailable
from reservations.models import Event, Reservation
from tests.factories import make_event, make_person, seat_ids
from tests.webhooks.boxes import Box
from webhooks import services
from webhooks.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def open_box(box: Box) -> Box:
    services.set_feed(organisation_id=box.organisation.pk, is_open=True)
    return box


def told(box: Box) -> list[tuple[str, dict[str, Any]]]:
    found = [json.loads(message.body) for message in box.messages()]
    return [(message["type"], message["data"]) for message in found]


def test_each_change_of_a_booking_is_told_with_its_state_after_it(open_box: Box) -> None:
    booking = open_box.book(0, 1)
    open_box.pay(booking)
    open_box.admit(booking, gate="North")
    other = open_box.book(2)
    open_box.cancel(other)
    kinds = [kind for kind, _ in told(open_box)]
    assert kinds == [
        *("booking.created", "booking.changed", "booking.checked_in"),
        *("booking.created", "booking.cancelled"),
    ]
    made, paid, admitted, _, cancelled = [data for _, data in told(open_box)]
    assert made["booking"]["id"] == booking
    assert made["booking"]["event"]["id"] == open_box.event.pk
    assert made["booking"]["total_price"] == "100.00"
    assert [seat["seat_number"] for seat in made["booking"]["seats"]] == ["A1", "A2"]
    assert made["booking"]["paid_at"] is None
    assert paid["change"] == "paid"
    assert paid["booking"]["paid_at"] is not None
    assert admitted["booking"] == paid["booking"]
    assert [(seat["seat_number"], seat["gate"]) for seat in admitted["admitted"]] == [
        ("A1", "North"),
        ("A2", "North"),
    ]
    assert cancelled["reason"] == "cancelled"
    assert cancelled["booking"]["id"] == other
    assert cancelled["booking"]["status"] == "cancelled"
    assert cancelled["booking"]["cancelled_at"] is not None
    assert [message.topic for message in open_box.messages()] == [booking] * 3 + [other] * 2


def test_no_message_names_the_buyer_or_has_the_code_on_the_ticket(open_box: Box) -> None:
    open_box.pay(open_box.book(0))
    bodies = "".join(message.body for message in open_box.messages())
    assert open_box.buyer.name not in bodies
    assert "ticket_code" not in bodies


def test_an_unpaid_booking_that_lapses_is_told_as_cancelled(open_box: Box) -> None:
    booking = open_box.book(0)
    Reservation.objects.update(payment_due_at=timezone.now())
    open_box.submit(LapseUnpaid())
    kind, data = told(open_box)[-1]
    assert (kind, data["reason"]) == ("booking.cancelled", "lapsed")
    assert (data["booking"]["id"], data["booking"]["status"]) == (booking, "lapsed")


def test_bookings_that_end_with_their_event_say_so(open_box: Box) -> None:
    open_box.book(0)
    Event.objects.update(cancelled_at=timezone.now())
    ids = tuple(Reservation.objects.values_list("pk", flat=True))
    open_box.submit(CancelReservations(open_box.owner, ids))
    assert told(open_box)[-1][1]["reason"] == "event_cancelled"


def test_an_event_is_sold_out_when_no_seat_is_left_that_is_not_blocked(open_box: Box) -> None:
    open_box.event.seats.filter(seat_number="A4").update(status=3)
    open_box.book(0, 1)
    assert "event.sold_out" not in dict(told(open_box))
    last = open_box.book(2)
    assert told(open_box)[-1] == (
        "event.sold_out",
        {"event": told(open_box)[0][1]["booking"]["event"]},
    )
    open_box.cancel(last)
    open_box.book(2)
    assert [kind for kind, _ in told(open_box)].count("event.sold_out") == 2


def test_nothing_is_stored_while_the_feed_is_closed(box: Box) -> None:
    box.book(0)
    services.set_feed(organisation_id=box.organisation.pk, is_open=True)
    services.set_feed(organisation_id=box.organisation.pk, is_open=False)
    box.book(1)
    assert not Message.objects.exists()


def test_events_without_an_organisation_tell_nobody(open_box: Box) -> None:
    other = Box(open_box.organisation, make_event(), open_box.owner, open_box.buyer)
    other.book(0)
    assert not Message.objects.exists()


def test_holding_and_releasing_seats_makes_no_query_for_messages(open_box: Box) -> None:
    alice, seats = make_person("alice"), seat_ids(open_box.event)[:2]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        open_box.submit(LockSeats(alice, seats))
        open_box.submit(ExtendLocks(alice, seats))
        open_box.submit(UnlockSeats(alice, seats))
    assert not [query["sql"] for query in queries if "webhooks_" in query["sql"]]
    with CaptureQueriesContext(connection) as queries:
        open_box.book(0)
    assert [query["sql"] for query in queries if "webhooks_" in query["sql"]]


def test_a_booking_that_is_rolled_back_is_not_told(
    open_box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        # After everything was written.
        assert Message.objects.count() == 2
        raise RuntimeError

    booked = open_box.book(0)
    monkeypatch.setattr(BatchResults, "_booked_record", fail)
    with pytest.raises(Unavailable):
        open_box.book(1)
    assert [message.topic for message in open_box.messages()] == [booked]
