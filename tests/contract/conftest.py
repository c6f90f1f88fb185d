"""One small box office, in which every call has something to work on."""

from dataclasses import dataclass
from typing import Any

import pytest

from accounts import tokens
from accounts.links import link_fragment
from accounts.models import User
from reservations.commands import LockSeats, ReserveSeats
from reservations.desk import Desk
from reservations.models import Event, Reservation, ReservationSeat, Seat, SeatChange
from reservations.tickets import ticket_code
from tests.contract.calls import Call
from tests.factories import PASSWORD, make_event, make_user, person, seat_ids, signed_in


@dataclass
class BoxOffice:
    """An event with six seats: two free ones, one held by alice, one by bob, one booked by each."""

    event: Event
    alice: User
    bob: User
    organiser: User
    free: int
    held: int
    held_by_bob: int
    booked: int
    booked_by_bob: int
    reservation: int
    reservation_of_bob: int
    refresh: str
    link: dict[str, str]
    code: str

    def caller(self, call: Call) -> User:
        """Return who may make a call: alice, unless it is for organisers alone."""
        return self.organiser if call.needs_organiser else self.alice

    def path(self, call: Call, **instead: object) -> str:
        return call.path.format(**{**self._ids(), **instead})

    def body(self, call: Call) -> Any:
        return _filled(call.body, self._ids())

    def send(self, call: Call, client: Any = None, **more: Any) -> Any:
        """Make a call as it should be made, as who may make it if by nobody else."""
        client = client or signed_in(self.caller(call))
        return getattr(client, call.method.lower())(self.path(call), self.body(call), **more)

    def state(self) -> list[list[tuple[Any, ...]]]:
        """Return all that is stored of seats and bookings."""
        stored = (
            Seat.objects.all(),
            Reservation.objects.all(),
            ReservationSeat.objects.all(),
            SeatChange.objects.all(),
            User.objects.defer("last_login"),
        )
        return [list(rows.order_by("pk").values_list()) for rows in stored[:4]] + [
            list(User.objects.order_by("pk").values_list("pk", "username"))
        ]

    def _ids(self) -> dict[str, object]:
        return {
            "event": self.event.pk,
            "layout": self.event.layout,
            "seat": self.free,
            "held": self.held,
            "reservation": self.reservation,
            "refresh": self.refresh,
            "uid": self.link["uid"],
            "token": self.link["token"],
            "code": self.code,
        }


@pytest.fixture
def office(db: None) -> BoxOffice:
    alice, bob = make_user("alice", password=PASSWORD), make_user("bob")
    event = make_event(seats=6)
    ids, desk = seat_ids(event), Desk(event.pk)
    booked = {}
    for user, held, taken in ((alice, ids[1], ids[3]), (bob, ids[2], ids[4])):
        desk.submit(LockSeats(person(user), (held, taken)))
        answer = desk.submit(ReserveSeats(person(user), (taken,), "card"))
        booked[user] = answer["reservation"]["id"]
    return BoxOffice(
        event=event,
        alice=alice,
        bob=bob,
        organiser=make_user("organiser", is_staff=True),
        free=ids[0],
        held=ids[1],
        held_by_bob=ids[2],
        booked=ids[3],
        booked_by_bob=ids[4],
        reservation=booked[alice],
        reservation_of_bob=booked[bob],
        link=dict(part.split("=", 1) for part in link_fragment(bob).split("&")),
        refresh=tokens.pair(alice)["refresh"],
        code=ticket_code(booked[alice]),
    )


def _filled(value: Any, ids: dict[str, object]) -> Any:
    match value:
        case dict():
            return {key: _filled(found, ids) for key, found in value.items()}
        case list():
            return [_filled(found, ids) for found in value]
        case str() if value.startswith("{"):
            return ids[value.strip("{}")]
    return value
