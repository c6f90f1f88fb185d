"""Static seat data can change during a sale; who has the seats cannot."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.domain.errors import EventNotFound, SeatNotFound
from reservations.domain.features import SeatFeature
from reservations.models import Category, Event, Seat
from reservations.plans.errors import InvalidEdit, SeatNumberTaken
from reservations.plans.seats import SeatEdit, edit_seats
from reservations.plans.services import refresh_layout, static_changes
from tests.reservations.plans.events import event_with, lock_first_seat

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

STATUS_FIELDS = (
    "status",
    "locked_by_id",
    "locked_until",
    "lapsed_holder_id",
    "reservation_id",
    "version",
)


def first_seat(event: Event) -> Seat:
    return Seat.objects.filter(event=event).order_by("pk")[0]


def test_an_edit_changes_what_it_names_and_nothing_else() -> None:
    event = event_with()
    other = Category.objects.create(event=event, name="Other")
    seat = first_seat(event)
    edit: SeatEdit = {"seat_number": "A0", "x": 1.5, "category_id": other.pk, "price": Decimal(9)}
    edit_seats(event_id=event.pk, edits={seat.pk: edit})
    found = Seat.objects.get(pk=seat.pk)
    assert (found.seat_number, found.x, found.y) == ("A0", 1.5, seat.y)
    assert (found.category_id, found.price) == (other.pk, Decimal("9.00"))
    assert (found.section, found.row, found.number) == ("Floor", "A", "1")
    assert Seat.objects.filter(event=event, seat_number="A2", price=None).exists()


def test_an_edit_keeps_a_lock() -> None:
    event = event_with()
    seat = lock_first_seat(event)
    before = Seat.objects.values(*STATUS_FIELDS).get(pk=seat.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        edit_seats(event_id=event.pk, edits={seat.pk: {"price": Decimal(1)}})
    assert Seat.objects.values(*STATUS_FIELDS).get(pk=seat.pk) == before
    updates = [
        query["sql"] for query in queries if query["sql"].startswith('UPDATE "reservations_seat"')
    ]
    assert updates
    assert not any(field in update for field in STATUS_FIELDS for update in updates)


def test_an_edit_can_clear_a_price_and_a_category() -> None:
    event = event_with()
    seat = first_seat(event)
    edit_seats(event_id=event.pk, edits={seat.pk: {"price": Decimal(1)}})
    edit_seats(event_id=event.pk, edits={seat.pk: {"price": None, "category_id": None}})
    seat.refresh_from_db()
    assert (seat.price, seat.category_id) == (None, None)


def test_several_seats_can_be_edited_in_one_go() -> None:
    event = event_with()
    edits: dict[int, SeatEdit] = {seat.pk: {"price": Decimal(5)} for seat in event.seats.all()}
    edit_seats(event_id=event.pk, edits=edits)
    assert set(event.seats.values_list("price", flat=True)) == {Decimal("5.00")}


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        ({"seat_number": "A2"}, SeatNumberTaken),
        ({"seat_number": ""}, InvalidEdit),
        ({"seat_number": "x" * 101}, InvalidEdit),
        ({"section": "a\x00"}, InvalidEdit),
        ({"row": "x" * 51}, InvalidEdit),
        ({"x": math.nan}, InvalidEdit),
        ({"y": math.inf}, InvalidEdit),
        ({"price": Decimal("-0.01")}, InvalidEdit),
        ({"price": Decimal("1e12")}, InvalidEdit),
        ({"category_id": 987654}, InvalidEdit),
        ({"category_id": 0}, InvalidEdit),
        ({"status": 2}, InvalidEdit),
    ],
    ids=str,
)
def test_invalid_edits_are_refused_and_change_nothing(edit: Any, refusal: type[Exception]) -> None:
    event = event_with()
    before = list(Seat.objects.order_by("pk").values())
    a1, b2 = (seat.pk for seat in event.seats.filter(seat_number__in=("A1", "B2")).order_by("pk"))
    with pytest.raises(refusal):
        edit_seats(event_id=event.pk, edits={b2: {"price": Decimal(3)}, a1: edit})
    assert list(Seat.objects.order_by("pk").values()) == before
    assert Event.objects.get(pk=event.pk).layout == event.layout


def test_two_seats_cannot_be_given_one_number() -> None:
    event = event_with()
    edits: dict[int, SeatEdit] = {seat.pk: {"seat_number": "X"} for seat in event.seats.all()[:2]}
    with pytest.raises(SeatNumberTaken, match="called X"):
        edit_seats(event_id=event.pk, edits=edits)


def test_a_category_of_another_event_is_refused() -> None:
    event = event_with()
    foreign = Category.objects.create(event=event_with(), name="Foreign")
    with pytest.raises(InvalidEdit):
        edit_seats(event_id=event.pk, edits={first_seat(event).pk: {"category_id": foreign.pk}})


def test_a_seat_of_another_event_is_not_found() -> None:
    event, other = event_with(), event_with()
    with pytest.raises(SeatNotFound):
        edit_seats(event_id=event.pk, edits={first_seat(other).pk: {"x": 1.0}})
    with pytest.raises(EventNotFound):
        edit_seats(event_id=98765, edits={})


def _edit(**edit: Any) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        edit_seats(event_id=event.pk, edits={first_seat(event).pk: edit})  # type: ignore[dict-item]

    return change


def _change(model: type, **values: Any) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        key = "pk" if model is Event else "event_id"
        model._default_manager.filter(**{key: event.pk}).update(**values)  # type: ignore[attr-defined]

    return change


class TestLayout:
    """An event with four seats, two of them in a category without a price."""

    @pytest.fixture
    def event(self) -> Event:
        event = event_with()
        category = Category.objects.create(event=event, name="Front")
        edits: dict[int, SeatEdit] = {
            seat.pk: {"category_id": category.pk} for seat in event.seats.filter(row="B")
        }
        event.layout = edit_seats(event_id=event.pk, edits=edits)
        return event

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(_edit(seat_number="Z"), id="seat number"),
            pytest.param(_edit(section="Z"), id="section"),
            pytest.param(_edit(row="Z"), id="row"),
            pytest.param(_edit(number="Z"), id="number"),
            pytest.param(_edit(x=1.25), id="x"),
            pytest.param(_edit(y=1.25), id="y"),
            pytest.param(_edit(price=Decimal(1)), id="price of a seat"),
            pytest.param(_change(Category, price=Decimal(1)), id="price of a category"),
            pytest.param(_change(Category, name="Rear"), id="name of a category"),
            pytest.param(_change(Category, color="#fff"), id="colour of a category"),
            pytest.param(_change(Event, price=Decimal(1)), id="price of the event"),
            pytest.param(_change(Event, currency="CHF"), id="currency"),
            pytest.param(_change(Event, plan={"width": 1}), id="plan"),
            pytest.param(lambda event: first_seat(event).delete(), id="a seat less"),
        ],
    )
    def test_changes_with_static_seat_data(
        self, event: Event, change: Callable[[Event], None]
    ) -> None:
        change(event)
        layout = refresh_layout(event_id=event.pk)
        assert layout != event.layout
        assert Event.objects.get(pk=event.pk).layout == layout

    def test_changes_with_the_category_of_a_seat(self, event: Event) -> None:
        category = Category.objects.get(event=event)
        edits: dict[int, SeatEdit] = {first_seat(event).pk: {"category_id": category.pk}}
        assert edit_seats(event_id=event.pk, edits=edits) != event.layout

    def test_does_not_change_with_a_lock(self, event: Event) -> None:
        lock_first_seat(event)
        assert refresh_layout(event_id=event.pk) == event.layout

    def test_does_not_change_with_the_events_details(self, event: Event) -> None:
        Event.objects.filter(pk=event.pk).update(name="New", description="New", change_seq=9)
        assert refresh_layout(event_id=event.pk) == event.layout

    def test_is_the_same_again_when_changes_are_reverted(self, event: Event) -> None:
        seat = first_seat(event)
        assert edit_seats(event_id=event.pk, edits={seat.pk: {"x": 77.0}}) != event.layout
        assert edit_seats(event_id=event.pk, edits={seat.pk: {"x": seat.x}}) == event.layout

    def test_does_not_depend_on_other_events(self, event: Event) -> None:
        assert event_with().layout != event.layout
        assert refresh_layout(event_id=event.pk) == event.layout

    def test_is_refreshed_after_changes_under_the_events_lock(self, event: Event) -> None:
        with static_changes(event_id=event.pk):
            Category.objects.filter(event=event).update(price=Decimal(1))
        assert Event.objects.get(pk=event.pk).layout != event.layout

    def test_is_that_of_the_event_as_it_is_stored_at_the_end(self, event: Event) -> None:
        with static_changes(event_id=event.pk) as held:
            assert held.price == Decimal("50.00")
            Event.objects.filter(pk=event.pk).update(price=Decimal(1))
        assert Event.objects.get(pk=event.pk).layout != event.layout

    def test_stays_when_the_changes_fail(self, event: Event) -> None:
        def fail() -> None:
            with static_changes(event_id=event.pk):
                Category.objects.filter(event=event).update(price=Decimal(1))
                raise SeatNotFound

        with pytest.raises(SeatNotFound):
            fail()
        assert Category.objects.get(event=event).price is None
        assert Event.objects.get(pk=event.pk).layout == event.layout

    @pytest.mark.postgres
    def test_is_computed_after_the_event_was_locked(self, event: Event) -> None:
        with CaptureQueriesContext(connection) as queries:
            refresh_layout(event_id=event.pk)
        statements = [query["sql"] for query in queries if "reservations_" in query["sql"]]
        assert "FOR NO KEY UPDATE" in statements[0]
        assert 'FROM "reservations_event"' in statements[0]

    def test_an_unknown_event_is_refused(self) -> None:
        with pytest.raises(EventNotFound):
            refresh_layout(event_id=98765)


def test_a_companion_seat_gets_its_accessible_seat() -> None:
    event = event_with()
    accessible, companion = event.seats.order_by("pk")[:2]
    edits: dict[int, SeatEdit] = {
        accessible.pk: {"features": SeatFeature.ACCESSIBLE, "note": "Ramp at door 2"},
        companion.pk: {"companion_of_id": accessible.pk},
    }
    edit_seats(event_id=event.pk, edits=edits)
    found = Seat.objects.get(pk=companion.pk)
    assert found.companion_of == Seat.objects.get(features=SeatFeature.ACCESSIBLE)


def test_a_companion_seat_without_an_accessible_seat_of_its_event_is_refused() -> None:
    event, other = event_with(), event_with()
    Seat.objects.filter(event=other).update(features=SeatFeature.ACCESSIBLE)
    companion, plain = event.seats.order_by("pk")[:2]
    for seat in (plain, companion, first_seat(other)):
        with pytest.raises(InvalidEdit):
            edit_seats(event_id=event.pk, edits={companion.pk: {"companion_of_id": seat.pk}})


def test_an_accessible_seat_with_a_companion_seat_stays_accessible() -> None:
    event = event_with()
    accessible, companion = event.seats.order_by("pk")[:2]
    Seat.objects.filter(pk=accessible.pk).update(features=SeatFeature.ACCESSIBLE)
    Seat.objects.filter(pk=companion.pk).update(companion_of=accessible)
    with pytest.raises(InvalidEdit):
        edit_seats(event_id=event.pk, edits={accessible.pk: {"features": 0}})
    edits: dict[int, SeatEdit] = {
        accessible.pk: {"features": 0},
        companion.pk: {"companion_of_id": None},
    }
    edit_seats(event_id=event.pk, edits=edits)


def test_unknown_features_are_refused() -> None:
    event = event_with()
    with pytest.raises(InvalidEdit):
        edit_seats(event_id=event.pk, edits={first_seat(event).pk: {"features": 8}})
