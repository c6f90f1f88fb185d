"""The places of a standing area are sold once, however many people want the last ones."""

import threading
from collections import Counter
from functools import partial

import pytest

from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import LockPlaces
from reservations.domain.errors import SeatcastError
from reservations.domain.features import SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Event, Seat
from reservations.seat_finder.standing import choose
from tests.concurrency.unprotected import CHANGING, protection_off, stopping
from tests.concurrency.volley import Post, volley
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_event, make_person, make_user, signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _area(places: int) -> Event:
    event = make_event(seats=places)
    event.seats.update(group="east", group_size=places, sold_by=SoldBy.NUMBER)
    return event


def test_of_30_people_who_want_two_of_20_places_on_two_servers_ten_get_them(
    ports: tuple[int, int],
) -> None:
    event = _area(20)
    path = f"/api/events/{event.pk}/areas/east/lock/"
    replies = volley(
        [Post(signed_in(make_user()), ports[n % 2], path, {"count": 2}) for n in range(30)]
    )
    assert Counter(reply.status for reply in replies) == {200: 10, 409: 20}
    got = [seat["id"] for reply in replies if reply.status == 200 for seat in reply.body["seats"]]
    assert len(got) == len(set(got)) == 20
    refused = [reply.body for reply in replies if reply.status == 409]
    assert {(found["code"], found["left"]) for found in refused} == {("area_full", 0)}


def test_unprotected_two_people_get_the_last_places() -> None:
    event = _area(2)
    choice = choose(event_id=event.pk, group="east", limit=2)
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    with protection_off():
        answers: list[CommandResult | SeatcastError] = at_once(
            [
                stopping(
                    partial(
                        CommandQueue(event.pk).submit,
                        LockPlaces(make_person(), "east", 2, choice),
                    ),
                    before=CHANGING,
                    to=meet,
                )
                for _ in range(2)
            ]
        )
    assert not any(isinstance(answer, SeatcastError) for answer in answers)
    assert Seat.objects.filter(event=event, status=SeatStatus.LOCKED).count() == 2
