"""`manage.py verify_ledger` passes wherever the checkout is interrupted."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.core.management import call_command
from pytest_django import Settings

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.errors import SeatcastError
from reservations.models import Event, Payment, Reservation
from reservations.payments import checkout, provider_calls, refunds
from reservations.payments.checkout import Order
from reservations.ports import payment_provider as provider_module
from tests.factories import make_event, make_person, person, seat_ids
from tests.reservations.audit.past import differences
from tests.reservations.payments.providers import Died, Faulty

pytestmark = pytest.mark.django_db(transaction=True)

METHODS = ["card", "card_declined", "card_slow", "card_lost", "card_withdrawn", "invoice", "cash"]
CALLS = ["start", "capture", "void", "refund"]


@pytest.fixture(autouse=True)
def _faulty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{Faulty.__module__}.{Faulty.__name__}"
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", (0.0, 0.0))
    provider_module.provider.cache_clear()
    for what in (Faulty.dies, Faulty.fails, Faulty.calls):
        what.clear()
    yield
    provider_module.provider.cache_clear()


def _book(event: Event, method: str) -> None:
    """Book two seats and give them back again, as far as it goes."""
    alice = make_person()
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:2]))
    order = Order(
        event_id=event.pk, actor=alice, seat_ids=seat_ids(event)[:2], payment_method=method
    )
    with suppress(SeatcastError, Died):
        checkout.reserve(order)
    assert differences(event) == []


def _cancel(event: Event) -> None:
    for found in Reservation.objects.filter(event=event, status="confirmed"):
        assert found.user is not None
        with suppress(SeatcastError, Died):
            refunds.cancel(event_id=event.pk, actor=person(found.user), reservation_id=found.pk)
        assert differences(event) == []


@pytest.mark.parametrize("method", METHODS)
def test_verification_passes_for_every_outcome_of_a_payment(method: str) -> None:
    event = make_event()
    _book(event, method)
    _cancel(event)
    call_command("reconcile_payments", "--older-than", "0")
    assert differences(event) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("method", ["card", "card_withdrawn"])
def test_verification_passes_wherever_a_process_dies(method: str, call: str, when: str) -> None:
    event = make_event()
    Faulty.dies.add((call, when))
    _book(event, method)
    _cancel(event)
    Faulty.dies.clear()
    call_command("reconcile_payments", "--older-than", "0")
    assert differences(event) == []
    _cancel(event)
    assert not Payment.objects.filter(status__in=["pending", "authorised", "void_due"]).exists()
