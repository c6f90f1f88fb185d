"""Floors of seating plans: where several have seats, buyers are told the floor of a section."""

from typing import Any

import pytest
from django.test import Client

from reservations.plans.plan import drawing
from reservations.plans.pretix import parse
from tests.reservations.plans.documents import Json, area, document, row, seat, zone
from tests.reservations.plans.events import event_with

FLOORS = [{"id": "g", "name": "Ground floor"}, {"id": "1", "name": "First floor"}]


def _zone(guid: str, name: str, floor: str | None, **more: Any) -> Json:
    return zone(row(seat(guid, x=10 * len(guid)), name=guid), name=name, floor=floor, **more)


def _floors(*zones: Json, floors: list[Json] = FLOORS) -> dict[str, str]:
    return dict(parse(document(*zones, floors=floors)).floors)


def test_sections_have_the_names_of_their_floors() -> None:
    found = _floors(_zone("a", "Stalls", "g"), _zone("bb", "Circle", "1"), _zone("ccc", "Bar", "x"))
    assert found == {"Stalls": "Ground floor", "Circle": "First floor"}


def test_a_section_on_two_floors_has_none() -> None:
    found = _floors(_zone("a", "Boxes", "g"), _zone("bb", "Boxes", "1"), _zone("ccc", "Bar", "1"))
    assert found == {"Bar": "First floor"}


def test_a_single_floor_is_not_told() -> None:
    assert _floors(_zone("a", "Stalls", "g"), _zone("bb", "Circle", None)) == {}
    assert _floors(_zone("a", "Stalls", "g"), zone(name="Circle", floor="1")) == {}


def test_a_standing_area_is_on_the_floor_of_its_zone() -> None:
    pit = area(standing={"capacity": 2, "category": "Stalls", "guid": "p"}, text={"text": "Pit"})
    found = _floors(_zone("a", "Stalls", "1"), zone(name="Front", floor="g", areas=[pit]))
    assert found == {"Stalls": "First floor", "Pit": "Ground floor"}


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_layout_of_an_event_has_the_floors_of_its_sections() -> None:
    plan = parse(document(_zone("a", "Stalls", "g"), _zone("bb", "Circle", "1"), floors=FLOORS))
    assert drawing(plan)["floors"] == [
        {"section": "Stalls", "floor": "Ground floor"},
        {"section": "Circle", "floor": "First floor"},
    ]
    event = event_with(plan)
    layout: Any = Client().get(f"/api/events/{event.pk}/layouts/{event.layout}/").json()
    assert layout["sections"] == ["Stalls", "Circle"]
    assert layout["floors"] == ["Ground floor", "First floor"]
