"""No call holds a database connection when slow work begins, and neither does a job."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from PIL import Image
from pytest_django import Settings

from infrastructure.slow_work import children
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.models import Reservation
from reservations.payments import checkout, open_payments
from reservations.tickets import ticket_files
from tests.contract.calls import CALLS, Call
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_person, seat_ids, signed_in, stranger
from tests.faults.mail_server import mail_server
from tests.reservations.organising.files import encoded
from tests.reservations.payments.books import order_of
from tests.reservations.payments.stripe_like import running, selling_with
from tests.slow_watch import Watch, watching

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    # So that each test starts its own child processes, which is seen.
    children.end_children()
    ticket_files._drawn.clear()
    with watching(monkeypatch) as found:
        yield found


def test_a_held_connection_is_noticed(watch: Watch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(FileNotFoundError):
        Image.open("/nothing/there")
    assert watch.held == {"open"}


@pytest.mark.parametrize(
    "call", [call for call in CALLS if not call.has_steps], ids=lambda call: call.name
)
def test_no_call_holds_a_connection_during_slow_work(
    call: Call, office: BoxOffice, watch: Watch
) -> None:
    # As servers do, which ends an export.
    office.send(call, stranger() if call.path == "/api/login/" else None).close()
    assert watch.held == set()


def test_tickets_and_pictures_and_files_are_made_without_a_connection(
    office: BoxOffice, watch: Watch
) -> None:
    buyer, organiser = signed_in(office.alice), signed_in(office.organiser)
    assert buyer.get(f"/api/reservations/{office.reservation}/ticket/").status_code == 200
    content = encoded(Image.new("RGB", (60, 30)), "PNG")
    path = f"/api/events/{office.event.pk}/picture/"
    assert organiser.put(path, content, content_type="image/png").status_code == 200
    for form in ("csv", "json", "xlsx"):
        path = f"/api/events/{office.event.pk}/exports/tickets/?form={form}"
        answer: Any = organiser.get(path)
        assert answer.status_code == 200, (form, answer.content)
        assert b"".join(answer.streaming_content)
    assert (watch.begun, watch.held) == ({"subprocess.Popen", "close"}, set())


def test_payments_are_made_without_a_connection(watch: Watch, settings: Settings) -> None:
    with running() as server, selling_with(server, settings):
        event, alice = make_event(), make_person("alice")
        CommandQueue(event.pk).submit(LockSeats(alice, tuple(seat_ids(event)[:2])))
        reference = checkout.reserve(order_of(event, alice))["open_payment"]
        progress = open_payments.advance(reference)
        assert progress is not None
        assert stranger().get(progress.action_url).status_code == 200
        server.pay(progress.provider_reference)
        watch.held.clear()
        call_command("reconcile_payments", "--older-than=0")
        call_command("reconcile_disputes")
        assert Reservation.objects.count() == 1
    assert "socket.connect" in watch.begun
    assert watch.held == set()


def test_mail_is_sent_without_a_connection(
    office: BoxOffice, watch: Watch, settings: Settings
) -> None:
    with mail_server(lambda _: "250 ok") as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        stranger().post("/api/password/reset/", {"email": office.alice.email})
        call_command("send_mail")
    assert watch.begun >= {"socket.connect"}
    assert watch.held == set()
