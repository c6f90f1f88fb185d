"""A table that is sold as a whole never has two holders, whatever is asked for at once."""

import threading
from collections import Counter
from functools import partial

import pytest

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import Command, LockSeats, UnlockSeats
from reservations.domain.errors import SeatcastError
from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrency.volley import Post, volley
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_user, seat_ids, signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CHAIRS = 4


def _table() -> Event:
    event = make_event(seats=CHAIRS)
    event.seats.update(group="T1", group_size=CHAIRS, sold_by=SoldBy.TABLE)
    return event


def _holders(event: Event) -> set[int | None]:
    locked = Seat.objects.filter(event=event, status=SeatStatus.LOCKED)
    assert locked.count() in (0, CHAIRS)
    return set(locked.values_list("locked_by", flat=True))


def test_of_40_requests_for_a_table_or_a_chair_on_two_servers_one_gets_the_table(
    ports: tuple[int, int],
) -> None:
    event = _table()
    ids, path = seat_ids(event), f"/api/events/{event.pk}/lock/"
    wanted = [ids, ids[::-1], ids[:1], ids[1:]] * 10
    replies = volley(
        [
            Post(signed_in(make_user()), ports[n % 2], path, {"seat_ids": each})
            for n, each in enumerate(wanted)
        ]
    )
    assert Counter(reply.status for reply in replies) == {200: 1, 409: 39}
    assert len(_holders(event)) == 1
    assert {reply.body["code"] for reply in replies if reply.status == 409} <= {
        "seat_unavailable",
        "whole_table",
    }


def test_a_table_that_is_released_and_locked_at_once_has_one_holder() -> None:
    event = _table()
    ids = tuple(seat_ids(event))
    holder, queues = make_person(), [CommandQueue(event.pk) for _ in range(4)]
    queues[0].submit(LockSeats(holder, ids))
    commands: list[Command] = [
        UnlockSeats(holder, ids),
        UnlockSeats(holder, ids[:2]),
        *(LockSeats(make_person(), ids) for _ in range(6)),
        *(LockSeats(make_person(), ids[2:]) for _ in range(4)),
    ]
    at_once([partial(queues[n % 4].submit, each) for n, each in enumerate(commands)])
    assert len(_holders(event)) <= 1


def test_unprotected_two_people_get_the_table() -> None:
    event = _table()
    ids = tuple(seat_ids(event))
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    with protection_off():
        answers: list[CommandResult | SeatcastError] = at_once(
            [
                stopping(
                    partial(CommandQueue(event.pk).submit, LockSeats(make_person(), ids)),
                    before=CHANGING,
                    to=meet,
                )
                for _ in range(2)
            ]
        )
    assert not any(isinstance(answer, SeatcastError) for answer in answers)
