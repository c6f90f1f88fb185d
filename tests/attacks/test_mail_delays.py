"""Tickets that take long to draw, to delay the mail that other people wait for."""

import threading
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from pytest_django import Settings

from accounts import mail, mail_worker
from accounts.models import Mail
from infrastructure.slow_work.children import run_in_child
from reservations.bookings import command_queue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event
from reservations.tickets import ticket_files
from tests.concurrent_commands import PATIENCE_SECONDS, wait_until
from tests.factories import make_event, make_user, pay_for, person, seat_ids

pytestmark = pytest.mark.django_db(transaction=True)

TICKETS = 24


class Backend(EmailBackend):
    """Django's backend for tests, which counts connections."""

    connections = 0

    def open(self) -> bool:
        Backend.connections += 1
        return True

    def close(self) -> None:
        Backend.connections -= 1


@pytest.fixture
def event(settings: Settings) -> Event:
    settings.EMAIL_BACKEND = f"{__name__}.Backend"
    settings.SEATCAST_MAIL_CONNECTIONS = 1
    return make_event(seats=TICKETS, offline_methods=["invoice"])


def _order_tickets(event: Event) -> None:
    for place in range(TICKETS):
        guest = make_user(f"g{place}", email=f"g{place}@example.org", guest_since=event.date)
        ids = (seat_ids(event)[place],)
        command_queue.submit(event_id=event.pk, command=LockSeats(person(guest), ids))
        command = ReserveSeats(person(guest), ids, "invoice")
        booked = command_queue.submit(event_id=event.pk, command=command)
        pay_for(str(booked["reservation"]["id"]))


def test_a_link_does_not_wait_for_tickets_that_are_being_drawn(
    event: Event, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing goes on until the link has been sent."""
    _order_tickets(event)
    is_drawing, is_sent = threading.Event(), threading.Event()
    held: list[int] = []

    def draw(**_: object) -> None:
        if not is_drawing.is_set():
            held.append(Backend.connections)
        is_drawing.set()
        assert is_sent.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(ticket_files, "ticket_pdf", draw)
    is_stopped = threading.Event()
    worker = threading.Thread(target=mail_worker.run, args=[is_stopped.is_set, is_stopped.wait])
    worker.start()
    try:
        assert is_drawing.wait(PATIENCE_SECONDS)
        make_user("alice", password="a long password", email="alice@example.org")
        mail.send_password_link("alice@example.org", language="en", client="192.0.2.1")
        wait_until(lambda: any(each.to == ["alice@example.org"] for each in mailoutbox))
    finally:
        is_sent.set()
        is_stopped.set()
        worker.join()
    assert held[0] == 0


def test_drawing_holds_no_connection_to_the_database(
    event: Event, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _order_tickets(event)
    Mail.objects.exclude(pk=Mail.objects.earliest("pk").pk).delete()
    held: list[bool] = []

    def watched(*arguments: Any) -> bytes:
        held.append(any(each.connection for each in connections.all(initialized_only=True)))
        return run_in_child(*arguments)

    monkeypatch.setattr(ticket_files, "run_in_child", watched)
    outcome = mail_worker.Outcome()
    mail_worker.send_all(outcome)
    assert (outcome.sent, held) == (1, [False])
