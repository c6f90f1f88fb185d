"""Tickets that are used twice, unpaid, cancelled, forged, or for another event."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from infrastructure.security_log.models import SecurityEvent
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.domain.states import PaymentStatus
from reservations.models import Entry, Event, Payment, Reservation
from tests.contract.calls import SCAN, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_user, pay_for, permitted, person, seat_ids, signed_in


@pytest.fixture
def steward(office: BoxOffice) -> APIClient:
    return signed_in(permitted(make_user("steward"), SCAN))


def book(event: Event, seats: tuple[int, ...], method: str = "cash") -> str:
    """Book seats of an event; return the booking's public id."""
    buyer = person(make_user())
    CommandQueue(event.pk).submit(LockSeats(buyer, seats))
    answer = CommandQueue(event.pk).submit(ReserveSeats(buyer, seats, method))
    return answer["reservation"]["id"]


def scan(client: APIClient, public_id: str, **body: Any) -> Any:
    return client.post(f"/api/tickets/{ticket_code(public_id)}/entry/", body)


def verdict(client: APIClient, public_id: str) -> tuple[bool, str | None]:
    found = client.get(f"/api/tickets/{ticket_code(public_id)}/").json()
    return found["admits"], found["reason"]


def logged() -> list[tuple[str, Any]]:
    rows = SecurityEvent.objects.filter(kind__startswith="ticket").order_by("pk")
    return [(row.kind, row.details.get("code")) for row in rows]


def test_a_used_ticket_is_refused_with_time_and_gate_of_its_use(
    office: BoxOffice, steward: APIClient
) -> None:
    answer = scan(steward, office.reservation, gate="North")
    assert answer.status_code == 200
    [first] = answer.json()["admitted"]
    assert (first["seat_id"], first["seat_number"], first["gate"]) == (office.booked, "A4", "North")
    for _ in range(3):
        found = refusal(scan(steward, office.reservation, gate="South"), 409, "already_entered")
        assert found["entries"] == [first]
    assert verdict(steward, office.reservation) == (False, "used")
    assert Entry.objects.count() == 1
    assert logged() == [("ticket_admitted", None)] + [("ticket_refused", "already_entered")] * 3


def test_each_seat_of_a_ticket_is_admitted_once(steward: APIClient) -> None:
    event = make_event()
    ids = seat_ids(event)[:3]
    public_id = book(event, ids)
    pay_for(public_id)
    seq = Event.objects.get(pk=event.pk).change_seq
    assert scan(steward, public_id, seat_ids=[ids[0]], gate="North").status_code == 200
    assert verdict(steward, public_id) == (True, None)
    found = refusal(scan(steward, public_id, seat_ids=ids[:2]), 409, "already_entered")
    assert [entry["seat_id"] for entry in found["entries"]] == [ids[0]]
    assert Entry.objects.count() == 1
    rest = scan(steward, public_id).json()["admitted"]
    assert [entry["seat_id"] for entry in rest] == list(ids[1:])
    found = refusal(scan(steward, public_id), 409, "already_entered")
    assert [entry["seat_id"] for entry in found["entries"]] == list(ids)
    assert Event.objects.get(pk=event.pk).change_seq == seq


def test_a_seat_that_is_not_on_the_ticket_is_refused(office: BoxOffice, steward: APIClient) -> None:
    asked = [office.booked, office.booked_by_bob]
    found = refusal(scan(steward, office.reservation, seat_ids=asked), 404, "seat_not_found")
    assert found["seat_ids"] == [office.booked_by_bob]
    assert not Entry.objects.exists()


def test_an_unpaid_ticket_is_refused_until_it_is_paid(steward: APIClient) -> None:
    event = make_event()
    public_id = book(event, seat_ids(event)[:1])
    assert verdict(steward, public_id) == (False, "unpaid")
    refusal(scan(steward, public_id), 409, "ticket_unpaid")
    assert not Entry.objects.exists()
    pay_for(public_id)
    assert verdict(steward, public_id) == (True, None)
    assert scan(steward, public_id).status_code == 200


def test_a_ticket_not_paid_in_time_is_refused_before_and_after_its_release(
    steward: APIClient,
) -> None:
    event = make_event()
    public_id = book(event, seat_ids(event)[:1])
    Reservation.objects.filter(public_id=public_id).update(
        payment_due_at=timezone.now() - timedelta(seconds=1)
    )
    assert verdict(steward, public_id) == (False, "lapsed")
    refusal(scan(steward, public_id), 409, "ticket_lapsed")
    assert not Entry.objects.exists()


@pytest.mark.parametrize("status", [None, PaymentStatus.REFUND_DUE, PaymentStatus.VOID_DUE])
def test_a_ticket_with_a_failed_charge_is_unpaid(
    status: PaymentStatus | None, steward: APIClient
) -> None:
    event = make_event()
    public_id = book(event, seat_ids(event)[:1])
    booked = Reservation.objects.get(public_id=public_id)
    assert booked.user is not None
    booked.payment_method, booked.payment_due_at = "card", None
    booked.save()
    if status is not None:
        Payment.objects.create(
            reference="x",
            event=event,
            user=booked.user,
            reservation=booked,
            method="card",
            amount=booked.total_price,
            currency="EUR",
            status=status,
            created_at=booked.created_at,
            updated_at=booked.created_at,
        )
    refusal(scan(steward, public_id), 409, "ticket_unpaid")
    assert verdict(steward, public_id) == (False, "unpaid")


def test_a_cancelled_ticket_is_refused(office: BoxOffice, steward: APIClient) -> None:
    path = f"/api/reservations/{office.reservation}/cancel/"
    assert office.browser(office.alice).post(path).status_code == 200
    refusal(scan(steward, office.reservation), 409, "ticket_cancelled")
    assert verdict(steward, office.reservation) == (False, "cancelled")
    assert not Entry.objects.exists()


def test_an_admitted_booking_cannot_be_cancelled(office: BoxOffice, steward: APIClient) -> None:
    assert scan(steward, office.reservation).status_code == 200
    before = office.state()
    path = f"/api/reservations/{office.reservation}/cancel/"
    refusal(office.browser(office.alice).post(path), 409, "reservation_used")
    assert office.state() == before
    assert (
        office.browser(office.organiser).post(path).json()["reservation"]["status"] == "cancelled"
    )
    refusal(scan(steward, office.reservation), 409, "ticket_cancelled")
    assert Entry.objects.count() == 1


def test_a_forged_code_is_refused_and_logged(office: BoxOffice, steward: APIClient) -> None:
    code = ticket_code(office.reservation)
    other = ticket_code(office.reservation_of_bob)
    forged = f"{code.partition('-')[0]}-{other.partition('-')[2]}"
    for path in (f"/api/tickets/{forged}/", f"/api/tickets/{'A' * 16}-{'A' * 16}/"):
        refusal(steward.get(path), 404, "ticket_not_found")
        refusal(steward.post(f"{path}entry/", {"gate": "North"}), 404, "ticket_not_found")
    assert not Entry.objects.exists()
    assert logged() == [("ticket_refused", "ticket_not_found")] * 4


def test_a_ticket_for_another_event_is_refused(office: BoxOffice, steward: APIClient) -> None:
    other = make_event(name="Matinee")
    found = refusal(
        scan(steward, office.reservation, event=other.pk), 409, "ticket_for_another_event"
    )
    assert (found["event"], found["event_name"]) == (office.event.pk, office.event.name)
    assert not Entry.objects.exists()
    assert logged() == [("ticket_refused", "ticket_for_another_event")]
    assert scan(steward, office.reservation, event=office.event.pk).status_code == 200


def test_a_repeated_scan_with_its_key_gets_the_same_response(
    office: BoxOffice, steward: APIClient
) -> None:
    path = f"/api/tickets/{ticket_code(office.reservation)}/entry/"
    key: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": "scan-1"}
    first: Any = steward.post(path, {"gate": "North"}, **key)
    again: Any = steward.post(path, {"gate": "North"}, **key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    refusal(steward.post(path, {"gate": "South"}, **key), 422, "idempotency_key_reused")
    assert Entry.objects.count() == 1


def test_a_buyer_sees_admitted_seats_and_cannot_admit_themselves(
    office: BoxOffice, steward: APIClient
) -> None:
    alice = office.browser(office.alice)
    refusal(scan(alice, office.reservation), 403, "permission_denied")
    path = f"/api/reservations/{office.reservation}/"
    assert [seat["entry"] for seat in alice.get(path).json()["seat_details"]] == [None]
    [admitted] = scan(steward, office.reservation, gate="North").json()["admitted"]
    [seat] = alice.get(path).json()["seat_details"]
    assert seat["entry"] == {"at": admitted["at"], "gate": "North"}
