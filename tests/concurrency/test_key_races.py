"""Concurrent commands with one idempotency key on several queues are executed once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from pytest_django import Settings

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, ExtendLocks, LockSeats, UnlockSeats
from reservations.domain.errors import KeyInFlight, KeyReused, PaymentDeclined, SeatcastError
from reservations.domain.states import Person
from reservations.models import DemoCharge, Event, IdempotencyKey, SeatChange
from reservations.payments import checkout, provider_calls, refunds
from reservations.payments.checkout import Order
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import Clock, make_event, make_person, seat_ids, stored_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_processes")]

TIMES = 20


@dataclass
class Scene:
    """A person who holds A1 and A2, and has reserved A3 and A4 by card."""

    event: Event
    alice: Person
    ids: tuple[int, ...]
    booked: int


@pytest.fixture
def scene(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Scene:
    settings.SEATCAST_DEMO_SLOW_SECONDS = 0.0
    monkeypatch.setattr(provider_calls, "_RETRY_SECONDS", (0.0, 0.0))
    event, alice = make_event(seats=6), make_person("alice")
    ids = seat_ids(event)
    command_queue.submit(event_id=event.pk, command=LockSeats(alice, ids[:4]))
    booked = checkout.reserve(_order(event, alice, ids[2:4], "card"))
    return Scene(event, alice, ids, stored_id(booked))


def _order(
    event: Event, who: Person, ids: tuple[int, ...], method: str, key: str | None = None
) -> Order:
    return Order(event_id=event.pk, actor=who, seat_ids=ids, payment_method=method, key=key)


def _submit(scene: Scene, command: Command) -> CommandResult:
    return command_queue.submit(event_id=scene.event.pk, command=command, key="k")


def _lock(scene: Scene) -> CommandResult:
    return _submit(scene, LockSeats(scene.alice, scene.ids[4:]))


def _extend(scene: Scene) -> CommandResult:
    return _submit(scene, ExtendLocks(scene.alice, scene.ids[:2]))


def _unlock(scene: Scene) -> CommandResult:
    return _submit(scene, UnlockSeats(scene.alice, scene.ids[:2]))


def _reserve(method: str, scene: Scene) -> CommandResult:
    return checkout.reserve(_order(scene.event, scene.alice, scene.ids[:2], method, "k"))


def _cancel(scene: Scene) -> CommandResult:
    return refunds.cancel(
        event_id=scene.event.pk, actor=scene.alice, reservation_id=scene.booked, key="k"
    )


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (_lock, "locked"),
        (_extend, "extended"),
        (_unlock, "unlocked"),
        (partial(_reserve, "invoice"), "reserved"),
        (_cancel, "cancelled"),
    ],
    ids=["lock", "extend", "unlock", "reserve", "cancel"],
)
def test_a_repeated_key_executes_once_and_returns_the_same_result(
    work: Callable[[Scene], CommandResult], reason: str, scene: Scene
) -> None:
    before = _changes(scene, reason)
    results = at_once([partial(work, scene)] * TIMES)
    assert isinstance(results[0], dict)
    assert results == [results[0]] * TIMES
    assert _changes(scene, reason) == before + 2
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("method", ["card", "card_slow", "card_lost"])
def test_a_repeated_key_charges_a_card_once(method: str, scene: Scene) -> None:
    results = at_once([partial(_reserve, method, scene)] * TIMES)
    answers = [found for found in results if not isinstance(found, SeatcastError)]
    assert answers
    assert all(isinstance(found, KeyInFlight | dict) for found in results)
    assert [*answers, _reserve(method, scene)] == [answers[0]] * (len(answers) + 1)
    # One for A3 and A4, one for these.
    assert list(DemoCharge.objects.values_list("status", flat=True)) == ["captured"] * 2
    assert _changes(scene, "reserved") == 4


def test_a_repeated_key_calls_a_declining_provider_once(scene: Scene) -> None:
    results = at_once([partial(_reserve, "card_declined", scene)] * TIMES)
    codes = {found.code for found in results if isinstance(found, SeatcastError)}
    assert len([found for found in results if isinstance(found, dict)]) == 0
    assert codes <= {"payment_declined", "idempotency_key_in_flight"}
    with pytest.raises(PaymentDeclined):
        _reserve("card_declined", scene)
    assert DemoCharge.objects.filter(status="declined").count() == 1


def test_one_of_different_commands_with_one_key_is_executed(scene: Scene) -> None:
    works = [partial(work, scene) for work in (_lock, _unlock, _cancel, _extend)] * 5
    results = at_once(works)
    done = [n for n, found in enumerate(results) if isinstance(found, dict)]
    # Five of each kind, of which four only get the first one's result.
    assert len(done) == 5
    assert len({n % 4 for n in done}) == 1
    assert all(isinstance(found, KeyReused | dict) for found in results)
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.postgres
def test_unprotected_a_key_is_executed_twice(clock: Clock, scene: Scene) -> None:
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    extend = ExtendLocks(scene.alice, scene.ids[:2])
    clock.advance(1)
    with protection_off():
        works = [
            stopping(
                partial(CommandQueue(scene.event.pk, clock=clock).submit, extend, "k"),
                before=CHANGING,
                to=meet,
            )
            for _ in range(2)
        ]
        results = at_once(works)
        assert [isinstance(found, dict) for found in results] == [True, True]
        assert _changes(scene, "extended") == 4
        assert IdempotencyKey.objects.count() == 2


def _changes(scene: Scene, reason: str) -> int:
    """Count how many seats changed for a reason."""
    return SeatChange.objects.filter(event=scene.event, reason=reason).count()
