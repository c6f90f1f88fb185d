"""Plans are stored as an event's seats, completely or not at all."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from reservations.domain.errors import EventNotFound
from reservations.domain.features import SeatFeature, SoldBy
from reservations.domain.states import SeatStatus
from reservations.models import Category, Event, Seat
from reservations.organising.seating import BATCH_SEATS, create_event, fill_event
from reservations.plans.errors import EventHasSeats, PlanError, UnknownCategory
from reservations.plans.grid import grid
from reservations.plans.labels import row_letters
from reservations.plans.plan import drawing
from reservations.plans.pretix import parse
from tests.reservations.plans.documents import area, document, row, seat, zone
from tests.reservations.plans.events import details, event_with

pytestmark = pytest.mark.django_db


def two_sections() -> Any:
    return document(
        zone(row(seat("s1", "1", x=100, y=100), seat("s2", "2", x=130, y=100)), areas=[area()]),
        zone(row(seat("c1", "1", x=100, y=200, category="Circle")), name="Circle"),
        zone(row(seat("x1", "1", x=100, y=300, category=""), name="Z"), name="Pit"),
    )


def test_an_event_has_the_seats_of_its_plan_in_plan_order() -> None:
    plan = parse(two_sections())
    event = create_event(details=details(), plan=plan, category_prices={"Stalls": Decimal("80")})
    fields = ("guid", "seat_number", "section", "row", "number", "x", "y", "category__name")
    assert list(Seat.objects.filter(event=event).order_by("pk").values_list(*fields)) == [
        ("s1", "Stalls A1", "Stalls", "A", "1", 100, 100, "Stalls"),
        ("s2", "Stalls A2", "Stalls", "A", "2", 130, 100, "Stalls"),
        ("c1", "Circle A1", "Circle", "A", "1", 100, 200, "Circle"),
        ("x1", "Z1", "Pit", "Z", "1", 100, 300, None),
    ]
    assert set(Seat.objects.values_list("status", "price")) == {(SeatStatus.AVAILABLE, None)}
    prices = Category.objects.filter(event=event).values_list("name", "color", "price")
    assert list(prices) == [("Stalls", "#7c3aed", Decimal("80.00")), ("Circle", "red", None)]


def test_an_event_keeps_the_drawing_and_a_layout() -> None:
    plan = parse(two_sections())
    event = Event.objects.get(pk=event_with(plan).pk)
    assert event.plan == drawing(plan)
    assert len(event.layout) == 16
    int(event.layout, 16)


def test_an_event_without_seats_can_be_filled_and_keeps_its_categories() -> None:
    event = Event.objects.create(
        name="By hand", venue="House", date=details().date, price=Decimal("10")
    )
    own = Category.objects.create(event=event, name="Stalls", color="#111", price=Decimal("70"))
    fill_event(
        event_id=event.pk, plan=parse(two_sections()), category_prices={"Circle": Decimal("5")}
    )
    own.refresh_from_db()
    assert (own.color, own.price) == ("#111", Decimal("70.00"))
    assert Category.objects.get(event=event, name="Circle").price == Decimal("5.00")
    assert own.seats.count() == 2
    event.refresh_from_db()
    assert event.layout
    assert event.plan["width"] == 800


def test_an_event_with_seats_is_not_filled() -> None:
    event = event_with()
    with pytest.raises(EventHasSeats):
        fill_event(event_id=event.pk, plan=grid(rows=1, seats=1))
    assert Seat.objects.count() == 4


def test_storing_a_large_hall_reports_progress() -> None:
    progress: list[str] = []
    hall = grid(rows=1, seats=BATCH_SEATS + 1)
    event = create_event(details=details(), plan=hall, report_progress=progress.append)
    assert progress == [
        *("Writing seat 1 of 5,001", "Writing seat 5,001 of 5,001"),
        "Naming the layout",
    ]
    seats = event.seats.order_by("pk").values_list("seat_number", flat=True)
    assert list(seats) == [f"A{number}" for number in range(1, BATCH_SEATS + 2)]


def test_filling_an_unknown_event_is_refused() -> None:
    with pytest.raises(EventNotFound):
        fill_event(event_id=12345, plan=grid(rows=1, seats=1))


def test_a_price_for_an_unknown_category_stores_nothing() -> None:
    with pytest.raises(UnknownCategory, match="no category 'Pit'"):
        create_event(
            details=details(), plan=parse(two_sections()), category_prices={"Pit": Decimal(1)}
        )
    assert not Event.objects.exists()


def test_a_failure_stores_nothing() -> None:
    twice = grid(rows=1, seats=2)
    seats = (twice.seats[0], twice.seats[0])
    broken = type(twice)(
        **{name: getattr(twice, name) for name in twice.__slots__} | {"seats": seats}
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        event_with(broken)
    assert not Event.objects.exists()
    assert not Seat.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"venue": "a\udcffb"}, "venue"),
        ({"currency": "euro"}, "currency"),
        ({"currency": "eu1"}, "currency"),
        ({"currency": "EUO"}, "currency"),
        ({"currency": "XAU"}, "currency"),
        ({"price": Decimal("-1")}, "price"),
        ({"price": Decimal("1e20")}, "price"),
    ],
)
def test_invalid_details_are_refused(wrong: Any, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        create_event(details=details(**wrong), plan=grid(rows=1, seats=1))
    assert set(caught.value.message_dict) == {field}
    assert not Event.objects.exists()


class TestGrid:
    def test_has_rows_from_a_to_z_and_on(self) -> None:
        letters = [row_letters(at) for at in (0, 25, 26, 51, 52, 701, 702)]
        assert letters == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]

    def test_has_every_seat_clear_of_the_others_and_inside(self) -> None:
        plan = grid(rows=30, seats=30)
        spots = {(found.x, found.y) for found in plan.seats}
        assert len(spots) == 900
        assert all(20 <= x <= plan.width - 20 and 20 <= y <= plan.height - 20 for x, y in spots)

    def test_has_a_stage_and_the_names_of_its_rows(self) -> None:
        texts = [shape.text.text for shape in grid(rows=2, seats=3).shapes if shape.text]
        assert texts == ["STAGE", "A", "A", "B", "B"]

    @pytest.mark.parametrize(
        ("rows", "seats", "progress"),
        [
            (0, 5, "rows: must be at least 1, not 0"),
            (5, -2, "seats: must be at least 1, not -2"),
            (1_001, 100, "the plan must have at most 100,000 seats, not 100,100"),
        ],
    )
    def test_has_its_limits(self, rows: int, seats: int, progress: str) -> None:
        with pytest.raises(PlanError) as caught:
            grid(rows=rows, seats=seats)
        assert str(caught.value) == progress


def test_tables_and_companion_seats_are_stored() -> None:
    chairs = [seat("s1", "1"), seat("s2", "2", x=60)]
    table = row(*chairs, name="4", uuid="t4", table={"shape": "round", "width": 9, "sold": "whole"})
    pair = row(seat("s3", features=["accessible"]), seat("s4", "2", x=30, companion_of="s3"))
    event = event_with(parse(document(zone(table, pair))))
    columns = ("guid", "group", "group_size", "sold_by", "features", "companion_of__guid")
    assert list(event.seats.order_by("pk").values_list(*columns)) == [
        ("s1", "t4", 2, SoldBy.TABLE, 0, None),
        ("s2", "t4", 2, SoldBy.TABLE, 0, None),
        ("s3", "", 0, SoldBy.SEAT, SeatFeature.ACCESSIBLE, None),
        ("s4", "", 0, SoldBy.SEAT, 0, "s3"),
    ]
