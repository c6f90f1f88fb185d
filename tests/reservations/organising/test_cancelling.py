"""Cancelling an event: its holds and bookings end, the money is due back, buyers are told once."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import mail_templates
from accounts.models import Mail, User
from reservations.audit.verification import Counts, differences
from reservations.bookings import command_queue
from reservations.bookings.booking_records import ticket
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import (
    AdmitSeats,
    CancelReservation,
    CancelReservations,
    Command,
    ExtendLocks,
    LockSeats,
    ReserveSeats,
    StartPayment,
)
from reservations.domain.errors import EventCancelled, EventNotFound, TicketCancelled
from reservations.domain.states import PaymentStatus, Person, SeatStatus
from reservations.models import Entry, Event, Payment, Reservation, Seat
from reservations.organising import cancelling
from reservations.organising.cancelling import cancel_event, finish_cancelling, unfinished
from reservations.organising.event_settings import event_settings
from reservations.payments import checkout, reconciling
from reservations.payments.checkout import Order
from tests.factories import make_event, make_person, make_user, person, seat_ids

pytestmark = pytest.mark.django_db


def _verified(name: str) -> User:
    return make_user(name, email=f"{name}@example.com", email_verified_at=timezone.now())


def _book(event: Event, who: Person, seat_id: int, method: str = "invoice") -> str:
    CommandQueue(event.pk).submit(LockSeats(who, (seat_id,)))
    order = Order(event_id=event.pk, actor=who, seat_ids=(seat_id,), payment_method=method)
    return checkout.reserve(order)["reservation"]["id"]


@pytest.fixture
def sold() -> Event:
    """An event of six seats: three booked, by card, invoice and card; one held, one blocked."""
    event = make_event(seats=6)
    ids, alice, bob = seat_ids(event), person(_verified("alice")), make_person("bob")
    _book(event, alice, ids[0], "card")
    _book(event, alice, ids[1])
    _book(event, bob, ids[2], "card")
    CommandQueue(event.pk).submit(LockSeats(bob, (ids[3],)))
    return event


def _statuses(event: Event) -> list[int]:
    return list(Seat.objects.filter(event=event).order_by("pk").values_list("status", flat=True))


def test_all_bookings_are_cancelled_and_what_was_charged_is_due_back(sold: Event) -> None:
    figures = event_settings(event_id=sold.pk)["figures"]
    assert (figures["bookings"], figures["held"], figures["sold"]) == (3, 1, 3)
    assert (figures["refunds"], figures["refund_total"]) == (2, "100.00")
    assert (figures["buyers"], figures["buyers_by_mail"]) == (2, 1)
    assert cancel_event(event_id=sold.pk, actor=make_person())
    assert _statuses(sold) == [SeatStatus.AVAILABLE] * 6
    assert set(Reservation.objects.values_list("status", flat=True)) == {"cancelled"}
    assert list(Payment.objects.values_list("status", flat=True)) == ["refund_due"] * 2
    assert not list(differences(event_id=sold.pk, counts=Counts()))
    after = event_settings(event_id=sold.pk)["figures"]
    assert (after["bookings"], after["held"], after["refunds_due"]) == (0, 0, 2)


def test_the_money_goes_back_with_the_next_reconciliation(sold: Event) -> None:
    cancel_event(event_id=sold.pk, actor=make_person())
    for payment in Payment.objects.all():
        assert reconciling.finish(payment) is PaymentStatus.REFUNDED


def test_each_booking_is_told_once_to_a_buyer_with_a_verified_address(sold: Event) -> None:
    for _ in range(2):
        cancel_event(event_id=sold.pk, actor=make_person())
    mails = Mail.objects.filter(kind="cancelled").order_by("pk")
    assert [mail.address for mail in mails] == ["alice@example.com"] * 2
    own = Reservation.objects.filter(user__username="alice").order_by("pk")
    assert [mail.details["booking"] for mail in mails] == [each.public_id for each in own]
    texts = [mail_templates.render(mail, [User.objects.get(username="alice")]) for mail in mails]
    assert texts[0][0] == "Cancelled: Concert / Abgesagt: Concert"
    assert "You get €50.00 back" in texts[0][1]
    assert "Sie erhalten 50,00\N{NO-BREAK SPACE}€" in texts[0][1]
    assert "Nothing was charged online." in texts[1][1]


def test_nothing_is_sold_any_more(sold: Event) -> None:
    queue, ids, bob = (
        CommandQueue(sold.pk),
        seat_ids(sold),
        person(User.objects.get(username="bob")),
    )
    Event.objects.update(cancelled_at=timezone.now())
    commands: list[Command] = [
        LockSeats(bob, ids[4:5]),
        ExtendLocks(bob, ids[3:4]),
        StartPayment(bob, ids[3:4], "card", "r" * 32),
        ReserveSeats(bob, ids[3:4], "invoice"),
    ]
    for command in commands:
        with pytest.raises(EventCancelled):
            queue.submit(command)
    assert not Payment.objects.filter(reference="r" * 32).exists()


def test_a_payment_that_is_under_way_is_returned(sold: Event) -> None:
    queue, ids, bob = (
        CommandQueue(sold.pk),
        seat_ids(sold),
        person(User.objects.get(username="bob")),
    )
    queue.submit(StartPayment(bob, ids[3:4], "card", "r" * 32))
    cancel_event(event_id=sold.pk, actor=make_person())
    with pytest.raises(EventCancelled):
        queue.submit(ReserveSeats(bob, ids[3:4], "card", "r" * 32))
    assert Payment.objects.get(reference="r" * 32).status == PaymentStatus.VOID_DUE


def test_a_cancelled_event_cannot_be_cancelled_to_something_else() -> None:
    event = make_event()
    cancel_event(event_id=event.pk, actor=make_person())
    first = Event.objects.get().cancelled_at
    cancel_event(event_id=event.pk, actor=make_person())
    assert (Event.objects.get().cancelled_at, Event.objects.get().revision) == (first, 1)
    with pytest.raises(EventNotFound):
        cancel_event(event_id=4711, actor=make_person())


class _KilledError(BaseException):
    pass


def test_what_a_killed_process_leaves_is_done_by_housekeeping(
    sold: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after each batch of one booking."""
    monkeypatch.setattr(cancelling, "BOOKINGS_AT_ONCE", 1)
    submitted, submit = 0, command_queue.submit

    def submit_and_die(**asked: Any) -> Any:
        nonlocal submitted
        submit(**asked)
        submitted += 1
        raise _KilledError

    monkeypatch.setattr(command_queue, "submit", submit_and_die)
    with pytest.raises(_KilledError):
        cancel_event(event_id=sold.pk, actor=make_person())
    while unfinished():
        with pytest.raises(_KilledError):
            finish_cancelling(event_id=sold.pk)
    assert submitted == 4
    assert _statuses(sold) == [SeatStatus.AVAILABLE] * 6
    assert Payment.objects.filter(status="refund_due").count() == 2
    assert Mail.objects.filter(kind="cancelled").count() == 2
    assert not list(differences(event_id=sold.pk, counts=Counts()))


def test_the_command_finishes_a_cancellation(
    sold: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    Event.objects.filter(pk=sold.pk).update(cancelled_at=timezone.now())
    call_command("finish_cancellations", dry_run=True)
    assert "3 bookings would be cancelled" in capsys.readouterr().out
    call_command("finish_cancellations")
    assert unfinished() == []
    assert _statuses(sold) == [SeatStatus.AVAILABLE] * 6


def test_a_request_leaves_what_takes_longer_than_its_time(sold: Event) -> None:
    assert not cancel_event(event_id=sold.pk, actor=make_person(), seconds=-1)
    assert unfinished() == [sold.pk]
    assert finish_cancelling(event_id=sold.pk)
    assert unfinished() == []


def test_a_booking_that_is_overdue_lapses_instead(sold: Event) -> None:
    unpaid = Reservation.objects.filter(payment_method="invoice")
    unpaid.update(payment_due_at=timezone.now())
    assert cancel_event(event_id=sold.pk, actor=make_person())
    assert unfinished() == []
    call_command("lapse_unpaid_reservations")
    assert unpaid.get().status == "lapsed"


def test_bookings_of_an_event_that_is_not_cancelled_cannot_be_cancelled_like_that(
    sold: Event,
) -> None:
    found = CommandQueue(sold.pk).submit(
        CancelReservations(None, tuple(Reservation.objects.values_list("pk", flat=True)))
    )
    assert found["message"] == "0 reservations cancelled"
    assert Reservation.objects.filter(status="confirmed").count() == 3


def test_bookings_used_at_the_door_are_cancelled_too(sold: Event) -> None:
    booked = Reservation.objects.filter(payment_method="card").first()
    assert booked is not None
    CommandQueue(sold.pk).submit(AdmitSeats(make_person(), booked.pk))
    assert cancel_event(event_id=sold.pk, actor=make_person())
    booked.refresh_from_db()
    assert (booked.status, booked.total_price) == ("cancelled", Decimal(50))


def test_a_cancelled_event_admits_nobody_while_its_bookings_are_being_cancelled(
    sold: Event,
) -> None:
    Event.objects.update(cancelled_at=timezone.now())
    booked = Reservation.objects.filter(payment_method="card", status="confirmed").first()
    assert booked is not None
    operator = make_user("olga", is_superuser=True)
    found = ticket(code=ticket_code(booked.public_id), scanner_id=operator.pk)
    assert (found["admits"], found["reason"]) == (False, "cancelled")
    with pytest.raises(TicketCancelled):
        CommandQueue(sold.pk).submit(AdmitSeats(person(operator), booked.pk))
    assert not Entry.objects.exists()


def test_an_organisers_cancellation_of_one_booking_does_not_say_that_the_event_is_cancelled() -> (
    None
):
    event, alice = make_event(), person(_verified("alice"))
    _book(event, alice, seat_ids(event)[0])
    booked = Reservation.objects.get()
    CommandQueue(event.pk).submit(CancelReservation(alice, booked.pk, as_organiser=True))
    assert Mail.objects.filter(kind="ended").count() == 1
    assert not Mail.objects.filter(kind="cancelled").exists()
