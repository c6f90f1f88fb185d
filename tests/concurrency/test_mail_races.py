"""Transactions that queue mail to the same people in opposite orders do not wait for each other."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import mail, mail_limits
from accounts.models import Mail, User
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import SellSeats, SplitBooking
from reservations.domain.states import BoxOfficeMethod
from reservations.models import Reservation
from reservations.ports.notices import ChangedBooking, notices
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_user, seat_ids

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ADDRESSES = ("yan@example.org", "zoe@example.org")


def _splits() -> list[Callable[[], object]]:
    """Return two splits at two events: each tells both addresses, in opposite orders."""
    office = make_person()
    splits: list[Callable[[], object]] = []
    for kept, made in (ADDRESSES, ADDRESSES[::-1]):
        event = make_event(seats=2)
        queue, ids = CommandQueue(event.pk), seat_ids(event)
        queue.submit(SellSeats(office, ids, BoxOfficeMethod.CASH, "Zoe", kept))
        booking = Reservation.objects.get(event=event)
        split = SplitBooking(office, booking.pk, ids[1:], "Yan", made)
        splits.append(partial(queue.submit, split))
    return splits


def _deadlocks(
    monkeypatch: pytest.MonkeyPatch, *, before: Callable[[ChangedBooking], None] = lambda _: None
) -> list[str]:
    """Run two splits that both queue their first mail before either queues its second one.

    Return their deadlocks. The batch of a victim is decided again, after the other one's has ended.
    """
    barrier, send, met = threading.Barrier(2), notices().booking_changed, threading.local()
    deadlocks: list[str] = []

    def send_and_meet(booking: ChangedBooking) -> bool:
        try:
            before(booking)
            is_sent = send(booking)
        except OperationalError as error:
            deadlocks.append(str(error))
            raise
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait(PATIENCE_SECONDS)
        return is_sent

    splits = _splits()
    Mail.objects.all().delete()
    monkeypatch.setattr(notices(), "booking_changed", send_and_meet)
    at_once(splits)
    return deadlocks


def test_splits_that_tell_the_same_people_in_opposite_orders_do_not_deadlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _deadlocks(monkeypatch) == []
    assert sorted(Mail.objects.values_list("address", flat=True)) == sorted(ADDRESSES * 2)


def test_with_a_lock_on_each_recipient_they_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""

    def lock(booking: ChangedBooking) -> None:
        mail_limits.lock([Mail(recipient=mail_limits.recipient_key(booking.address))])

    [deadlock] = _deadlocks(monkeypatch, before=lock)
    assert "deadlock detected" in deadlock


def _locked_by(work: Callable[[], Any]) -> list[int]:
    """Return the advisory locks that a function takes, in order."""
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        work()
    marker = "pg_advisory_xact_lock("
    found = [query["sql"] for query in captured if marker in query["sql"]]
    return [int(sql.split(marker)[1].split(")")[0]) for sql in found]


def test_a_change_of_address_takes_the_locks_of_both_addresses_in_order() -> None:
    for old, new in (ADDRESSES, ADDRESSES[::-1]):
        person: User = make_user(email=old, email_verified_at="2030-01-01T00:00:00Z")
        locked = _locked_by(
            partial(mail.send_email_change, person, new, language="en", client="192.0.2.1")
        )
        assert len(locked) == 3
        assert locked == sorted(locked)
