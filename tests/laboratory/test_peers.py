"""The peers do the same as Seatcast, on a real PostgreSQL and Redis."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from accounts.tokens import issue_pair
from laboratory.compare.clients import Click, changes_in
from laboratory.compare.dataset import Dataset
from laboratory.compare.servers import (
    NODE_GROUP_COMMIT,
    NODE_PEER,
    TUTORIAL,
    Kind,
    Server,
    install_node_peer,
)
from loadtest.engine.http import Answer, Connection
from loadtest.engine.viewers import Viewer
from reservations.models import Event, Seat, SeatChange
from tests.factories import make_event, make_user, seat_ids, with_token
from tests.servers import server_settings

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.redis,
    # Of `make compare` alone: nothing here is served by them.
    pytest.mark.thorough,
]

PEERS = [pytest.param(kind, id=kind.name) for kind in (NODE_PEER, NODE_GROUP_COMMIT, TUTORIAL)]
LOCK_SECONDS, SEAT_CAP = 300, 2


@pytest.fixture
def people() -> list[User]:
    return [make_user("ada"), make_user("bob")]


def _event() -> Event:
    return make_event(seats=5, lock_seconds=LOCK_SECONDS, seat_cap=SEAT_CAP)


def _house(event: Event, people: Sequence[User]) -> Dataset:
    here = server_settings()
    seats = list(seat_ids(event))
    return Dataset(
        database_url=here["DATABASE_URL"],
        redis_url=here["REDIS_URL"],
        secret=settings.SECRET_KEY,
        event=event.pk,
        seats=seats,
        first_person=people[0].pk,
        tokens=[issue_pair(person)["access"] for person in people],
        small_event=event.pk,
        small_seats=seats,
    )


def _state(event: Event) -> list[Any]:
    """Return all that a click may change, times as how long they last."""
    event.refresh_from_db()
    place = {seat_id: place for place, seat_id in enumerate(seat_ids(event))}
    seats = [
        (
            place[seat.pk],
            seat.status,
            seat.locked_by_id,
            seat.locked_until and seat.locked_at and _lasting(seat.locked_until - seat.locked_at),
            (seat.extensions, seat.lapsed_holder_id, seat.reservation_id, seat.version),
        )
        for seat in Seat.objects.filter(event=event).order_by("pk")
    ]
    log = [
        (
            (change.seq, place[change.seat_id], change.status, change.reason),
            (change.holder_id, change.actor_id, change.reservation_id),
            change.locked_until and _lasting(change.locked_until - change.at),
        )
        for change in SeatChange.objects.filter(event=event).order_by("seq")
    ]
    return [event.change_seq, seats, log]


def _lasting(time: timedelta) -> int:
    # Seatcast cuts deadlines to milliseconds, and Node knows no finer time.
    return round(time.total_seconds())


# A place in the list and who clicks it: taken, refused, taken, mine already, taken, beyond the cap.
CLICKS = [(0, 0), (0, 1), (1, 1), (1, 1), (2, 1), (3, 1)]
STATUSES = [200, 409, 200, 200, 200, 409]


def _clicked_at_seatcast(people: Sequence[User]) -> tuple[list[int], list[Any], dict[str, Any]]:
    event = _event()
    answers = [
        with_token(people[person]).post(
            f"/api/events/{event.pk}/seats/{seat_ids(event)[place]}/lock/"
        )
        for place, person in CLICKS
    ]
    return [answer.status_code for answer in answers], _state(event), answers[0].json()


async def _watched_clicks(
    kind: Kind, server: Server, dataset: Dataset
) -> tuple[list[Answer], Viewer]:
    viewer = kind.viewer(server.socket_url(dataset), {})
    await viewer.open()
    connection = Connection(server.url)
    answers = []
    for place, person in CLICKS:
        click = Click(dataset.seats[place], dataset.tokens[person])
        answers.append(await connection.ask("POST", click.path(dataset), {}, click.headers))
    async with asyncio.timeout(120):
        while sum(len(changes_in(frame.payload)) for frame in viewer.frames) < 3:
            await asyncio.sleep(0.01)
    viewer.leave()
    connection.close()
    return answers, viewer


@pytest.mark.parametrize("kind", PEERS)
def test_peers_store_and_publish_the_same_as_seatcast(kind: Kind, people: list[User]) -> None:
    install_node_peer()
    statuses, state, first = _clicked_at_seatcast(people)
    event = _event()
    dataset = _house(event, people)
    with kind.running(dataset) as server:
        answers, viewer = asyncio.run(_watched_clicks(kind, server, dataset))
    assert statuses == [answer.status for answer in answers] == STATUSES
    assert _state(event) == state
    assert answers[0].json()["seat"].keys() == first["seat"].keys()
    received = [change for frame in viewer.frames for change in changes_in(frame.payload)]
    assert [(seat, status, name) for seat, status, _, name in received] == [
        (dataset.seats[place], 1, name) for place, name in ((0, "ada"), (1, "bob"), (2, "bob"))
    ]


@pytest.mark.parametrize("kind", PEERS)
def test_locking_needs_a_token_from_seatcast(kind: Kind, people: list[User]) -> None:
    install_node_peer()
    dataset = _house(_event(), people)
    token = dataset.tokens[0]
    forged = f"{token[:-4]}{'AAAA' if token[-4:] != 'AAAA' else 'BBBB'}"

    async def clicked(server: Server) -> list[int]:
        connection = Connection(server.url)
        click = Click(dataset.seats[0], forged)
        answers = [
            await connection.ask("POST", click.path(dataset), {}, headers)
            for headers in ({}, click.headers)
        ]
        connection.close()
        return [answer.status for answer in answers]

    with kind.running(dataset) as server:
        assert asyncio.run(clicked(server)) == [401, 401]
    assert not Seat.objects.exclude(status=0).exists()
