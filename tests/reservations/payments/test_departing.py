"""Guests who are merged into an account, and people who are erased, while they pay for a table.

A payment that the bank approves afterwards ends in the account's booking, or is voided. It never
books anything for somebody who has departed.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.guests import services as guests
from accounts.models import Erasure, User
from accounts.personal_data import erasure
from reservations import personal_data
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    CancelReservation,
    LockSeats,
    ReserveSeats,
    SplitBooking,
    StartPayment,
    TakeOver,
    UnlockSeats,
)
from reservations.domain.errors import Busy, Departed
from reservations.domain.features import SoldBy
from reservations.domain.states import PaymentStatus
from reservations.models import Event, Payment, Reservation, Seat
from reservations.payments import checkout, open_payments
from reservations.payments.demo import ASKING
from reservations.ports.payment_provider import provider
from tests.concurrent_commands import at_once
from tests.factories import make_event, make_person, make_user, person, seat_ids, stored_id
from tests.reservations.payments.books import faults_of, held, money, order_of, reconcile, sold
from tests.reservations.payments.providers import Faulty

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "zoe@example.org"
Depart = Callable[[], object]


@pytest.fixture
def event() -> Event:
    """An event with a table of two that is sold as a whole, and three other seats."""
    event = make_event(seats=5, offline_methods=["invoice"])
    Seat.objects.filter(pk__in=seat_ids(event)[:2]).update(
        group="table", group_size=2, sold_by=SoldBy.TABLE
    )
    return event


@pytest.fixture
def guest(event: Event) -> User:
    """A guest who holds the table."""
    guest = guests.start("Zoe Moore", ADDRESS, language="en")
    CommandQueue(event.pk).submit(LockSeats(person(guest), seat_ids(event)[:2]))
    return guest


@pytest.fixture
def account() -> User:
    return make_user("zoe", email=ADDRESS, email_verified_at=timezone.now())


def _erase(someone: User) -> None:
    erasure.close(someone, Erasure.Cause.ASKED)
    erasure.finish(someone.pk)


def _opened(event: Event, who: User) -> str:
    return checkout.reserve(order_of(event, person(who), ASKING))["open_payment"]


def _approve(reference: str) -> None:
    bank = provider()
    assert isinstance(bank, Faulty)
    bank.answer_bank(reference=reference, approves=True)
    open_payments.advance(reference)


def test_a_payment_approved_after_a_merge_is_the_accounts(
    event: Event, guest: User, account: User
) -> None:
    reference = _opened(event, guest)
    assert guests.merge(account) == 0
    assert Payment.objects.get().user == account
    assert held(event) == 2
    _approve(reference)
    booking = Reservation.objects.get()
    assert (booking.user, sold(event)) == (account, 2)
    assert money() == [("captured", "captured")]
    assert faults_of(event) == []


def test_a_payment_approved_after_an_erasure_is_voided(event: Event, guest: User) -> None:
    reference = _opened(event, guest)
    _erase(guest)
    assert (held(event), money()) == (0, [("voided", "voided")])
    _approve(reference)
    reconcile()
    assert (sold(event), Reservation.objects.count()) == (0, 0)
    assert faults_of(event) == []


def test_a_payment_that_the_provider_starts_during_a_merge_is_the_accounts(
    event: Event, guest: User, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _during_the_call(monkeypatch, lambda: guests.merge(account))
    checkout.reserve(order_of(event, person(guest), "card"))
    assert Reservation.objects.get().user == account
    assert (money(), faults_of(event)) == ([("captured", "captured")], [])


def test_a_payment_that_the_provider_starts_during_an_erasure_is_voided(
    event: Event, guest: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _during_the_call(monkeypatch, lambda: _erase(guest))
    with pytest.raises(Departed):
        checkout.reserve(order_of(event, person(guest), "card"))
    assert Reservation.objects.count() == 0
    assert (money(), held(event)) == ([("voided", "voided")], 0)
    assert faults_of(event) == []


def _during_the_call(monkeypatch: pytest.MonkeyPatch, depart: Depart) -> None:
    start = Faulty.start

    def started(self: Faulty, request: object) -> object:
        monkeypatch.setattr(Faulty, "start", start)
        depart()
        return start(self, request)  # type: ignore[arg-type]

    monkeypatch.setattr(Faulty, "start", started)


@pytest.mark.parametrize("departs", ["merge", "erase"])
def test_who_has_departed_holds_and_books_nothing(
    departs: str, event: Event, guest: User, account: User
) -> None:
    """Their requests may have begun before."""
    if departs == "merge":
        guests.merge(account)
    else:
        _erase(guest)
    actor, seats = person(guest), seat_ids(event)
    queue = CommandQueue(event.pk)
    for command in (
        LockSeats(actor, seats[2:3]),
        StartPayment(actor, seats[:2], "card", "r"),
        ReserveSeats(actor, seats[:2], "invoice"),
    ):
        with pytest.raises(Departed):
            queue.submit(command)


def test_a_merge_that_died_is_finished_by_housekeeping(
    event: Event, guest: User, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = _opened(event, guest)

    def busy(**_: object) -> None:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(personal_data, "transfer", busy)
        guests.merge(account)
    assert Payment.objects.get().user == guest
    call_command("erase_accounts")
    assert Payment.objects.get().user == guest
    _a_minute_later()
    call_command("erase_accounts")
    _approve(reference)
    assert Reservation.objects.get().user == account
    assert not User.objects.exclude(merging_since=None).exists()
    assert faults_of(event) == []


def test_a_booking_that_was_committed_during_a_merge_is_found_by_housekeeping(
    event: Event, guest: User, account: User
) -> None:
    guests.merge(account)
    late = CommandQueue(event.pk)
    User.objects.filter(pk=guest.pk).update(merged_into=None, is_active=True)
    late.submit(LockSeats(person(guest), seat_ids(event)[2:3]))
    late.submit(ReserveSeats(person(guest), seat_ids(event)[2:3], "invoice"))
    User.objects.filter(pk=guest.pk).update(merged_into=account, is_active=False)
    _a_minute_later()
    call_command("erase_accounts")
    assert Reservation.objects.get().user == account


def _a_minute_later() -> None:
    since = timezone.now() - guests.MERGING - timedelta(seconds=1)
    User.objects.exclude(merging_since=None).update(merging_since=since)


def test_what_an_erased_account_cannot_take_over_is_released(
    event: Event, guest: User, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = personal_data.transfer

    def erased_before(*, person_id: int, to_id: int) -> None:
        _erase(account)
        transfer(person_id=person_id, to_id=to_id)

    _opened(event, guest)
    monkeypatch.setattr(personal_data, "transfer", erased_before)
    guests.merge(account)
    assert (held(event), money()) == (0, [("voided", "voided")])
    assert faults_of(event) == []


def test_taking_over_twice_changes_nothing(event: Event, guest: User, account: User) -> None:
    _opened(event, guest)
    guests.merge(account)
    event.refresh_from_db()
    before = event.change_seq
    CommandQueue(event.pk).submit(TakeOver(person(account), guest.pk))
    event.refresh_from_db()
    assert (event.change_seq, held(event)) == (before, 2)


def test_the_name_on_a_booking_that_was_split_off_for_somebody_else_stays(event: Event) -> None:
    alice, queue = make_user("alice", email="alice@example.org"), CommandQueue(event.pk)
    seats, organiser = seat_ids(event)[2:], make_person("organiser")
    queue.submit(LockSeats(person(alice), seats))
    booked = stored_id(queue.submit(ReserveSeats(person(alice), seats, "invoice")))
    queue.submit(SplitBooking(organiser, booked, seats[:1], "Max Frei", "max@example.org"))
    queue.submit(SplitBooking(organiser, booked, seats[1:2], "Alice", "Alice@example.org"))
    Reservation.objects.filter(pk=booked).update(buyer_name="Alice Moore")
    _erase(alice)
    names = Reservation.objects.order_by("pk").values_list("buyer_name", "buyer_email")
    assert list(names) == [("", ""), ("Max Frei", "max@example.org"), ("", "")]


@pytest.mark.postgres
@pytest.mark.parametrize("departs", ["merge", "erase"])
def test_departing_while_the_bank_approves(departs: str, event: Event, account: User) -> None:
    """Several times: the booking is the account's, or the money is given back."""
    for number in range(6):
        guest = guests.start("Zoe", ADDRESS, language="en")
        CommandQueue(event.pk).submit(LockSeats(person(guest), seat_ids(event)[:2]))
        reference = _opened(event, guest)
        depart = partial(guests.merge, account) if departs == "merge" else partial(_erase, guest)
        works = [partial(_approve, reference), depart, partial(open_payments.advance, reference)]
        if departs == "merge":
            works.append(depart)
        at_once(works[number % 2 :] + works[: number % 2])
        reconcile()
        payment = Payment.objects.get(reference=reference)
        booking = payment.reservation
        if booking is None:
            assert payment.status == PaymentStatus.VOIDED
        else:
            assert payment.status == PaymentStatus.CAPTURED
            # Who was erased keeps what was booked before.
            owner = account if departs == "merge" else guest
            assert (booking.user, payment.user) == (owner, owner)
        _free(event, account, booking)
        assert held(event) == 0
        assert faults_of(event) == []


def _free(event: Event, account: User, booking: Reservation | None) -> None:
    """Free the table: it is booked, or an account's hold of which the payment was voided."""
    queue = CommandQueue(event.pk)
    if booking is not None:
        queue.submit(CancelReservation(make_person(), booking.pk, as_organiser=True))
    elif held(event):
        queue.submit(UnlockSeats(person(account), seat_ids(event)[:2]))
