"""Payments, cancellations and extensions through the API."""

from typing import Any

from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reservations.domain.states import SeatStatus
from reservations.models import DemoCharge, Event, Payment, Reservation, Seat
from tests.contract.calls import refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_user, permitted, signed_in, stranger

METHODS = [
    *("card", "card_asking", "card_declined", "card_lost", "card_slow", "card_withdrawn"),
    *("cash", "invoice"),
]


def _reserve(office: BoxOffice, method: str, **more: Any) -> Any:
    body = {"seat_ids": [office.held], "payment_method": method}
    return office.browser(office.alice).post(
        f"/api/events/{office.event.pk}/reserve/", body, **more
    )


def test_an_event_lists_its_payment_methods(office: BoxOffice) -> None:
    found = office.browser(office.alice).get(f"/api/events/{office.event.pk}/").json()
    assert sorted(method["code"] for method in found["payment_methods"]) == METHODS
    problems = {each["code"] for each in found["payment_methods"] if each["demo"] == "problem"}
    assert problems == {"card_declined", "card_lost", "card_slow", "card_withdrawn"}


def test_a_booking_has_its_payment_method(office: BoxOffice) -> None:
    answer = _reserve(office, "card", HTTP_IDEMPOTENCY_KEY="k").json()
    assert answer["reservation"]["payment_status"] == "authorised"
    path = f"/api/reservations/{answer['reservation_id']}/"
    assert office.browser(office.alice).get(path).json()["payment_status"] == "captured"
    assert _reserve(office, "card", HTTP_IDEMPOTENCY_KEY="k").json() == answer
    assert DemoCharge.objects.filter(method="card").count() == 1


def test_an_unknown_payment_method_is_refused(office: BoxOffice) -> None:
    found = refusal(_reserve(office, "seashells"), 400, "invalid")
    assert "payment_method" in found["fields"]


def test_a_declined_card_is_402_and_the_seat_stays_locked(office: BoxOffice) -> None:
    refusal(_reserve(office, "card_declined"), 402, "payment_declined")
    assert Seat.objects.get(pk=office.held).locked_by == office.alice
    assert _reserve(office, "card").status_code == 201


def test_a_card_blocked_after_the_booking_is_402_and_frees_the_seat(
    office: BoxOffice,
) -> None:
    refusal(_reserve(office, "card_withdrawn"), 402, "payment_withdrawn")
    assert Seat.objects.get(pk=office.held).status == SeatStatus.AVAILABLE


def test_a_repeated_call_during_a_payment_is_told_to_retry(
    office: BoxOffice, settings: Settings
) -> None:
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    now = timezone.now()
    Payment.objects.create(
        reference="r",
        event=office.event,
        user=office.alice,
        method="card",
        amount=50,
        currency="EUR",
        status="pending",
        created_at=now,
        updated_at=now,
    )
    answer = _reserve(office, "card")
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_under_way")
    assert int(answer.headers["Retry-After"]) > 0
    assert _reserve(office, "invoice").status_code == 201


def test_after_the_cancellation_deadline_only_an_organiser_can_cancel(
    office: BoxOffice,
) -> None:
    Event.objects.update(cancel_until=timezone.now())
    path = f"/api/reservations/{office.reservation}/cancel/"
    before = office.state()
    found = refusal(office.browser(office.alice).post(path), 409, "cancellation_closed")
    assert found["cancel_until"]
    assert office.state() == before
    boss = permitted(make_user("boss"), "reservations.change_reservation")
    assert signed_in(boss).post(path).json()["reservation"]["status"] == "cancelled"


def test_only_its_buyer_and_organisers_can_access_a_booking(office: BoxOffice) -> None:
    path = f"/api/reservations/{office.reservation_of_bob}/"
    refusal(office.browser(office.alice).post(f"{path}cancel/"), 404, "reservation_not_found")
    assert Reservation.objects.get(public_id=office.reservation_of_bob).status == "confirmed"
    boss = permitted(make_user("boss"), "reservations.view_reservation")
    assert signed_in(boss).get(path).json()["seats"] == ["A5"]


def test_extensions_of_a_hold_are_limited(office: BoxOffice) -> None:
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}/extend/"
    lefts = []
    for _ in range(2):
        [seat] = client.post(path, {"seat_ids": [office.held]}).json()["seats"]
        lefts.append(seat["extensions_left"])
    assert lefts == [1, 0]
    before = office.state()
    found = refusal(client.post(path, {"seat_ids": [office.held]}), 409, "extension_limit")
    [row] = found["conflicts"]
    assert (row["seat_number"], row["reason"]) == ("A2", "extension_limit")
    assert row["locked_until"] == seat["locked_until"]
    assert office.state() == before


def test_only_own_locks_can_be_extended(office: BoxOffice) -> None:
    path = f"/api/events/{office.event.pk}/extend/"
    answer = office.browser(office.alice).post(
        path, {"seat_ids": [office.held, office.held_by_bob]}
    )
    [row] = refusal(answer, 409, "not_holder")["conflicts"]
    assert (row["seat_id"], row["reason"]) == (office.held_by_bob, "locked")


def _opened(office: BoxOffice) -> str:
    answer = _reserve(office, "card_asking", HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 202
    assert _reserve(office, "card_asking", HTTP_IDEMPOTENCY_KEY="k").json() == answer.json()
    return str(answer.json()["payment_reference"])


def _send(office: BoxOffice, reference: str, call: str) -> Any:
    return office.browser(office.alice).post(f"/api/payments/{reference}/{call}/").json()


def test_a_payment_is_booked_once_the_buyer_has_approved_it_on_their_banks_page(
    office: BoxOffice,
) -> None:
    reference = _opened(office)
    found = _send(office, reference, "refresh")
    bank = found["action_url"]
    assert (found["payment"]["state"], found["payment"]["seats"]) == ("open", ["A2"])
    browser = office.browser(office.alice)
    [listed] = browser.get("/api/payments/").json()
    assert listed == browser.get(f"/api/payments/{reference}/").json() == found["payment"]
    page = stranger().get(bank, HTTP_ACCEPT_LANGUAGE="de-AT")
    assert "50,00\N{NO-BREAK SPACE}€" in page.content.decode()
    chosen = stranger().get(f"{bank}&language=en", HTTP_ACCEPT_LANGUAGE="de-AT")
    assert "€50.00" in chosen.content.decode()
    answer = Client().post(bank, {"approve": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/payments/{reference}")
    found = _send(office, reference, "refresh")
    assert (found["payment"]["state"], found["action_url"]) == ("booked", None)
    path = f"/api/reservations/{found['payment']['reservation_id']}/"
    assert browser.get(path).json()["payment_status"] == "captured"
    assert browser.get("/api/payments/").json() == []


def test_a_payment_that_the_buyer_declines_leaves_the_seat_held(office: BoxOffice) -> None:
    reference = _opened(office)
    Client().post(_send(office, reference, "refresh")["action_url"], {"decline": ""})
    assert _send(office, reference, "refresh")["payment"]["state"] == "declined"
    assert Seat.objects.get(pk=office.held).locked_by == office.alice
    assert _reserve(office, "card").status_code == 201


def test_an_open_payment_is_given_up_to_pay_another_way(office: BoxOffice) -> None:
    reference = _opened(office)
    assert _reserve(office, "card").json()["code"] == "payment_under_way"
    assert _send(office, reference, "cancel")["state"] == "ended"
    assert _reserve(office, "card").status_code == 201


def test_the_demos_provider_sends_no_notices(office: BoxOffice) -> None:
    refusal(stranger().post("/api/payments/notices/", {}), 400, "malformed")
