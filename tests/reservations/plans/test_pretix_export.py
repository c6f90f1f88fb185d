"""What is exported for pretix is what its importer accepts: no other keys, null or odd types."""

import json
from typing import Any

import jsonschema
import pytest

from reservations.demo.catalogue import CLUB
from reservations.demo.templates import TEMPLATES, template
from reservations.plans import document, pretix
from reservations.plans.grid import grid
from reservations.plans.plan import Plan
from reservations.plans.pretix_export import pretix_document
from reservations.plans.writing import document_of
from tests.reservations.plans.documents import area, row, seat, written, zone
from tests.reservations.plans.documents import document as plan_with

Json = dict[str, Any]
TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}


def _object(*required: str, **keys: Any) -> Json:
    return {
        "type": "object",
        "properties": keys,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


POINT = _object("x", "y", x=NUMBER, y=NUMBER)
AREA = _object(
    **dict.fromkeys(("color", "border_color", "uuid"), TEXT),
    shape={"enum": ["polygon", "rectangle", "ellipse", "circle", "text"]},
    rotation=NUMBER,
    position=POINT,
    polygon=_object("points", points=_list(POINT)),
    rectangle=_object("width", "height", width=NUMBER, height=NUMBER),
    ellipse=_object("radius", radius=POINT),
    circle=_object("radius", radius=NUMBER),
    text=_object("text", "position", text=TEXT, color=TEXT, size=NUMBER, position=POINT),
)
SEAT = _object(
    *("seat_guid", "seat_number", "position", "category"),
    **dict.fromkeys(("seat_number", "uuid", "start_direction", "category"), TEXT),
    seat_guid={"type": "string", "pattern": "^[^ ].*[^ ]$"},
    radius=NUMBER,
    position=POINT,
)
ROW = _object(
    *("seats", "row_number"),
    **dict.fromkeys(("row_number", "row_label", "seat_label", "uuid"), TEXT),
    row_number_position={"enum": ["start", "end", "both"]},
    position=POINT,
    seats=_list(SEAT),
)
ZONE = _object(
    *("position", "rows"),
    **dict.fromkeys(("name", "zone_id", "uuid"), TEXT),
    position=POINT,
    rows=_list(ROW),
    areas=_list(AREA),
)
# The rules of pretix's importer, written anew.
ACCEPTED = _object(
    *("zones", "name", "categories", "size"),
    name=TEXT,
    zones=_list(ZONE),
    categories=_list(_object("name", name=TEXT, color=TEXT)),
    size=_object("width", "height", width=WHOLE, height=WHOLE),
)

OURS = plan_with(
    zone(
        row(
            seat("a", x=10.5, features=["accessible"], note="Ramp", radius=None, uuid=7),
            seat("ab", "2", x=40, features=["companion"], companion_of="a"),
            seat(" c ", "3", x=70),
            row_label=None,
        ),
        row(
            seat("t1", x=-20),
            seat("t2", "2", x=20),
            name="4",
            x=200,
            y=200,
            table={"shape": "long", "width": 60, "height": 30, "rotation": 30, "sold": "whole"},
            uuid="T4",
        ),
        x=50,
        y=50,
        floor="up",
        zone_id="z",
        color="none",
        areas=[
            area(standing={"capacity": 9, "guid": "pit"}, text={"text": "Pit", "position": None}),
            area("rectangle", rectangle={"width": 5, "height": 6}, circle={}, color=None),
            area(None, text={"text": "Stage", "color": "#000"}),
            area("polygon", polygon={"points": [{"x": 0, "y": 0}, {"x": 9, "y": 0}]}),
        ],
    ),
    floors=[{"id": "up", "name": "Upstairs"}],
    focal_point={"x": 1, "y": 2},
    size={"width": 400.4, "height": 300},
    tool="ours",
)
HALLS = {
    **{name: template(name) for name in TEMPLATES},
    "club": document_of(grid(rows=10, seats=12, name=CLUB)),
    "ours": written(OURS),
}


def exported(data: bytes) -> Json:
    found: Json = json.loads(pretix_document(document.read(data)))
    return found


def _places(plan: Plan) -> list[tuple[Any, ...]]:
    return [
        (seat.section, seat.number, seat.x, seat.y, seat.category)
        for seat in plan.seats
        if seat.sold_by != 2
    ]


@pytest.mark.parametrize("hall", HALLS)
def test_pretix_accepts_the_export(hall: str) -> None:
    jsonschema.Draft7Validator(ACCEPTED).validate(exported(HALLS[hall]))


@pytest.mark.parametrize("hall", HALLS)
def test_the_document_itself_has_keys_that_pretix_refuses(hall: str) -> None:
    faults = [*jsonschema.Draft7Validator(ACCEPTED).iter_errors(json.loads(HALLS[hall]))]
    assert bool(faults) == (hall not in ("club", "stadium"))


@pytest.mark.parametrize("hall", HALLS)
def test_the_export_has_the_seats_of_the_document(hall: str) -> None:
    before, after = pretix.read(HALLS[hall]), pretix.parse(exported(HALLS[hall]))
    assert _places(after) == _places(before)
    assert after.width >= before.width


def test_guids_that_pretix_refuses_are_replaced() -> None:
    rows = exported(written(OURS))["zones"][0]["rows"]
    assert [each["seat_guid"] for each in rows[0]["seats"]] == ["seat-a", "ab", "seat-c"]


def test_a_table_is_drawn_and_its_chairs_are_named() -> None:
    found = exported(written(OURS))["zones"][0]
    table = found["rows"][1]
    assert (table["row_label"], table["seat_label"]) == ("Table %s", "Seat %s")
    assert (found["areas"][-1]["shape"], found["areas"][-1]["text"]["text"]) == ("rectangle", "4")


def test_a_plan_without_a_size_is_moved_into_the_frame_of_its_seats() -> None:
    plan = plan_with(zone(row(seat("s1", x=-100, y=-50), seat("s2", "2", x=30)), x=5), size=None)
    found = exported(written(plan))
    jsonschema.Draft7Validator(ACCEPTED).validate(found)
    assert _places(pretix.parse(found)) == _places(pretix.read(written(plan)))
    assert found["size"] == {"width": 170, "height": 90}
