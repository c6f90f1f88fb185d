"""Concurrent requests for the best seats never share a seat."""

import threading
from collections import Counter
from functools import partial
from itertools import count, cycle

import pytest
from django.utils import timezone

from reservations.bookings import command_queue
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, LockBest, LockSeats
from reservations.domain.criteria import SeatCriteria
from reservations.domain.errors import SeatcastError
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.seat_finder import index_cache
from reservations.seat_finder.locking import lock_best
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrency.volley import Post, Reply, volley
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_user, seat_ids, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

IN_A_ROW = 4
"""Two parties of two: one that sat down in the middle would leave one alone on either side."""


def _hall(rows: int) -> Event:
    event = make_event(seats=IN_A_ROW * rows)
    seats = list(event.seats.order_by("pk"))
    for at, seat in zip(count(), seats, strict=False):
        row, number = divmod(at, IN_A_ROW)
        seat.row, seat.x, seat.y = f"R{row}", 20.0 * number, 30.0 * row
    Seat.objects.bulk_update(seats, ["row", "x", "y"])
    return event


def _check_that_each_sits_with_their_own(event: Event, parties: list[list[int]]) -> None:
    everybody = [seat_id for party in parties for seat_id in party]
    assert len(everybody) == len(set(everybody))
    locked = Seat.objects.filter(event=event, status=SeatStatus.LOCKED)
    assert {seat.pk for seat in locked} == set(everybody)
    by_id = {seat.pk: seat for seat in locked}
    for party in parties:
        one, other = (by_id[seat_id] for seat_id in party)
        assert (one.row, one.locked_by_id) == (other.row, other.locked_by_id)
        assert abs(one.x - other.x) == 20


def _parties(replies: list[Reply]) -> list[list[int]]:
    return [
        [seat["id"] for seat in reply.body["seats"]] for reply in replies if reply.status == 200
    ]


@pytest.mark.postgres
def test_40_concurrent_requests_on_two_servers_get_two_seats_each(ports: tuple[int, int]) -> None:
    event = _hall(rows=20)
    path, criteria = f"/api/events/{event.pk}/best/", {"count": 2}
    replies = volley(
        [Post(signed_in(make_user()), ports[n % 2], path, criteria) for n in range(40)]
    )
    assert Counter(reply.status for reply in replies) == {200: 40}
    _check_that_each_sits_with_their_own(event, _parties(replies))


@pytest.mark.thorough
@pytest.mark.postgres
def test_40_of_60_requests_get_seats_when_40_fit(ports: tuple[int, int]) -> None:
    event = _hall(rows=20)
    path, criteria = f"/api/events/{event.pk}/best/", {"count": 2}
    replies = volley(
        [Post(signed_in(make_user()), ports[n % 2], path, criteria) for n in range(60)]
    )
    assert Counter(reply.status for reply in replies) == {200: 40, 409: 20}
    _check_that_each_sits_with_their_own(event, _parties(replies))
    refused = [reply.body for reply in replies if reply.status == 409]
    assert {(found["code"], found["largest"]) for found in refused} == {("no_seats_together", 0)}


@pytest.mark.thorough
def test_40_requests_on_one_queue_get_two_seats_each(port: int) -> None:
    event = _hall(rows=20)
    path, criteria = f"/api/events/{event.pk}/best/", {"count": 2}
    replies = volley([Post(signed_in(make_user()), port, path, criteria) for _ in range(40)])
    assert Counter(reply.status for reply in replies) == {200: 40}
    _check_that_each_sits_with_their_own(event, _parties(replies))


def test_best_seats_and_clicks_never_share_a_seat(port: int) -> None:
    event = _hall(rows=20)
    ids = seat_ids(event)
    best = f"/api/events/{event.pk}/best/"
    click = f"/api/events/{event.pk}/lock/"
    posts = [Post(signed_in(make_user()), port, best, {"count": 2}) for _ in range(20)]
    posts += [
        Post(signed_in(make_user()), port, click, {"seat_ids": ids[at : at + 2]})
        for at in range(0, len(ids), 4)
    ]
    replies = volley(posts)
    # Whoever leaves the choice to us is never too late for it.
    assert {reply.status for reply in replies[:20]} == {200}
    _check_that_each_sits_with_their_own(event, _parties(replies))


@pytest.mark.thorough
def test_20_concurrent_requests_of_a_person_stop_at_the_cap(port: int) -> None:
    event, alice = _hall(rows=20), signed_in(make_user())
    path = f"/api/events/{event.pk}/best/"
    replies = volley([Post(alice, port, path, {"count": 2})] * 20)
    assert Counter(reply.status for reply in replies) == {200: 5, 409: 15}
    assert {reply.body["code"] for reply in replies if reply.status == 409} == {"seat_limit"}


@pytest.mark.thorough
def test_one_key_sent_20_times_locks_once(port: int) -> None:
    event, alice = _hall(rows=20), signed_in(make_user())
    path = f"/api/events/{event.pk}/best/"
    replies = volley([Post(alice, port, path, {"count": 2}, "k")] * 20)
    assert replies == [replies[0]] * 20
    _check_that_each_sits_with_their_own(event, _parties(replies[:1]))


@pytest.mark.postgres
def test_unprotected_two_requests_get_the_same_seats() -> None:
    event, criteria = _hall(rows=20), SeatCriteria(2)
    choice = index_cache.choose(criteria, event_id=event.pk, limit=2, now=timezone.now())
    commands = [LockBest(make_person(), criteria, choice) for _ in range(2)]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    with protection_off():
        answers = at_once(
            [
                stopping(partial(CommandQueue(event.pk).submit, command), before=CHANGING, to=meet)
                for command in commands
            ]
        )
    one, other = ([seat["id"] for seat in _done(answer)["seats"]] for answer in answers)
    assert one == other


@pytest.mark.postgres
def test_requests_on_many_queues_get_different_seats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = _hall(rows=20)
    queues = cycle([CommandQueue(event.pk) for _ in range(6)])

    def submit(*, event_id: int, command: Command, key: str | None) -> CommandResult:
        assert event_id == event.pk
        return next(queues).submit(command, key)

    monkeypatch.setattr(command_queue, "submit", submit)
    all_criteria = [LockBest(make_person(), SeatCriteria(2)) for _ in range(30)]
    works = [
        partial(lock_best, event_id=event.pk, command=criteria, key=None)
        for criteria in all_criteria
    ]
    others = [
        partial(next(queues).submit, LockSeats(make_person(), seat_ids(event)[n : n + 1]))
        for n in range(40, 46)
    ]
    answers = at_once([*works, *others])
    got = [seat["id"] for answer in answers[:30] for seat in _done(answer)["seats"]]
    assert len(got) == len(set(got)) == 60


def _done(answer: CommandResult | SeatcastError) -> CommandResult:
    assert not isinstance(answer, SeatcastError), answer
    return answer
