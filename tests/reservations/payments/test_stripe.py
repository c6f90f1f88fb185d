"""Stripe's provider against a server like Stripe's, over HTTP."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import Mail, User
from deploy.paths import ROOT
from reservations.api.payment_views import MAX_NOTICE_BYTES, NoticesView
from reservations.bookings import booking_records
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office import bookings, stories
from reservations.domain.commands import LockSeats
from reservations.domain.errors import AmountTooSmall, PaymentDeclined, PaymentUnavailable
from reservations.domain.states import Person
from reservations.models import Event, Payment, Reservation
from reservations.payments import checkout, open_payments, pages, refunds, stripe_provider
from reservations.payments.paying_back import mark_paid_back
from reservations.payments.stripe_amounts import NotChargeable, minor_units
from reservations.payments.stripe_provider import StripeProvider
from reservations.ports import payment_provider as provider_module
from tests.concurrent_commands import at_once
from tests.factories import make_event, make_person, seat_ids, stored_id
from tests.reservations.payments.books import faults_of, held, order_of, reconcile, sold
from tests.reservations.payments.stripe_books import disagreements
from tests.reservations.payments.stripe_like import (
    CARD,
    CARD_THAT_IS_DECLINED,
    CARD_WITH_3D_SECURE,
    StripeLike,
    notice,
    running,
    selling_with,
)
from tests.tables import empty_tables

pytestmark = pytest.mark.django_db(transaction=True)
THOROUGH = pytest.mark.thorough


@pytest.fixture(scope="session")
def server() -> Iterator[StripeLike]:
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def stripe_like(faulty: object, server: StripeLike, settings: Settings) -> Iterator[StripeLike]:
    """Sell with Stripe's provider, instead of the other tests' one."""
    with selling_with(server, settings):
        yield server


def _opened(event: Event, who: Person) -> Payment:
    reference = checkout.reserve(order_of(event, who))["open_payment"]
    return Payment.objects.get(reference=reference)


def _statuses(server: StripeLike) -> tuple[list[str], list[str]]:
    """Return what the shop says of its payments, and Stripe of its intents."""
    payments = Payment.objects.order_by("pk").values_list("status", flat=True)
    return list(payments), [each.status for each in server.intents]


@pytest.mark.parametrize(
    ("number", "approves"), [(CARD, None), pytest.param(CARD_WITH_3D_SECURE, True, marks=THOROUGH)]
)
def test_a_card_is_authorised_then_booked_then_captured(
    number: str, approves: bool | None, event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    [intent] = stripe_like.intents
    assert (payment.provider_reference, intent.amount) == (intent.id, 10_000)
    open_payments.advance(payment.reference)
    assert (_statuses(stripe_like), held(event)) == ((["open"], ["requires_payment_method"]), 2)
    stripe_like.pay(intent.id, number, approves=approves)
    open_payments.advance(payment.reference)
    assert _statuses(stripe_like) == (["captured"], ["succeeded"])
    assert (stripe_like.taken, sold(event), faults_of(event)) == (10_000, 2, [])


def test_a_declined_card_leaves_the_payment_open_for_another_try(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference, CARD_THAT_IS_DECLINED)
    progress = open_payments.advance(payment.reference)
    assert progress is not None
    assert progress.is_declined
    assert (_statuses(stripe_like)[0], held(event)) == (["open"], 2)
    open_payments.give_up(payment.reference)
    assert (_statuses(stripe_like), stripe_like.taken) == ((["voided"], ["canceled"]), 0)


def test_cancelling_a_booking_refunds_it_once(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference)
    open_payments.advance(payment.reference)
    stripe_like.fail(**{"POST refunds": "lost"})
    refunds.cancel(event_id=event.pk, actor=alice, reservation_id=Reservation.objects.get().pk)
    # The checkout asks again, and finds the refund.
    assert (_statuses(stripe_like)[0], stripe_like.taken) == (["refunded"], 0)


def test_parts_are_refunded_once_each(event: Event, alice: Person, stripe_like: StripeLike) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference)
    open_payments.advance(payment.reference)
    for refund in ("first", "second", "first"):
        StripeProvider().refund_part(
            reference=payment.reference, refund=refund, amount=Decimal("12.50")
        )
    assert stripe_like.taken == 10_000 - 2 * 1_250


def _captured(event: Event, who: Person, stripe_like: StripeLike) -> Payment:
    """Book both seats for 100.00."""
    payment = _opened(event, who)
    stripe_like.pay(payment.provider_reference)
    open_payments.advance(payment.reference)
    return payment


def _cancel(event: Event, who: Person) -> Reservation:
    booking = Reservation.objects.get()
    refunds.cancel(event_id=event.pk, actor=who, reservation_id=booking.pk)
    return booking


def _tell(payment: Payment, kind: str = "refund.updated") -> None:
    about = {"object": "refund", "id": "re_1", "payment_intent": payment.provider_reference}
    assert Client().post(**notice(kind, about)).status_code == 204


def _told(booking: Reservation) -> tuple[str | None, str | None]:
    """Return what everybody sees of a booking's money: its status, and what is owed here."""
    record = booking_records.reservation(reservation_id=booking.pk)
    return record["payment_status"], record["to_pay_back"]


@pytest.mark.parametrize("kind", ["refund.failed", "charge.refunded"])
def test_a_refund_that_fails_later_is_still_owed(
    kind: str, event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _captured(event, alice, stripe_like)
    booking = _cancel(event, alice)
    assert _told(booking) == ("refunded", None)
    stripe_like.end_refund(stripe_like.refunds[0].id, "failed")
    _tell(payment, kind)
    assert (_told(booking), faults_of(event)) == (("refund_failed", "100.00"), [])
    mark_paid_back(event_id=event.pk, reservation_id=booking.pk, actor_id=alice.id)
    assert (_told(booking), faults_of(event)) == (("refund_failed", None), [])


def test_a_refund_that_is_made_again_in_the_dashboard_is_not_owed_any_more(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _captured(event, alice, stripe_like)
    booking = _cancel(event, alice)
    stripe_like.end_refund(stripe_like.refunds[0].id, "failed")
    _tell(payment)
    again = stripe_like.refund(payment.provider_reference, 10_000)
    _tell(payment, "refund.created")
    assert (_told(booking), faults_of(event)) == (("refunded", None), [])
    stripe_like.end_refund(again, "failed")
    _tell(payment)
    assert (_told(booking), faults_of(event)) == (("refund_failed", "100.00"), [])


def test_what_the_dashboard_has_refunded_before_is_not_refunded_again(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    """Also if its notice was lost; the rest is refunded."""
    payment = _captured(event, alice, stripe_like)
    stripe_like.refund(payment.provider_reference, 3_000)
    booking = _cancel(event, alice)
    assert [each.amount for each in stripe_like.refunds] == [3_000, 7_000]
    assert (_told(booking), stripe_like.taken, faults_of(event)) == (("refunded", None), 0, [])


def test_a_refund_of_a_live_booking_in_the_dashboard_lowers_what_it_is_refunded_later(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    User.objects.filter(pk=alice.id).update(email="alice@example.org")
    payment = _captured(event, alice, stripe_like)
    stripe_like.refund(payment.provider_reference, 3_000)
    for _ in range(2):
        _tell(payment)
    booking = Reservation.objects.get()
    record = bookings.booking(reservation_id=booking.pk)
    [row] = record["settlements"]
    assert (row["kind"], row["amount"], row["status"]) == ("returned", "-30.00", "refunded")
    assert record["paid_online"] == "100.00"
    [mail] = Mail.objects.filter(kind=Mail.Kind.REFUNDED)
    assert (mail.details["booking"], mail.details["amount"]) == (booking.public_id, "30 EUR")
    assert (_told(booking), faults_of(event)) == (("captured", None), [])
    _cancel(event, alice)
    assert [each.amount for each in stripe_like.refunds] == [3_000, 7_000]
    assert (_told(booking), stripe_like.taken, faults_of(event)) == (("refunded", None), 0, [])


@pytest.mark.parametrize(("ends", "owed"), [("succeeded", None), ("canceled", "100.00")])
def test_a_pending_refund_is_made_when_stripe_says_so(
    ends: str, owed: str | None, event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _captured(event, alice, stripe_like)
    stripe_like.begin_refunds_as("pending")
    booking = _cancel(event, alice)
    reconcile()
    assert (_told(booking), faults_of(event)) == (("refund_due", None), [])
    stripe_like.end_refund(stripe_like.refunds[0].id, ends)
    _tell(payment)
    reconcile()
    assert len(stripe_like.refunds) == 1
    assert (_told(booking)[1], faults_of(event)) == (owed, [])
    assert _told(booking)[0] == ("refunded" if owed is None else "refund_failed")


# The calls of a sale in their order, and what it comes to if one fails: what was taken.
_CALLS = {
    "POST payment_intents": 0,
    "POST capture": 10_000,
    "POST cancel": 0,
    "POST refunds": 0,
}
_QUICK = {("POST payment_intents", "lost"), ("POST capture", "down")}


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        pytest.param(call, fault, marks=() if (call, fault) in _QUICK else THOROUGH)
        for call in _CALLS
        for fault in ("down", "lost", "slow")
    ],
)
def test_a_failing_network_leaves_a_booking_and_a_charge_or_neither(
    call: str,
    fault: str,
    event: Event,
    alice: Person,
    stripe_like: StripeLike,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A slow call is executed, but not answered in time."""
    monkeypatch.setattr(stripe_provider, "_TIMEOUT_SECONDS", 1 if fault == "slow" else 60)
    stripe_provider.client.cache_clear()
    stripe_like.fail(**{call: fault})
    with suppress(PaymentUnavailable):
        payment = _opened(event, alice)
        if call == "POST cancel":
            open_payments.give_up(payment.reference)
        else:
            stripe_like.pay(payment.provider_reference)
            open_payments.advance(payment.reference)
    if call == "POST refunds":
        number = Reservation.objects.get().pk
        refunds.cancel(event_id=event.pk, actor=alice, reservation_id=number)
    assert call in [" ".join(each) for each in stripe_like.calls]
    stripe_like.fail()
    reconcile()
    assert (disagreements(stripe_like), faults_of(event)) == ([], [])
    assert (stripe_like.taken, sold(event)) == (_CALLS[call], 2 if _CALLS[call] else 0)


@THOROUGH
@pytest.mark.postgres
@pytest.mark.parametrize("gives_up", [False, True])
def test_whoever_hears_of_a_payment_at_once_books_and_charges_it_once(
    gives_up: bool, stripe_like: StripeLike
) -> None:
    """Unless the buyer gives up at the same moment, in another tab."""
    for _ in range(10):
        empty_tables()
        stripe_like.reset()
        event, alice = make_event(), make_person()
        CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:2]))
        payment = _opened(event, alice)
        stripe_like.pay(payment.provider_reference)
        told = notice("payment_intent.amount_capturable_updated", _intent(payment))
        works: list[Callable[[], object]] = [
            *[partial(Client().post, **told) for _ in range(3)],
            *[partial(open_payments.advance, payment.reference) for _ in range(3)],
            reconcile,
        ]
        if gives_up:
            works.append(partial(open_payments.give_up, payment.reference))
        at_once(works)
        reconcile()
        assert (disagreements(stripe_like), faults_of(event)) == ([], [])
        ends = {(10_000, 2), (0, 0)} if gives_up else {(10_000, 2)}
        assert (stripe_like.taken, sold(event)) in ends


def test_the_card_of_a_payment_that_has_expired_is_not_charged(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    Payment.objects.update(expires_at=payment.created_at - timedelta(days=1))
    reconcile()
    stripe_like.pay_if_possible(payment.provider_reference)
    reconcile()
    assert (_statuses(stripe_like), stripe_like.taken) == ((["voided"], ["canceled"]), 0)


def _intent(payment: Payment, **fields: Any) -> dict[str, Any]:
    return {"object": "payment_intent", "id": payment.provider_reference, **fields}


def test_notices_may_come_early_late_twice_and_in_any_order(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    succeeded = notice("payment_intent.succeeded", _intent(payment, status="succeeded"))
    authorised = notice("payment_intent.amount_capturable_updated", _intent(payment))
    failed = notice("payment_intent.canceled", _intent(payment, status="canceled"))
    browser = Client()
    for early in (succeeded, failed):
        assert browser.post(**early).status_code == 204
    assert (_statuses(stripe_like)[0], held(event)) == (["open"], 2)
    stripe_like.pay(payment.provider_reference)
    for each in (authorised, failed, authorised, succeeded):
        assert browser.post(**each).status_code == 204
    assert _statuses(stripe_like) == (["captured"], ["succeeded"])
    assert (stripe_like.taken, sold(event)) == (10_000, 2)


def test_organisers_see_a_dispute_on_the_booking_and_in_the_history(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference)
    open_payments.advance(payment.reference)
    about = {"object": "dispute", "id": "dp_1", "payment_intent": payment.provider_reference}
    number = Reservation.objects.get().pk
    assert bookings.booking(reservation_id=number)["dispute"] is None
    for status in ("needs_response", "needs_response", "lost"):
        stripe_like.dispute(payment.provider_reference, status)
        assert Client().post(**notice("charge.dispute.updated", about)).status_code == 204
        assert bookings.booking(reservation_id=number)["dispute"] == status
    told = stories.actions(event_id=event.pk, with_roles=False, limit=10)
    assert [row["kind"] for row in told].count("payment_disputed") == 2
    assert Payment.objects.get().status == "captured"


def test_lost_notices_of_disputes_are_made_up_for_with_one_call(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference)
    open_payments.advance(payment.reference)
    stripe_like.dispute(payment.provider_reference, "lost")
    stripe_like.forget_calls()
    for expected in ("Disputes that were new or had changed: 1\n", ""):
        out = StringIO()
        call_command("reconcile_disputes", stdout=out)
        assert out.getvalue() == expected
    assert stripe_like.calls == [("GET", "disputes")] * 2
    assert Payment.objects.get().dispute == "lost"
    told = stories.actions(event_id=event.pk, with_roles=False, limit=10)
    assert [row["kind"] for row in told].count("payment_disputed") == 1
    stripe_like.fail(**{"GET disputes": "down"})
    with pytest.raises(CommandError):
        call_command("reconcile_disputes")


def test_a_lost_notice_is_made_up_for_by_reconciliation(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    stripe_like.pay(_opened(event, alice).provider_reference)
    assert "open -> captured" in reconcile()
    assert (stripe_like.taken, sold(event)) == (10_000, 2)


def test_forged_and_old_notices_are_refused_unread(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.pay(payment.provider_reference)
    kind, found = "payment_intent.succeeded", _intent(payment)
    stripe_like.forget_calls()
    for forged in (
        notice(kind, found, secret="whsec_another"),
        notice(kind, found, age_seconds=3600),
        {**notice(kind, found), "HTTP_STRIPE_SIGNATURE": ""},
        {**notice(kind, found), "data": "[]"},
    ):
        assert Client().post(**forged).status_code == 400
    assert (stripe_like.calls, sold(event)) == ([], 0)


@pytest.mark.parametrize("is_in_chunks", [False, True])
def test_a_large_notice_is_refused_though_stripe_has_signed_it(
    is_in_chunks: bool, event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    """In chunks, because then nothing tells its length."""
    payment = _opened(event, alice)
    for padding, status in ((60_000, 204), (65_536, 400)):
        sent = notice("payment_intent.created", _intent(payment, padding="x" * padding))
        stripe_like.forget_calls()
        if is_in_chunks:
            headers = [
                (b"stripe-signature", sent["HTTP_STRIPE_SIGNATURE"].encode()),
                (b"content-type", b"application/json"),
                (b"transfer-encoding", b"chunked"),
            ]
            scope = {"type": "http", "method": "POST", "path": sent["path"], "headers": headers}
            body = BytesIO(sent["data"].encode())
            answer: Any = NoticesView.as_view()(ASGIRequest(scope, body))
            assert body.tell() <= MAX_NOTICE_BYTES + 1
        else:
            answer = Client().post(**sent)
        assert (answer.status_code, len(stripe_like.calls)) == (status, 1 if status == 204 else 0)
        if status == 400:
            # Not because what was cut off is unsigned.
            assert "too large" in str(answer.data)


def test_notices_about_payments_of_others_are_accepted(stripe_like: StripeLike) -> None:
    about = {"object": "payment_intent", "id": "pi_of_another_shop"}
    assert Client().post(**notice("payment_intent.succeeded", about)).status_code == 204
    assert Client().post(**notice("customer.created", {"object": "customer"})).status_code == 204
    assert stripe_like.calls == []


def test_the_card_form_admits_stripes_script_and_says_that_it_is_a_test(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    path = pages.page_url("stripe_page", payment.reference)
    answer = Client().get(path)
    page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    [intent] = stripe_like.intents
    assert intent.client_secret in page
    assert "Test mode: no money is taken." in page
    assert "https://js.stripe.com" in policy
    assert "unsafe" not in policy
    open_payments.give_up(payment.reference)
    back = Client().get(path)
    assert (back.status_code, back.headers["Location"]) == (302, f"/payments/{payment.reference}")


@pytest.mark.parametrize("fault", ["down", "lost"])
def test_the_card_forms_page_says_that_stripe_is_away(
    fault: str, event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    payment = _opened(event, alice)
    stripe_like.fail(**{f"GET {payment.provider_reference}": fault})
    answer = Client().get(pages.page_url("stripe_page", payment.reference))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "does not answer just now" in answer.content.decode()
    assert f"/payments/{payment.reference}" in answer.content.decode()


def test_the_card_forms_page_is_a_page_whatever_goes_wrong_at_stripe(
    event: Event, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = _opened(event, alice)
    monkeypatch.setattr(stripe_provider, "_intent", lambda _: object())
    answer = Client().get(pages.page_url("stripe_page", payment.reference))
    assert answer.status_code == 503
    assert "does not answer just now" in answer.content.decode()


def test_an_amount_below_stripes_minimum_is_told_as_too_small(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    event.seats.update(price="0.20")
    for _ in range(2):
        with pytest.raises(AmountTooSmall) as refusal:
            checkout.reserve(order_of(event, alice, key="k"))
        told = {"minimum": "0.50", "currency": "EUR"}
        assert (refusal.value.code, refusal.value.details) == ("amount_too_small", told)
    assert _statuses(stripe_like) == (["declined"], [])
    assert held(event) == 2


def test_the_pages_colours_are_those_of_the_clients_theme() -> None:
    theme = (ROOT / "frontend" / "src" / "app" / "theme.css").read_text()
    colour = re.compile(r"(--[a-z-]+): (#[0-9a-f]{3,8});")
    halves = [text.split("prefers-color-scheme: dark") for text in (pages._STYLE, theme)]
    for own, of_client in zip(*halves, strict=True):
        found = colour.findall(own)
        assert found
        assert set(found) <= set(colour.findall(of_client))


def test_a_live_key_shows_no_demo(settings: Settings) -> None:
    assert provider_module.demo_outcomes() == {"card": "success"}
    settings.SEATCAST_STRIPE_SECRET_KEY = "sk_live_1"
    assert provider_module.demo_outcomes() == {}


def test_a_missing_key_is_reported_before_anything_starts(settings: Settings) -> None:
    settings.SEATCAST_STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(ImproperlyConfigured, match="SEATCAST_STRIPE_WEBHOOK_SECRET"):
        StripeProvider()


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12.34", "EUR", 1_234),
        ("5000.00", "JPY", 5_000),
        ("1.50", "KWD", 1_500),
        ("10500.00", "MGA", 10_500),
        ("5000.00", "UGX", 500_000),
        ("700.00", "ISK", 70_000),
    ],
)
def test_amounts_are_in_the_smallest_unit(amount: str, currency: str, expected: int) -> None:
    assert minor_units(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        *(("12.50", "JPY"), ("10500.50", "MGA"), ("5000.50", "UGX"), ("700.50", "ISK")),
        *(("1.005", "EUR"), ("1.505", "KWD")),
        pytest.param("5.00", "LYD", id="Stripe does not say how it counts dinars of Libya"),
    ],
)
def test_what_stripe_cannot_charge_to_the_last_digit_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(NotChargeable):
        minor_units(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("currency", "price", "charged"),
    [("UGX", "5000.00", 500_000), ("MGA", "10500.00", 10_500), ("KWD", "12.50", 12_500)],
)
def test_stripe_charges_what_was_agreed(
    currency: str, price: str, charged: int, stripe_like: StripeLike
) -> None:
    event, alice = make_event(currency=currency, price=price), make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:2]))
    payment = _opened(event, alice)
    [intent] = stripe_like.intents
    assert (payment.amount, intent.amount) == (2 * Decimal(price), 2 * charged)


def test_an_amount_that_stripe_cannot_charge_is_never_charged_in_part(
    stripe_like: StripeLike,
) -> None:
    """As it was priced before the site had Stripe."""
    event, alice = make_event(currency="MGA", price="10500.25"), make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:2]))
    with pytest.raises(PaymentDeclined):
        _opened(event, alice)
    assert stripe_like.intents == []


def test_a_price_that_stripe_cannot_charge_is_refused_to_its_organiser() -> None:
    event = make_event(currency="MGA", price=Decimal("10500.50"))
    with pytest.raises(ValidationError) as refusal:
        event.clean()
    assert refusal.value.message_dict == {
        "price": ["MGA is paid without decimals: give a whole amount."]
    }


def test_a_booking_that_costs_nothing_needs_no_card(
    event: Event, alice: Person, stripe_like: StripeLike
) -> None:
    event.seats.update(price=0)
    Event.objects.update(price=0)
    booked = checkout.reserve(order_of(event, alice))
    assert (Payment.objects.get().status, stripe_like.calls) == ("captured", [])
    refunds.cancel(event_id=event.pk, actor=alice, reservation_id=stored_id(booked))
    assert (Payment.objects.get().status, stripe_like.calls) == ("refunded", [])
