"""A server is killed while it moves bookings: each is moved, or not at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

import httpx
import pytest
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from reservations.audit.verification import Counts, differences
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event, GivenUpSeat, Reservation, ReservationSeat
from tests.concurrent_commands import wait_until
from tests.factories import make_event, make_person, make_user, pay_for, seat_ids
from tests.servers import HOST, Running, daphne

pytestmark = [pytest.mark.thorough, pytest.mark.postgres]

BOOKINGS, ROUNDS = 8, 4


def _booked(event: Event, seat_id: int) -> str:
    buyer, queue = make_person(), CommandQueue(event.pk)
    queue.submit(LockSeats(buyer, (seat_id,)))
    answer = queue.submit(ReserveSeats(buyer, (seat_id,), "cash"))
    number: str = answer["reservation"]["id"]
    pay_for(number)
    return number


def _moves(number: str, seats: tuple[int, int], token: str, server: Running) -> int:
    """Move a booking to and fro between two seats until the server is gone; return how often."""
    path = f"http://{HOST}:{server.port}/api/reservations/{number}/move/"
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, timeout=60) as client:
        for done, (old, new) in zip(count(), _turns(seats), strict=False):
            try:
                body = {"moves": {str(old): new}, "settling": "none"}
                answer = client.post(path, json=body)
            except httpx.HTTPError:
                return done
            assert answer.status_code == 200, answer.text
    raise AssertionError


def _turns(seats: tuple[int, int]) -> Iterator[tuple[int, int]]:
    while True:
        yield seats
        yield seats[1], seats[0]


def test_a_server_that_is_killed_in_the_middle_of_moves_leaves_no_half_of_one(
    transactional_db: None,
) -> None:
    event = make_event(seats=2 * BOOKINGS)
    ids = seat_ids(event)
    pairs = {_booked(event, old): (old, new) for old, new in zip(ids[::2], ids[1::2], strict=True)}
    token = str(AccessToken.for_user(make_user(is_superuser=True)))
    for _ in range(ROUNDS):
        before = GivenUpSeat.objects.count()
        with daphne() as server, ThreadPoolExecutor(BOOKINGS) as threads:
            running = [
                threads.submit(_moves, number, _present(number, pair), token, server)
                for number, pair in pairs.items()
            ]
            wait_until(partial(_has_moved, before + 2 * BOOKINGS))
            server.kill()
            answered = sum(each.result() for each in running)
        # What was answered is committed; of each booking one more move may be.
        made = GivenUpSeat.objects.count() - before
        assert answered <= made <= answered + BOOKINGS
        assert list(differences(event_id=event.pk, counts=Counts())) == []
        live = ReservationSeat.objects.filter(event=event, live=True)
        assert live.count() == Reservation.objects.filter(event=event).count() == BOOKINGS
    connection.close()


def _has_moved(times: int) -> bool:
    return GivenUpSeat.objects.count() >= times


def _present(number: str, pair: tuple[int, int]) -> tuple[int, int]:
    """Return the seat that a booking has now, and the other one."""
    seat = ReservationSeat.objects.get(reservation__public_id=number, live=True).seat_id
    return pair if seat == pair[0] else (pair[1], pair[0])
