"""An event's layout changes with all static data of its seats."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reservations.domain.errors import EventNotFound, SeatNotFound
from reservations.models import Category, Event, Seat
from reservations.organising.seating import refresh_layout, static_changes
from tests.reservations.plans.events import event_with, lock_first_seat

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def first_seat(event: Event) -> Seat:
    return Seat.objects.filter(event=event).order_by("pk")[0]


def _edit(**values: Any) -> Callable[[Event], None]:
    def change(event: Event) -> None:
        event.seats.filter(pk=first_seat(event).pk).update(**values)

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
        event.seats.filter(row="B").update(category=category)
        event.layout = refresh_layout(event_id=event.pk)
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
        _edit(category=category)(event)
        assert refresh_layout(event_id=event.pk) != event.layout

    def test_does_not_change_with_a_lock(self, event: Event) -> None:
        lock_first_seat(event)
        assert refresh_layout(event_id=event.pk) == event.layout

    def test_does_not_change_with_the_events_details(self, event: Event) -> None:
        Event.objects.filter(pk=event.pk).update(name="New", description="New", change_seq=9)
        assert refresh_layout(event_id=event.pk) == event.layout

    def test_is_the_same_again_when_changes_are_reverted(self, event: Event) -> None:
        seat = first_seat(event)
        _edit(x=77.0)(event)
        assert refresh_layout(event_id=event.pk) != event.layout
        _edit(x=seat.x)(event)
        assert refresh_layout(event_id=event.pk) == event.layout

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
