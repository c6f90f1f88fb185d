"""Layouts: encoding, caching and hashing of static seat data."""

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate, count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservations.bookings import unit_of_work
from reservations.domain.errors import EventNotFound, LayoutNotFound
from reservations.domain.features import ALL_FEATURES, SeatFeature, SoldBy
from reservations.events import layouts, seat_records
from reservations.events.layouts import LayoutRecord, StaticSeat, layout_record, packed_layout
from reservations.models import Category, Seat
from reservations.models.seats import STATIC_SEAT_FIELDS
from reservations.organising.seating import refresh_layout
from tests.factories import make_event, seat_ids


def read(record: LayoutRecord) -> Iterator[dict[str, Any]]:
    """Yield the seats, as a client makes them again."""
    ids = enumerate(accumulate(record["ids"]))
    columns = zip(
        accumulate(record["xs"]), accumulate(record["ys"]), record["numbers"], strict=True
    )
    special = _special(record)
    for run in record["runs"]:
        for at in range(run["count"]):
            index, seat_id = next(ids)
            if "first" in run:
                x, y, number = run["x"], run["y"], str(run["first"] + at)
            else:
                x, y, number = next(columns)
            yield {
                **special.get(index, {}),
                "id": seat_id,
                "seat_number": run["prefix"] + number,
                "section": record["sections"][run["section"]],
                "row": run["row"],
                "number": run.get("number", number),
                "x": x / 100,
                "y": y / 100,
                "category": run["category"],
                "price": run["price"],
                **{name: run[name] for name in ("group", "sold_by") if name in run},
            }
    assert not list(columns)
    assert not list(ids)


def _special(record: LayoutRecord) -> dict[int, dict[str, Any]]:
    """Return what only some seats have, by index."""
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for word in ("accessible", "restricted_view", "aisle"):
        for index in accumulate(record.get(word, [])):  # type: ignore[call-overload]
            found[index].setdefault("features", []).append(word)
    for note in record.get("notes", []):
        for index in accumulate(note["seats"]):
            found[index]["note"] = note["note"]
    ids = list(accumulate(record["ids"]))
    companions = accumulate(record.get("companions", []))
    for index, accessible in zip(companions, record.get("companions_of", []), strict=True):
        found[index]["companion_of"] = ids[accessible]
    return found


WORDS = st.sampled_from(["", "A", "1", "11", "Ä 1"])
SEATS = st.lists(
    st.builds(
        StaticSeat,
        id=st.integers(1, 2**62),
        seat_number=WORDS,
        section=WORDS,
        row=WORDS,
        number=WORDS,
        x=st.floats(-1e6, 1e6),
        y=st.floats(-1e6, 1e6),
        category=st.none() | st.integers(1, 3),
        price=st.sampled_from([Decimal(0), Decimal("80"), Decimal("80.50")]),
        features=st.integers(0, ALL_FEATURES),
        note=st.sampled_from(["", "", "Behind a pillar", "Low ceiling"]),
        companion_of=st.none(),
        group=st.sampled_from(["", "T1", "T2"]),
        group_size=st.just(2),
        sold_by=st.sampled_from(SoldBy),
    )
)


@given(SEATS)
def test_decoding_a_layout_restores_every_seat(seats: list[StaticSeat]) -> None:
    found = list(read(layout_record("x", seats)))
    assert len(found) == len(seats)
    for was, seat in zip(seats, found, strict=True):
        assert seat["price"] == f"{was.price:.2f}"
        # Half a hundredth at the most, however far down the list it is.
        for axis in ("x", "y"):
            assert seat[axis] == pytest.approx(getattr(was, axis), abs=0.0051)
        for name in ("id", "seat_number", "section", "row", "number", "category"):
            assert seat[name] == getattr(was, name)
        assert seat.get("features", []) == SeatFeature(was.features).words
        assert seat.get("note", "") == was.note


@given(SEATS)
def test_runs_are_as_long_as_possible(seats: list[StaticSeat]) -> None:
    runs = layout_record("x", seats)["runs"]
    for run, following in pairwise(runs):
        if "number" not in run and "number" not in following:
            assert {**run, "count": 0} != {**following, "count": 0}


def _seat(**fields: Any) -> StaticSeat:
    plain = StaticSeat(1, "A1", "Stalls", "A", "1", 0.0, 0.0, None, Decimal(50))
    return plain._replace(**fields)


def test_an_irregular_seat_number_is_a_run_of_its_own() -> None:
    record = layout_record("x", [_seat(), _seat(id=2, seat_number="Royal box", number="7")])
    assert record["numbers"] == ["1", ""]
    assert record["runs"][1]["prefix"] == "Royal box"
    assert record["runs"][1]["number"] == "7"


def test_the_places_of_a_standing_area_are_one_run_without_columns() -> None:
    seats = [
        _seat(id=at, seat_number=f"East {at}", row="", number=str(at), sold_by=SoldBy.NUMBER)
        for at in range(7, 50_007)
    ]
    record = layout_record("x", [_seat(), *seats])
    assert [run["count"] for run in record["runs"]] == [1, 50_000]
    assert record["runs"][1]["first"] == 7
    assert [len(record["xs"]), len(record["ys"]), len(record["numbers"])] == [1, 1, 1]
    assert [seat["seat_number"] for seat in read(record)][-1] == "East 50006"


def test_places_at_several_points_keep_their_columns() -> None:
    seats = [_seat(id=at, number=str(at), sold_by=SoldBy.NUMBER, x=float(at)) for at in (1, 2)]
    seats = [seat._replace(seat_number=f"A{seat.number}") for seat in seats]
    assert [seat["x"] for seat in read(layout_record("x", seats))] == [1, 2]


def test_what_no_seat_has_is_left_out() -> None:
    assert set(layout_record("x", [_seat()])) == {
        *("layout", "sections", "runs", "ids", "numbers", "xs", "ys")
    }


@pytest.mark.django_db
def test_a_layout_equals_the_seat_list() -> None:
    event = make_event(seats=6, price="30.00")
    stalls = Category.objects.create(event=event, name="Stalls", price="20.00")
    circle = Category.objects.create(event=event, name="Circle", price=None)
    ids = seat_ids(event)
    Seat.objects.filter(pk__in=ids[:2]).update(category=stalls, section="Stalls")
    Seat.objects.filter(pk=ids[2]).update(category=circle, section="Circle")
    Seat.objects.filter(pk=ids[0]).update(price="0.00")
    Seat.objects.filter(pk=ids[5]).update(seat_number="The best")
    Seat.objects.filter(pk__in=ids[3:5]).update(features=SeatFeature.ACCESSIBLE, note="Ramp")
    Seat.objects.filter(pk=ids[1]).update(features=SeatFeature.AISLE, companion_of=ids[3])
    Seat.objects.filter(pk=ids[5]).update(companion_of=ids[4])
    Seat.objects.filter(pk__in=ids[2:4]).update(group="T1", group_size=2, sold_by=SoldBy.TABLE)
    Seat.objects.filter(pk__in=ids[4:6]).update(group="T2", group_size=2)
    for at, seat in zip(count(), event.seats.order_by("pk"), strict=False):
        Seat.objects.filter(pk=seat.pk).update(x=at * 1.25, y=-at)
    layout = refresh_layout(event_id=event.pk)
    found = list(read(json.loads(packed_layout(event_id=event.pk, layout=layout).plain)))
    sold = {"status", "is_available", "locked_by", "locked_until", "reserved_by"}
    listed: Any = seat_records.seats(event_id=event.pk)
    assert found == [{name: seat[name] for name in seat.keys() - sold} for seat in listed]


# Columns that are neither static nor changed by a sale: they identify the seat on the server.
# `held_prices` is of a hold, and told to its holder; a removed seat is not listed.
_INTERNAL = {"event_id", "guid", "held_prices", "removed_at"}


def test_every_column_of_a_seat_is_static_or_written_by_the_unit_of_work() -> None:
    columns = {field.attname for field in Seat._meta.concrete_fields}
    assert columns == {*STATIC_SEAT_FIELDS, *unit_of_work._WRITTEN_SEAT_COLUMNS, *_INTERNAL}
    assert not {*STATIC_SEAT_FIELDS} & {*unit_of_work._WRITTEN_SEAT_COLUMNS}


def test_a_static_seat_has_every_static_column() -> None:
    names = tuple(name.removesuffix("_id") for name in STATIC_SEAT_FIELDS)
    assert StaticSeat._fields == names


@pytest.mark.django_db
@pytest.mark.parametrize("column", [name for name in STATIC_SEAT_FIELDS if name != "id"])
def test_changing_a_static_column_changes_the_layout(column: str) -> None:
    event = make_event()
    category = Category.objects.create(event=event, name="Stalls")
    values = {"x": 7.5, "y": 7.5, "category_id": category.pk, "price": "12.00", "features": 1}
    values |= {"companion_of_id": seat_ids(event)[1], "group_size": 2, "sold_by": 1}
    before = refresh_layout(event_id=event.pk)
    event.seats.filter(pk=seat_ids(event)[0]).update(**{column: values.get(column, "other")})
    assert refresh_layout(event_id=event.pk) != before


@pytest.mark.django_db
def test_another_seat_in_place_of_one_changes_the_layout() -> None:
    event = make_event()
    before = refresh_layout(event_id=event.pk)
    seat = event.seats.get(pk=seat_ids(event)[0])
    seat.delete()
    seat.pk = seat_ids(event)[-1] + 1
    seat.save(force_insert=True)
    assert refresh_layout(event_id=event.pk) != before


@pytest.mark.django_db
@pytest.mark.parametrize("of", ["seat", "category", "event"])
def test_changing_any_price_changes_the_layout(of: str) -> None:
    event = make_event()
    event.seats.update(category=Category.objects.create(event=event, name="Stalls"))
    before = refresh_layout(event_id=event.pk)
    rows: Any = {"seat": event.seats, "category": event.categories, "event": type(event).objects}
    rows[of].update(price="12.00")
    after = refresh_layout(event_id=event.pk)
    assert after != before
    [price] = {
        run["price"]
        for run in json.loads(packed_layout(event_id=event.pk, layout=after).plain)["runs"]
    }
    assert price == "12.00"


@pytest.mark.django_db
def test_a_layout_is_built_once(django_assert_num_queries: Any) -> None:
    event = make_event()
    first = packed_layout(event_id=event.pk, layout="plan")
    with django_assert_num_queries(0):
        assert all(packed_layout(event_id=event.pk, layout="plan") is first for _ in range(100))


@pytest.mark.django_db
def test_an_event_without_seats_has_an_empty_layout() -> None:
    event = make_event(seats=0)
    assert json.loads(packed_layout(event_id=event.pk, layout="plan").plain)["ids"] == []


@pytest.mark.django_db
def test_a_layout_that_changes_during_the_read_is_not_cached() -> None:
    event = make_event()
    with pytest.raises(LayoutNotFound):
        layouts._pack(event.pk, "the one before")
    with pytest.raises(EventNotFound):
        packed_layout(event_id=event.pk + 1, layout="plan")
