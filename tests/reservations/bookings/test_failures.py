"""Failing commits, and commits whose answer is lost."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    AdmitSeats,
    Command,
    LockSeats,
    MarkPaid,
    ReserveSeats,
    StartPayment,
)
from reservations.domain.errors import SeatUnavailable, Unavailable
from reservations.domain.states import Person, SeatStatus
from reservations.events.changes import ChangeSet
from reservations.events.locking import lock_event
from reservations.models import Event, Payment, Reservation, Seat, SeatChange
from tests.concurrent_commands import BusyQueue
from tests.factories import make_event, make_person, seat_ids, stored_id

pytestmark = pytest.mark.django_db(transaction=True)

Break = Callable[..., None]


@pytest.fixture
def break_commits(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Have `times` commits fail, `after` so many more, after the database has `done` them or not.

    Or it does so from the one with the number `done_from` on.
    """
    commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]
    monkeypatch.setattr(command_queue, "RETRY_SECONDS", (0.0, 0.0))

    def set_up(
        times: int,
        *,
        done: bool = False,
        done_from: int | None = None,
        after: int = 0,
        error: type[Exception] = OperationalError,
    ) -> None:
        commits = count(1 - after)
        first_done = 1 if done else done_from or times + 1

        def failing(wrapper: BaseDatabaseWrapper) -> None:
            number = next(commits)
            if not 1 <= number <= times:
                commit(wrapper)
                return
            if number >= first_done:
                commit(wrapper)
            raise error("server closed the connection unexpectedly")

        monkeypatch.setattr(BaseDatabaseWrapper, "_commit", failing)

    return set_up


def _log(event: Event) -> list[tuple[int, int, str]]:
    return list(
        SeatChange.objects.filter(event=event)
        .order_by("seq", "seat")
        .values_list("seq", "seat", "reason")
    )


def test_a_batch_is_retried_after_a_transient_error(
    break_commits: Break, announced: list[ChangeSet]
) -> None:
    event, alice = make_event(), make_person()
    first = seat_ids(event)[0]
    break_commits(len(command_queue.RETRY_SECONDS))
    answer = CommandQueue(event.pk).submit(LockSeats(alice, (first,)))
    assert answer["seats"][0]["status"] == "locked"
    assert _log(event) == [(1, first, "locked")]
    assert len(announced) == 1


def test_a_batch_that_keeps_failing_is_refused_without_effect(break_commits: Break) -> None:
    event, alice = make_event(), make_person()
    break_commits(1_000)
    queue = CommandQueue(event.pk)
    with pytest.raises(Unavailable):
        queue.submit(LockSeats(alice, seat_ids(event)[:1]))
    assert _log(event) == []
    assert not Seat.objects.filter(event=event, status=SeatStatus.LOCKED).exists()
    break_commits(0)
    queue.submit(LockSeats(alice, seat_ids(event)[:1]))


def test_a_permanent_error_is_not_retried(break_commits: Break) -> None:
    event, alice = make_event(), make_person()
    break_commits(1, error=IntegrityError)
    with pytest.raises(Unavailable):
        CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))


def test_a_reservation_is_confirmed_when_the_commits_answer_is_lost(
    break_commits: Break, announced: list[ChangeSet]
) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:2]
    queue.submit(LockSeats(alice, ids))
    break_commits(1, done=True)
    answer = queue.submit(ReserveSeats(alice, ids, "invoice"))
    assert stored_id(answer) == Reservation.objects.get().pk
    assert [row[0] for row in _log(event)] == [1, 1, 2, 2]
    assert [(commit.since, commit.seq) for commit in announced] == [(0, 1), (1, 2)]


def test_a_batch_keeps_its_results_when_the_commits_answer_is_lost(
    break_commits: Break,
) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.join(LockSeats(bob, ids[:1]))
        line.join(LockSeats(bob, ids[1:2]))
        break_commits(1, done=True, after=1)
        found = line.results()
    assert isinstance(found[1], SeatUnavailable)
    assert [isinstance(each, dict) for each in found] == [True, False, True]
    assert [row[:2] for row in _log(event)] == [(1, ids[3]), (2, ids[0]), (3, ids[1])]


@pytest.fixture
def break_looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have the database go away for so long, from the first lost commit on."""
    lock = lock_event

    def set_up(times: int) -> None:
        calls = count()

        def failing(event_id: int, **how: Any) -> Any:
            if 1 <= next(calls) <= times:
                raise OperationalError("the database system is starting up")
            return lock(event_id, **how)

        monkeypatch.setattr("reservations.bookings.command_queue.lock_event", failing)

    return set_up


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_commit_is_confirmed_by_a_later_retry(
    times: int, break_commits: Break, break_looks: Callable[[int], None]
) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:2]
    queue.submit(LockSeats(alice, ids))
    break_commits(1, done=True)
    break_looks(times)
    answer = queue.submit(ReserveSeats(alice, ids, "invoice"))
    assert stored_id(answer) == Reservation.objects.get().pk


def test_a_batch_keeps_its_results_when_a_later_retry_confirms_it(
    break_commits: Break, break_looks: Callable[[int], None], announced: list[ChangeSet]
) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    ids = seat_ids(event)
    with BusyQueue(event.pk, LockSeats(alice, ids[3:])) as line:
        line.join(LockSeats(alice, ids[:1]))
        line.join(LockSeats(bob, ids[:1]))
        line.join(LockSeats(bob, ids[1:2]))
        break_commits(1, done=True, after=1)
        # The batch is given up for good; its commands are then tried one by one.
        break_looks(1 + len(command_queue.RETRY_SECONDS) + 1)
        found = line.results()
    assert isinstance(found[1], SeatUnavailable)
    assert [isinstance(each, dict) for each in found] == [True, False, True]
    assert [row[:2] for row in _log(event)] == [(1, ids[3]), (2, ids[0]), (3, ids[1])]
    assert [(commit.since, commit.seq) for commit in announced] == [(0, 1), (1, 3)]


def test_a_commit_is_checked_once_more_after_the_last_retry(break_commits: Break) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:2]
    queue.submit(LockSeats(alice, ids))
    tries = len(command_queue.RETRY_SECONDS) + 1
    break_commits(tries, done_from=tries)
    answer = queue.submit(ReserveSeats(alice, ids, "invoice"))
    assert stored_id(answer) == Reservation.objects.get().pk


def test_a_commit_whose_answer_is_lost_late_is_checked(
    break_commits: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:2]
    queue.submit(LockSeats(alice, ids))
    monkeypatch.setattr(command_queue, "QUICK_SECONDS", 0.0)
    break_commits(1, done=True)
    answer = queue.submit(ReserveSeats(alice, ids, "invoice"))
    assert stored_id(answer) == Reservation.objects.get().pk


def _started(queue: CommandQueue, alice: Person, ids: tuple[int, ...]) -> Command:
    queue.submit(LockSeats(alice, ids))
    return StartPayment(alice, ids, "card", "reference")


def _paid(queue: CommandQueue, alice: Person, ids: tuple[int, ...]) -> Command:
    queue.submit(LockSeats(alice, ids))
    return MarkPaid(alice, stored_id(queue.submit(ReserveSeats(alice, ids, "invoice"))))


def _admitted(queue: CommandQueue, alice: Person, ids: tuple[int, ...]) -> Command:
    command = _paid(queue, alice, ids)
    queue.submit(command)
    assert isinstance(command, MarkPaid)
    return AdmitSeats(alice, command.reservation_id)


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (_started, "Payment started"),
        (_paid, "The reservation is paid"),
        (_admitted, "2 seats admitted"),
    ],
)
def test_a_command_without_seat_changes_is_executed_once_when_the_commits_answer_is_lost(
    prepare: Callable[..., Command], sentence: str, break_commits: Break
) -> None:
    event, alice = make_event(), make_person()
    queue = CommandQueue(event.pk)
    command = prepare(queue, alice, seat_ids(event)[:2])
    break_commits(1, done=True)
    assert queue.submit(command)["message"] == sentence
    assert Payment.objects.count() == (1 if prepare is _started else 0)


def test_without_the_check_a_buyer_would_be_refused_their_own_seat(
    break_commits: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The protection off: proof that the answer really is lost."""
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:1]
    queue.submit(LockSeats(alice, ids))
    monkeypatch.setattr(command_queue, "_find_earlier_commit", lambda _: None)
    break_commits(1, done=True)
    with pytest.raises(SeatUnavailable):
        queue.submit(ReserveSeats(alice, ids, "invoice"))
    assert Reservation.objects.count() == 1
