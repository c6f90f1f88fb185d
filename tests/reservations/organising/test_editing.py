"""Editing events: what is refused, what is kept, and what is counted as an edit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from reservations.bookings import booking_records
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import (
    CancelReservation,
    ExtendLocks,
    LockSeats,
    ReserveSeats,
    UnlockSeats,
)
from reservations.domain.errors import (
    CurrencyInUse,
    EventNotFound,
    PricesNotPayable,
    SeatsTaken,
    StaleEvent,
)
from reservations.domain.states import PaymentStatus, Person
from reservations.events import seat_records
from reservations.models import Category, Event, Reservation, Seat, TicketPrice, TicketType
from reservations.organising.editing import CategoryEdit, edit_categories, edit_event
from reservations.organising.event_settings import categories, event_settings
from reservations.organising.seating import refresh_layout, static_changes
from tests.factories import (
    make_event,
    make_open_payment,
    make_person,
    make_user,
    seat_ids,
    stored_id,
)

pytestmark = pytest.mark.django_db


def _edit(event: Event, revision: int | None = None, **changes: Any) -> Event:
    edit_event(event_id=event.pk, editor_id=None, changes=changes, revision=revision)
    event.refresh_from_db()
    return event


def test_an_edit_changes_the_fields_it_names_and_is_counted() -> None:
    event, editor = make_event(), make_user("erin")
    edit_event(event_id=event.pk, editor_id=editor.pk, changes={"name": "Opera", "seat_cap": 3})
    found = event_settings(event_id=event.pk)
    assert (found["name"], found["seat_cap"], found["venue"]) == ("Opera", 3, "Hall")
    assert (found["revision"], found["edited_by"]) == (1, "erin")
    assert found["edited_at"] is not None


def test_an_edit_that_changes_nothing_is_not_counted() -> None:
    assert _edit(make_event(), name="Concert").revision == 0


def test_a_stale_edit_is_refused_with_who_edited_the_event_and_changes_nothing() -> None:
    event, erin = make_event(), make_user("erin")
    edit_event(event_id=event.pk, editor_id=erin.pk, changes={"name": "Opera"}, revision=0)
    with pytest.raises(StaleEvent) as refusal:
        _edit(event, revision=0, venue="Elsewhere")
    assert refusal.value.details["revision"] == 1
    assert refusal.value.details["edited_by"] == "erin"
    assert refusal.value.details["edited_at"]
    event.refresh_from_db()
    assert (event.name, event.venue, event.revision) == ("Opera", "Hall", 1)


def test_an_event_that_does_not_exist_cannot_be_edited() -> None:
    with pytest.raises(EventNotFound):
        edit_event(event_id=4711, editor_id=None, changes={"name": "Opera"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "ring\x07"),
        ("time_zone", "Mars/Olympus"),
        ("price", Decimal(-1)),
        ("lock_seconds", 0),
        ("seat_cap", 0),
        ("max_extensions", 101),
        ("offline_methods", ["gold"]),
        ("payment_seconds", 5),
        ("visibility", "draft"),
    ],
)
def test_an_invalid_value_is_refused_by_its_field(field: str, value: object) -> None:
    event = make_event()
    with pytest.raises(ValidationError) as refusal:
        edit_event(event_id=event.pk, editor_id=None, changes={field: value})
    assert list(refusal.value.message_dict) == [field]


def test_a_sale_that_closes_before_it_opens_is_refused_at_its_closing() -> None:
    opens = datetime(2030, 1, 2, tzinfo=UTC)
    with pytest.raises(ValidationError) as refusal:
        _edit(make_event(), sales_open_at=opens, sales_close_at=opens - timedelta(days=1))
    assert list(refusal.value.message_dict) == ["sales_close_at"]


def test_an_end_before_the_beginning_is_refused_at_its_field() -> None:
    event = make_event()
    with pytest.raises(ValidationError) as refusal:
        _edit(event, ends_at=event.date)
    assert list(refusal.value.message_dict) == ["ends_at"]


def test_the_end_is_moved_with_the_beginning() -> None:
    event = make_event(date=datetime(2030, 5, 24, 19, tzinfo=UTC))
    _edit(event, ends_at=datetime(2030, 5, 24, 22, tzinfo=UTC), address="Ring 2, Vienna")
    moved = _edit(event, date=datetime(2030, 6, 1, 18, tzinfo=UTC))
    assert (moved.ends_at, moved.address) == (
        datetime(2030, 6, 1, 21, tzinfo=UTC),
        "Ring 2, Vienna",
    )


def test_a_currency_without_decimals_refuses_a_price_with_some() -> None:
    with pytest.raises(ValidationError) as refusal:
        _edit(make_event(), currency="JPY", price=Decimal("10.50"))
    assert list(refusal.value.message_dict) == ["price"]


def test_a_time_without_an_offset_is_in_the_events_zone() -> None:
    event = make_event(time_zone="Europe/Berlin")
    assert _edit(event, date=datetime.fromisoformat("2030-07-01T19:30")).date == datetime(
        2030, 7, 1, 17, 30, tzinfo=UTC
    )
    moved = _edit(event, date=datetime.fromisoformat("2030-07-01T19:30"), time_zone="Asia/Tokyo")
    assert moved.date == datetime(2030, 7, 1, 10, 30, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    event = make_event(time_zone="Europe/Berlin")
    with pytest.raises(ValidationError, match="skip"):
        _edit(event, date=datetime.fromisoformat("2030-03-31T02:30"))


def test_the_currency_is_refused_while_a_seat_is_held() -> None:
    event, alice = make_event(), make_person()
    CommandQueue(event.pk).submit(LockSeats(alice, seat_ids(event)[:1]))
    assert event_settings(event_id=event.pk)["is_currency_fixed"]
    with pytest.raises(SeatsTaken) as refusal:
        _edit(event, currency="USD")
    assert refusal.value.details == {"held": 1, "sold": 0}


def test_the_currency_stays_after_a_booking_also_a_cancelled_one() -> None:
    event, alice = make_event(), make_person()
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:1]
    queue.submit(LockSeats(alice, ids))
    booked = stored_id(queue.submit(ReserveSeats(alice, ids, "invoice")))
    counts = {"bookings": 1, "payments": 0, "settlements": 0}
    for _ in range(2):
        with pytest.raises(CurrencyInUse) as refusal:
            _edit(event, currency="USD")
        assert refusal.value.details == counts
        assert event_settings(event_id=event.pk)["is_currency_fixed"]
        queue.submit(CancelReservation(alice, booked, as_organiser=True))
    assert _edit(event, currency="EUR", price=Decimal(60)).price == 60


def test_the_currency_stays_after_a_payment_that_booked_nothing() -> None:
    event = make_event()
    make_open_payment(event, make_user("alice"), status=PaymentStatus.VOIDED)
    with pytest.raises(CurrencyInUse, match="1 payment"):
        _edit(event, currency="USD")


def test_a_currency_that_cannot_express_a_price_is_refused_with_all_of_them() -> None:
    event = make_event(price=Decimal(50))
    stalls = Category.objects.create(event=event, name="Stalls", price="12.50")
    Category.objects.create(event=event, name="Circle", price="13.00")
    child = TicketType.objects.create(event=event, name="Child")
    for category, price in ((stalls, "7.25"), (None, "8.75")):
        TicketPrice.objects.create(ticket_type=child, category=category, price=price)
    event.seats.filter(seat_number="A2").update(price="60.50")
    with pytest.raises(PricesNotPayable) as refusal:
        _edit(event, currency="JPY")
    assert refusal.value.details["prices"] == [
        {"name": "Stalls", "price": "12.50"},
        {"name": "Child, Stalls", "price": "7.25"},
        {"name": "Child", "price": "8.75"},
        {"name": "A2", "price": "60.50"},
    ]
    assert _edit(event, currency="KWD").currency == "KWD"


@pytest.mark.parametrize("field", ["price", "ticket_fee", "booking_fee"])
def test_a_currency_that_cannot_express_an_amount_of_the_event_is_refused(field: str) -> None:
    fields: dict[str, Any] = {field: Decimal("1.50")}
    event = make_event(**fields)
    with pytest.raises(ValidationError) as refusal:
        _edit(event, currency="JPY")
    assert list(refusal.value.message_dict) == [field]


def test_the_currency_of_an_event_with_nothing_held_or_sold_changes_its_layout() -> None:
    event = make_event()
    layout = refresh_layout(event_id=event.pk)
    assert _edit(event, currency="USD").layout != layout


def test_what_is_not_about_seats_leaves_the_layout() -> None:
    event = make_event()
    layout = refresh_layout(event_id=event.pk)
    assert _edit(event, name="Opera", seat_cap=2).layout == layout


def _edit_price(event: Event) -> None:
    _edit(event, price=Decimal(70))


def _edit_category(event: Event) -> None:
    [category] = Category.objects.filter(event=event)
    edit_categories(
        event_id=event.pk,
        editor_id=None,
        categories=[
            CategoryEdit(id=category.pk, name="Stalls", color="#123456", price=Decimal(70))
        ],
    )


def _edit_seats(event: Event) -> None:
    with static_changes(event_id=event.pk):
        Seat.objects.filter(event=event).update(price=70)


@pytest.mark.parametrize("change", [_edit_price, _edit_category, _edit_seats])
def test_a_held_seat_keeps_its_price_until_it_is_bought(change: Callable[[Event], None]) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    if change is _edit_category:
        category = Category.objects.create(event=event, name="Stalls", price=50)
        Seat.objects.filter(event=event).update(category=category)
    queue, (held, free, *_) = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, (held,)))
    change(event)
    change(event)
    shown = seat_records.locks(event_id=event.pk, person_id=alice.id)
    assert [seat["price"] for seat in shown] == ["50.00"]
    assert queue.submit(ExtendLocks(alice, (held,)))["seats"][0]["price"] == "50.00"
    assert queue.submit(LockSeats(bob, (free,)))["seats"][0]["price"] == "70.00"
    booked = queue.submit(ReserveSeats(alice, (held,), "invoice"))["reservation"]
    assert (booked["total_price"], booked["seat_details"][0]["price"]) == ("50.00", "50.00")
    other = queue.submit(ReserveSeats(bob, (free,), "invoice"))["reservation"]
    assert other["total_price"] == "70.00"
    assert sorted(str(each.total_price) for each in Reservation.objects.all()) == ["50.00", "70.00"]


def _edit_fees(event: Event) -> None:
    _edit(event, ticket_fee=Decimal(9), booking_fee=Decimal(20), tax_percent=Decimal(7))


def _edit_fees_and_price(event: Event) -> None:
    _edit(event, price=Decimal(50), currency="EUR", ticket_fee=Decimal(9), booking_fee=Decimal(20))
    _edit(event, price=Decimal(60), tax_percent=Decimal(7), ticket_fee=Decimal(8))


@pytest.mark.parametrize("change", [_edit_fees, _edit_fees_and_price])
def test_held_seats_keep_the_fees_and_the_tax_until_they_are_bought(
    change: Callable[[Event], None],
) -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    _edit(event, ticket_fee=Decimal(1), booking_fee=Decimal(3), tax_percent=Decimal(19))
    queue, (held, free, *_) = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, (held,)))
    assert [seat["held_fees"] for seat in _locks(event, alice)] == [None]
    change(event)
    change(event)
    kept = {"each_ticket": "1.00", "each_booking": "3.00", "tax_percent": "19.00"}
    assert [seat["held_fees"] for seat in _locks(event, alice)] == [kept]
    command = ReserveSeats(alice, (held,), "invoice", expected_total=Decimal(54))
    booked = queue.submit(command)["reservation"]
    assert (booked["fees"], booked["tax_percent"]) == ("4.00", "19.00")
    queue.submit(LockSeats(bob, (free,)))
    assert [seat["held_fees"] for seat in _locks(event, bob)] == [None]
    other = queue.submit(ReserveSeats(bob, (free,), "invoice"))["reservation"]
    event.refresh_from_db()
    fees = f"{event.ticket_fee + event.booking_fee:.2f}"
    assert (other["fees"], other["tax_percent"]) == (fees, "7.00")


def _locks(event: Event, person: Person) -> list[Any]:
    return list(seat_records.locks(event_id=event.pk, person_id=person.id))


def test_a_price_that_was_kept_ends_with_the_hold() -> None:
    event, alice, bob = make_event(), make_person(), make_person()
    queue, (seat, *_) = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, (seat,)))
    _edit_price(event)
    queue.submit(UnlockSeats(alice, (seat,)))
    assert queue.submit(LockSeats(bob, (seat,)))["seats"][0]["price"] == "70.00"
    booked = queue.submit(ReserveSeats(bob, (seat,), "invoice"))["reservation"]
    assert booked["total_price"] == "70.00"


def test_what_was_sold_keeps_its_price() -> None:
    event, alice = make_event(), make_person()
    queue, (seat, *_) = CommandQueue(event.pk), seat_ids(event)
    queue.submit(LockSeats(alice, (seat,)))
    number = queue.submit(ReserveSeats(alice, (seat,), "invoice"))["reservation"]["id"]
    _edit_price(event)
    [booking] = booking_records.reservations(person_id=alice.id)
    assert (booking["id"], booking["total_price"]) == (number, "50.00")
    assert booking["seat_details"][0]["price"] == "50.00"


def _two_categories() -> tuple[Event, list[int]]:
    event = make_event()
    made = [Category.objects.create(event=event, name=name) for name in ("Stalls", "Balcony")]
    Seat.objects.filter(event=event, number="1").update(category=made[0])
    return event, [category.pk for category in made]


def test_categories_are_changed_all_at_once_and_may_swap_names() -> None:
    event, (first, second) = _two_categories()
    edit_categories(
        event_id=event.pk,
        editor_id=None,
        categories=[
            CategoryEdit(id=first, name="Balcony", color="red", price=Decimal(20)),
            CategoryEdit(id=second, name="Stalls", color="#00ff00", price=None),
        ],
    )
    found = categories(event_id=event.pk)
    assert [(each["name"], each["price"], each["seats"]) for each in found["categories"]] == [
        ("Balcony", "20.00", 1),
        ("Stalls", None, 0),
    ]
    assert (found["seats_without"], found["revision"]) == (3, 1)


@pytest.mark.parametrize(
    "names", [("Stalls",), ("Stalls", "Stalls"), ("Stalls", ""), ("Stalls", "x" * 101)]
)
def test_categories_are_left_as_they_are_if_one_is_invalid(names: tuple[str, ...]) -> None:
    event, ids = _two_categories()
    edits = [
        CategoryEdit(id=number, name=name, color="blue", price=None)
        for number, name in zip(ids, names, strict=False)
    ]
    with pytest.raises(ValidationError):
        edit_categories(event_id=event.pk, editor_id=None, categories=edits)
    assert list(Category.objects.values_list("name", "color").distinct()) == [
        ("Stalls", "#7c8797"),
        ("Balcony", "#7c8797"),
    ]


def test_categories_of_another_event_are_refused() -> None:
    event, (first, _) = _two_categories()
    other, (foreign, _) = _two_categories()
    edits = [
        CategoryEdit(id=number, name=f"Category {number}", color="blue", price=None)
        for number in (first, foreign)
    ]
    with pytest.raises(ValidationError):
        edit_categories(event_id=event.pk, editor_id=None, categories=edits)
    assert not Category.objects.filter(color="blue").exists()
    assert Event.objects.get(pk=other.pk).revision == 0


def test_times_that_depend_on_the_date_move_with_it_on_the_venues_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    event = make_event(
        date=datetime(2030, 3, 28, 19, 0, tzinfo=berlin),
        time_zone="Europe/Berlin",
        sales_open_at=datetime(2030, 3, 1, 10, 0, tzinfo=berlin),
        sales_close_at=datetime(2030, 3, 28, 18, 0, tzinfo=berlin),
        cancel_until=datetime(2030, 3, 27, 12, 0, tzinfo=berlin),
    )
    kept = datetime(2030, 4, 1, 12, 0, tzinfo=berlin)
    later = {"date": datetime(2030, 4, 8, 19, 0, tzinfo=berlin), "cancel_until": kept}
    edit_event(event_id=event.pk, editor_id=None, changes=later)
    event.refresh_from_db()
    assert event.sales_close_at == datetime(2030, 4, 8, 18, 0, tzinfo=berlin)
    assert event.cancel_until == kept
    assert event.sales_open_at == datetime(2030, 3, 1, 10, 0, tzinfo=berlin)


def test_a_date_that_leaves_no_place_for_the_times_before_it_is_refused() -> None:
    before = datetime(2030, 1, 1, tzinfo=UTC)
    event = make_event(date=before + timedelta(days=90), cancel_until=before)
    with pytest.raises(ValidationError) as refused:
        edit_event(
            event_id=event.pk, editor_id=None, changes={"date": datetime(1, 1, 2, tzinfo=UTC)}
        )
    assert set(refused.value.message_dict) == {"cancel_until"}
