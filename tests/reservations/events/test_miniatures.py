"""Miniatures: points of a hall with the free share of their seats."""

from itertools import accumulate
from typing import Any

import pytest
from django.db import connection
from django.db.models import ExpressionWrapper, F, FloatField, IntegerField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.test.utils import CaptureQueriesContext

from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import BlockSeats, LockSeats, ReserveSeats
from reservations.domain.errors import EventNotFound
from reservations.domain.features import SoldBy
from reservations.events import miniatures
from reservations.events.miniatures import FREE_LEVELS, MAX_POINTS, miniature, miniature_record
from reservations.models import Category, Event, Seat
from tests.factories import let_locks_run_out, make_event, make_person, seat_ids

pytestmark = pytest.mark.django_db


def _place(event: Event, *, in_row: int, pitch: float = 10.0) -> None:
    """Place the seats in rows, by their keys, which are consecutive."""
    at = F("pk") - event.seats.order_by("pk")[0].pk
    event.seats.update(x=_float(at % in_row) * pitch, y=_float(at / in_row) * pitch)


def _float(whole: Combinable) -> Cast:
    return Cast(ExpressionWrapper(whole, IntegerField()), FloatField())


def _points(record: Any) -> list[tuple[float, float]]:
    xs, ys = ([at / 100 for at in accumulate(record[axis])] for axis in ("xs", "ys"))
    return list(zip(xs, ys, strict=True))


def test_each_seat_of_a_small_hall_is_a_point_that_is_free_or_not() -> None:
    event, alice = make_event(seats=6), make_person("alice")
    _place(event, in_row=3)
    ids = seat_ids(event)
    queue = CommandQueue(event.pk)
    queue.submit(LockSeats(alice, ids[:2]))
    queue.submit(ReserveSeats(alice, ids[:1], "invoice"))
    queue.submit(BlockSeats(alice, ids[5:]))
    found = miniature_record(event_id=event.pk)
    assert _points(found) == [(0, 0), (10, 0), (20, 0), (0, 10), (10, 10), (20, 10)]
    assert found["free"] == [0, 0, 9, 9, 9, 0]
    assert found["plan"]["seat_radius"] == 9
    let_locks_run_out(event)
    assert miniature_record(event_id=event.pk)["free"] == [0, 9, 9, 9, 9, 0]


def test_points_have_the_colors_of_their_categories() -> None:
    event = make_event(seats=3)
    for color, seat in zip(("#ff0000", "#00ff00"), event.seats.order_by("pk"), strict=False):
        seat.category = Category.objects.create(event=event, name=color, color=color)
        seat.save()
    found = miniature_record(event_id=event.pk)
    assert [at if at is None else found["colors"][at] for at in found["color"]] == [
        "#ff0000",
        "#00ff00",
        None,
    ]


def test_neighbouring_seats_of_a_large_hall_share_a_point() -> None:
    event = make_event(seats=5_000)
    _place(event, in_row=100)
    sold = [seat.pk for seat in event.seats.all() if seat.x < 500]
    Seat.objects.filter(pk__in=sold[::2]).update(status=3)
    Seat.objects.filter(event=event, x__gte=500, y__gte=250).update(status=3)
    with CaptureQueriesContext(connection) as queries:
        found = miniature_record(event_id=event.pk)
    assert len(queries) == 3
    points = _points(found)
    assert MAX_POINTS / 2 < len(points) < 1.2 * MAX_POINTS
    assert found["plan"]["seat_radius"] > 9
    for (x, y), free in zip(points, found["free"], strict=True):
        if x < 480:
            assert 1 <= free < FREE_LEVELS
        elif x > 520 and y < 220:
            assert free == FREE_LEVELS
        elif x > 520 and y > 280:
            assert free == 0


@pytest.mark.parametrize(("in_row", "pitch"), [(1, 10.0), (10_000, 0.0), (10_000, 0.001)])
def test_a_large_hall_may_be_a_line_or_a_heap(in_row: int, pitch: float) -> None:
    event = make_event(seats=MAX_POINTS + 1)
    _place(event, in_row=in_row, pitch=pitch)
    found = miniature_record(event_id=event.pk)
    assert 1 <= len(found["xs"]) <= MAX_POINTS + 1
    assert set(found["free"]) == {FREE_LEVELS}


def test_shapes_have_no_texts_and_are_left_out_if_there_are_very_many() -> None:
    text = {"text": "STAGE", "color": None, "size": 9.0, "x": 0.0, "y": 0.0}
    shape = {"shape": "circle", "x": 1.0, "y": 2.0, "rotation": 0.0, "radius": 5.0}
    plan: dict[str, Any] = {"width": 9.0, "height": 8.0, "seat_radius": 7.0}
    event = make_event(plan={**plan, "shapes": [{**shape, "text": text}]})
    assert miniature_record(event_id=event.pk)["plan"] == {**plan, "shapes": [shape]}
    event.plan["shapes"] *= miniatures.MAX_SHAPES + 1
    event.save()
    assert miniature_record(event_id=event.pk)["plan"]["shapes"] == []


def test_a_standing_area_is_a_shape_in_its_color_while_places_are_free() -> None:
    shape = {"shape": "circle", "x": 1.0, "y": 2.0, "rotation": 0.0, "radius": 5.0, "group": "pit"}
    drawn: dict[str, Any] = {"width": 9.0, "height": 8.0, "seat_radius": 7.0}
    event = make_event(seats=3, plan={**drawn, "shapes": [{**shape, "color": None}]})
    pit = Category.objects.create(event=event, name="Pit", color="#ff0000")
    places = event.seats.filter(pk__in=seat_ids(event)[:2])
    places.update(group="pit", sold_by=SoldBy.NUMBER, category=pit)
    found = miniature_record(event_id=event.pk)
    assert (len(found["xs"]), found["plan"]["shapes"][0]["color"]) == (1, "#ff0000")
    places.update(status=3)
    assert miniature_record(event_id=event.pk)["plan"]["shapes"][0]["color"] is None


def test_an_event_without_a_plan_or_seats_has_no_points() -> None:
    event = make_event(seats=0, plan={})
    found = miniature_record(event_id=event.pk)
    assert (found["xs"], found["free"], found["colors"]) == ([], [], [])


def test_a_miniature_is_made_once_in_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 1_000.0
    monkeypatch.setattr("reservations.events.miniatures.monotonic", lambda: seconds)
    event = make_event(seats=2)
    before = miniature(event_id=event.pk)
    Seat.objects.filter(event=event).update(status=3)
    with CaptureQueriesContext(connection) as queries:
        assert miniature(event_id=event.pk) is before
    assert len(queries) == 0
    seconds += miniatures.SECONDS
    assert miniature(event_id=event.pk).tag != before.tag


def test_an_unknown_event_is_not_cached() -> None:
    for _ in range(2):
        with pytest.raises(EventNotFound):
            miniature(event_id=999)
    assert not miniatures._packed._values
