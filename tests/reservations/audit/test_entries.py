"""`manage.py verify_ledger` reports entries that contradict their reservations."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reservations.domain.commands import AdmitSeats, CancelReservation, LockSeats, MarkPaid
from reservations.models import Entry, Reservation
from tests.factories import Clock, make_event
from tests.reservations.audit.histories import History
from tests.reservations.audit.past import differences, is_of_money

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def history() -> History:
    """Two seats that were admitted, one of them before its booking was cancelled."""
    history = History(Clock())
    alice, steward, boss = history.people
    for index in range(2):
        history.do(LockSeats(alice, (history.ids[index],)))
        booked = history.book(alice, history.ids[index], method="cash")
        history.do(MarkPaid(boss, booked.pk))
        history.clock.advance(60)
        history.do(AdmitSeats(steward, booked.pk, gate="North"))
    history.clock.advance(60)
    history.do(CancelReservation(boss, booked.pk, as_organiser=True))
    return history


def test_entries_that_agree_with_their_bookings(history: History) -> None:
    assert Entry.objects.filter(event=history.event).count() == 2
    assert differences(history.event) == []


def _before_the_booking(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(at=entry.at - HOUR)


def _after_the_end(_: Entry) -> None:
    last = Entry.objects.latest("pk")
    Entry.objects.filter(pk=last.pk).update(at=last.at + HOUR)


def _not_paid(_: Entry) -> None:
    Reservation.objects.filter(status="confirmed").update(paid_at=None)


def _of_another_event(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(event=make_event())


@pytest.mark.parametrize(
    ("break_it", "difference"),
    [
        (_before_the_booking, "before it was booked"),
        (_after_the_end, "after the reservation ended"),
        (_not_paid, "the reservation is not paid for"),
        (_of_another_event, "the reservation of event"),
    ],
)
def test_a_faulty_entry_is_reported(
    break_it: Callable[[Entry], None], difference: str, history: History
) -> None:
    break_it(Entry.objects.earliest("pk"))
    [found] = [line for line in differences(history.event) if not is_of_money(line)]
    assert difference in found
