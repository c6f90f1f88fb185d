"""Attacks on the organisers' changes of bookings, and on their search."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from organisations.models import Membership, Organisation
from organisations.roles import Role
from reservations.bookings import booking_records
from reservations.bookings.command_queue import CommandQueue
from reservations.bookings.ticket_codes import ticket_code
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event, Reservation, Seat
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, pay_for, person, seat_ids, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def seller() -> User:
    return make_user("seller")


def _event(seller: User) -> Event:
    organisation = Organisation.objects.create(name="Choir")
    Membership.objects.create(organisation=organisation, user=seller, role=Role.BOX_OFFICE)
    return make_event(organisation=organisation)


def _booked(event: Event, *places: int) -> Reservation:
    buyer, queue = person(make_user()), CommandQueue(event.pk)
    ids = tuple(seat_ids(event)[place] for place in places)
    queue.submit(LockSeats(buyer, ids))
    answer = queue.submit(ReserveSeats(buyer, ids, "cash"))
    pay_for(answer["reservation"]["id"])
    return Reservation.objects.get(public_id=answer["reservation"]["id"])


def _state() -> list[tuple[object, ...]]:
    return list(Seat.objects.order_by("pk").values_list("pk", "status", "reservation", "version"))


def test_a_seat_of_another_event_is_not_found(seller: User) -> None:
    mine, foreign = _event(seller), make_event()
    booking, client = _booked(mine, 0), signed_in(seller)
    before, path = _state(), f"/api/reservations/{booking.public_id}"
    moves = {seat_ids(mine)[0]: seat_ids(foreign)[0]}
    for call in ("quote", "move"):
        refusal(client.post(f"{path}/{call}/", {"moves": moves}), 404, "seat_not_found")
    assert _state() == before


def test_a_foreign_booking_is_neither_changed_nor_merged(seller: User) -> None:
    mine, foreign = _event(seller), make_event()
    own, other = _booked(mine, 0), _booked(foreign, 0)
    client, before = signed_in(seller), _state()
    path = f"/api/reservations/{other.public_id}"
    moves = {seat_ids(foreign)[0]: seat_ids(foreign)[1]}
    refusal(client.post(f"{path}/move/", {"moves": moves}), 404, "reservation_not_found")
    refusal(client.get(f"{path}/booking/"), 404, "reservation_not_found")
    body = {"other": other.public_id, "confirm_other_buyer": True}
    merge = client.post(f"/api/reservations/{own.public_id}/merge/", body)
    refusal(merge, 404, "reservation_not_found")
    assert _state() == before


def test_bookings_of_two_events_of_one_seller_are_not_merged(seller: User) -> None:
    one, two = _booked(_event(seller), 0), _booked(_event(seller), 0)
    body = {"other": two.public_id, "confirm_other_buyer": True}
    client = signed_in(seller)
    merge = client.post(f"/api/reservations/{one.public_id}/merge/", body)
    refusal(merge, 404, "reservation_not_found")


def test_one_seat_is_not_given_twice(seller: User) -> None:
    event = _event(seller)
    booking, ids = _booked(event, 0, 1), seat_ids(event)
    client = signed_in(seller)
    body = {"moves": {ids[0]: ids[2], ids[1]: ids[2]}}
    refusal(client.post(f"/api/reservations/{booking.public_id}/move/", body), 400, "invalid")


@pytest.mark.parametrize(("seats", "code"), [(4_000, "invalid"), (10_000, "malformed")])
def test_thousands_of_seats_are_refused_before_they_are_looked_up(
    seller: User, seats: int, code: str
) -> None:
    booking = _booked(_event(seller), 0)
    client = signed_in(seller)
    body = {"moves": {number: number + 1 for number in range(1, seats + 1)}}
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(f"/api/reservations/{booking.public_id}/move/", body)
    refusal(answer, 400, code)
    assert not any("reservations_seat" in query["sql"] for query in captured.captured_queries)


def test_a_stale_difference_changes_nothing(seller: User) -> None:
    event = _event(seller)
    booking, ids = _booked(event, 0), seat_ids(event)
    client = signed_in(seller)
    path, moves = f"/api/reservations/{booking.public_id}", {ids[0]: ids[1]}
    quoted = client.post(f"{path}/quote/", {"moves": moves}).json()
    event.seats.filter(pk=ids[1]).update(price="90.00")
    before = _state()
    body = {"moves": moves, "expected_difference": quoted["difference"]}
    assert (
        refusal(client.post(f"{path}/move/", body), 409, "price_changed")["difference"] == "40.00"
    )
    assert _state() == before


@pytest.mark.parametrize(
    "text", ["'", '"', "%", "_", "\\", "' OR 1=1 --", "a" * 254, "\U0001d552", "\ud7ff"]
)
def test_what_is_searched_is_only_text(seller: User, text: str) -> None:
    event = _event(seller)
    _booked(event, 0)
    answer = signed_in(seller).get(f"/api/events/{event.pk}/bookings/", {"q": text})
    assert (answer.status_code, answer.json()) == (200, [])


def test_who_may_not_see_bookings_learns_nothing_of_names(seller: User) -> None:
    event = _event(seller)
    booking = _booked(event, 0)
    door = make_user("door")
    organisation = Organisation.objects.get(events=event)
    Membership.objects.create(organisation=organisation, user=door, role=Role.DOOR)
    buyer = booking.user
    assert buyer is not None
    for who in (door, buyer, make_user()):
        answers = [
            signed_in(who).get(f"/api/events/{event.pk}/bookings/", {"q": text}).json()
            for text in (buyer.username, "nobody")
        ]
        assert [answer["code"] for answer in answers] == ["permission_denied"] * 2
        assert answers[0]["error"] == answers[1]["error"]


def test_the_ticket_of_a_seat_that_was_given_up_is_refused_and_says_so(seller: User) -> None:
    event = _event(seller)
    booking, ids = _booked(event, 0, 1), seat_ids(event)
    client = signed_in(seller)
    moves = {ids[0]: ids[2]}
    path = f"/api/reservations/{booking.public_id}/move/"
    assert client.post(path, {"moves": moves}).status_code == 200
    code = ticket_code(booking.public_id)
    checked = client.get(f"/api/tickets/{code}.{ids[0]}/").json()
    assert (checked["admits"], checked["reason"]) == (False, "given_up")
    entry = client.post(f"/api/tickets/{code}.{ids[0]}/entry/", {"gate": "North"})
    [given_up] = refusal(entry, 409, "seat_given_up")["given_up"]
    assert (given_up["seat_number"], given_up["new_seat"]) == ("A1", "A3")
    assert client.post(f"/api/tickets/{code}.{ids[2]}/entry/", {}).status_code == 200
    # The other seat's own ticket is still good, and the booking's admits what is left.
    answer = client.post(f"/api/tickets/{code}/entry/", {})
    assert [seat["seat_number"] for seat in answer.json()["admitted"]] == ["A2"]


def test_a_signed_ticket_is_outdated_once_its_booking_was_moved(seller: User) -> None:
    event = _event(seller)
    booking, ids = _booked(event, 0), seat_ids(event)
    before = booking_records.ticket_valid_from(booking)
    path = f"/api/reservations/{booking.public_id}/move/"
    assert signed_in(seller).post(path, {"moves": {ids[0]: ids[1]}}).status_code == 200
    booking.refresh_from_db()
    assert booking_records.ticket_valid_from(booking) > before


def test_the_ticket_of_a_merged_booking_is_refused_and_says_so(seller: User) -> None:
    event = _event(seller)
    kept, other = _booked(event, 0), _booked(event, 1)
    client = signed_in(seller)
    body = {"other": other.public_id, "confirm_other_buyer": True}
    path = f"/api/reservations/{kept.public_id}/merge/"
    assert client.post(path, body).status_code == 200
    old = f"/api/tickets/{ticket_code(other.public_id)}/entry/"
    refusal(client.post(old, {}), 409, "ticket_merged")
    answer = client.post(f"/api/tickets/{ticket_code(kept.public_id)}/entry/", {})
    assert len(answer.json()["admitted"]) == 2
