"""The organisers' search for bookings."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from reservations.bookings import booking_records
from reservations.bookings.command_queue import CommandQueue
from reservations.box_office.bookings import BookingState, booking, bookings
from reservations.domain.commands import CancelReservation, LockSeats, MarkPaid, ReserveSeats
from reservations.models import Event, Reservation, ReservationSeat, Seat, Settlement
from tests.factories import make_event, make_user, person, seat_ids

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _book(event: Event, user: User, place: int) -> Reservation:
    seat, queue = seat_ids(event)[place], CommandQueue(event.pk)
    queue.submit(LockSeats(person(user), (seat,)))
    answer = queue.submit(ReserveSeats(person(user), (seat,), "cash"))
    return Reservation.objects.get(public_id=answer["reservation"]["id"])


def _found(
    event: Event, text: str = "", state: BookingState = BookingState.ALL, limit: int = 50
) -> set[str]:
    page = bookings(event_id=event.pk, text=text, state=state, limit=limit)
    return {booking["id"] for booking in page.bookings}


@pytest.fixture
def event() -> Event:
    return make_event(seats=8)


def test_a_booking_is_found_by_the_beginnings_of_what_identifies_it(event: Event) -> None:
    anna = _book(event, make_user("AnnaLena", email="anna@example.com"), 0)
    other = _book(event, make_user("bob", email="bob@example.com"), 1)
    Reservation.objects.filter(pk=other.pk).update(
        buyer_name="Zoë Müller", buyer_email="zoe@example.org"
    )
    for text in ("annal", "ANNA@EX", anna.public_id, anna.public_id[:6].lower(), "a1"):
        assert _found(event, text) == {anna.public_id}, text
    for text in ("bob", "zoë m", "zoe@", "A2"):
        assert _found(event, text) == {other.public_id}, text
    for text in ("nnaLena", "example", "A9", anna.public_id[:3], "%", "_", "a%", "\\"):
        assert _found(event, text) == set(), text
    assert _found(event) == {anna.public_id, other.public_id}


def test_a_booking_is_found_by_words_of_its_name_in_any_order(event: Event) -> None:
    names = ("Familie Huber", "Hüber-O\u2019Brien, Jörg", "Chor (Alt) St. Martin & Co", "हिन्दी मंच")
    for place, name in enumerate(names):
        booked = _book(event, make_user(first_name="Karl Huber" if place == 2 else ""), place)
        Reservation.objects.filter(pk=booked.pk).update(buyer_name="" if place == 2 else name)
    huber, brien, karl, hindi = Reservation.objects.order_by("pk")
    Reservation.objects.filter(pk=karl.pk).update(buyer_name=names[2])
    for text, expected in {
        "Huber": [huber, karl],
        "huber fam": [huber],
        "FAMILIE HUBER": [huber],
        "o'brien": [brien],
        "Jörg Hüber": [brien],
        "co": [karl],
        "st. martin": [karl],
        "(alt)": [karl],
        "मंच": [hindi],
        "Familie Brien": [],
        "uber": [],
        "& |": [],
        "huber | chor": [],
        "'": [],
        "\\": [],
        "<x>": [],
    }.items():
        assert _found(event, text) == {each.public_id for each in expected}, text


def test_a_booking_is_found_by_the_end_of_its_seats_number(event: Event) -> None:
    booked = _book(event, make_user(), 0)
    _book(event, make_user(), 1)
    for seat_id, number in zip(seat_ids(event), ("Parkett C11", "Parkett C111"), strict=False):
        Seat.objects.filter(pk=seat_id).update(seat_number=number)
    for text in ("C11", "c11", "parkett c11"):
        assert _found(event, text) == {booked.public_id}, text
    for text in ("11", "C1", "%11", "_11"):
        assert _found(event, text) == set(), text


def test_another_events_bookings_are_not_found(event: Event) -> None:
    _book(event, make_user("anna"), 0)
    assert _found(make_event(), "anna") == set()


def test_bookings_are_listed_by_state(event: Event) -> None:
    alice = make_user("alice")
    unpaid, cancelled, paid = (_book(event, alice, place) for place in range(3))
    CommandQueue(event.pk).submit(CancelReservation(person(alice), cancelled.pk))
    Reservation.objects.filter(pk=paid.pk).update(paid_at=paid.created_at)
    lists = {state: _found(event, "ali", state) for state in BookingState}
    assert lists == {
        BookingState.ALL: {unpaid.public_id, cancelled.public_id, paid.public_id},
        BookingState.LIVE: {unpaid.public_id, paid.public_id},
        BookingState.UNPAID: {unpaid.public_id},
        BookingState.CANCELLED: {cancelled.public_id},
        BookingState.LAPSED: set(),
    }


def test_buyers_and_organisers_are_told_the_same_of_what_the_box_office_owes(event: Event) -> None:
    alice = make_user("alice")
    moved, paid, unpaid = (_book(event, alice, place) for place in range(3))
    Settlement.objects.create(
        **{"event": event, "reservation": moved, "kind": "difference"},
        **{"method": "cash", "amount": "30.00"},
        **{"created_at": moved.created_at, "updated_at": moved.created_at},
    )
    CommandQueue(event.pk).submit(MarkPaid(person(alice), paid.pk))
    for each in (moved, paid, unpaid):
        CommandQueue(event.pk).submit(CancelReservation(person(alice), each.pk))
    page = bookings(event_id=event.pk, text="", state=BookingState.ALL, limit=50)
    listed = [found["to_pay_back"] for found in page.bookings]
    assert listed == [None, "50.00", "30.00"]
    assert listed == [
        booking(reservation_id=each.pk)["to_pay_back"] for each in (unpaid, paid, moved)
    ]
    own = booking_records.reservations(person_id=alice.pk)
    assert listed == [found["to_pay_back"] for found in own]
    assert listed == [
        booking_records.reservation(reservation_id=each.pk)["to_pay_back"]
        for each in (unpaid, paid, moved)
    ]


def test_pages_have_each_booking_once_newest_first(event: Event) -> None:
    alice = make_user("alice")
    made = [_book(event, alice, place) for place in range(7)]
    seen: list[str] = []
    before = None
    while True:
        page = bookings(
            event_id=event.pk, text="alice", state=BookingState.ALL, before=before, limit=3
        )
        seen += [booking["id"] for booking in page.bookings]
        if page.last is None:
            break
        before = page.last
    assert seen == [booking.public_id for booking in reversed(made)]


@pytest.mark.postgres
@pytest.mark.thorough
def test_no_search_reads_all_bookings(event: Event) -> None:
    """With many events and people; the plans are those of PostgreSQL's statistics."""
    users = User.objects.bulk_create(
        User(username=f"user{n:06}", folded_username=f"user{n:06}", email=f"u{n:06}@example.com")
        for n in range(20_000)
    )
    first = seat_ids(event)[0]
    stored = Reservation.objects.bulk_create(
        Reservation(
            event=event,
            user=user,
            payment_method="card",
            total_price=50,
            currency="EUR",
            created_at=event.date,
            buyer_name=f"Familie name{n:06}" if n % 3 == 0 else "",
            buyer_email=f"e{n:06}@example.org" if n % 3 == 0 else "",
        )
        for n, user in enumerate(users)
    )
    ReservationSeat.objects.bulk_create(
        ReservationSeat(reservation=each, event=event, seat_id=first, price=50, live=False)
        for each in stored[:50]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    texts = (
        "",
        "user01999",
        "u01999",
        "name01",
        "fam name0199",
        "e0199",
        "A1",
        stored[9].public_id,
        "nobody",
    )
    for text in texts:
        for state in BookingState:
            with CaptureQueriesContext(connection) as captured:
                bookings(event_id=event.pk, text=text, state=state, limit=50)
            for query in captured.captured_queries:
                if "reservations_reservation" not in query["sql"]:
                    continue
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN " + query["sql"])
                    plan = "\n".join(row[0] for row in cursor.fetchall())
                assert "Seq Scan on reservations_reservation " not in plan, (text, state, plan)
                assert "Seq Scan on accounts_user" not in plan, (text, state, plan)
