from collections.abc import Iterator

import pytest
from pytest_django import Settings

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats
from reservations.domain.states import Person
from reservations.models import Event
from reservations.payments import provider_calls
from reservations.ports import payment_provider as provider_module
from tests.factories import make_event, make_person, seat_ids
from tests.reservations.payments.providers import Faulty


@pytest.fixture(autouse=True)
def faulty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Faulty]]:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{Faulty.__module__}.{Faulty.__name__}"
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", (0.0, 0.0))
    provider_module.provider.cache_clear()
    for what in (Faulty.dies, Faulty.fails, Faulty.calls):
        what.clear()
    yield Faulty
    provider_module.provider.cache_clear()


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def alice(event: Event) -> Person:
    """A person who holds A1 and A2."""
    person = make_person("alice")
    CommandQueue(event.pk).submit(LockSeats(person, seat_ids(event)[:2]))
    return person
