"""Write a document so that pretix accepts it. Pure.

pretix refuses keys that are not its own, null, and sizes that are not whole. Features, notes,
companion seats, standing areas' places, floors and the image to trace are lost; tables become rows
with a drawn top.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, cast

import orjson

from reservations.plans import pretix
from reservations.plans.areas import coordinates, table_shape
from reservations.plans.document import Document
from reservations.plans.labels import distinct
from reservations.plans.plan import MAX_GUID_LENGTH
from reservations.plans.pretix_format import PretixPlan, PretixRow
from reservations.plans.writing import area_of

Json = dict[str, Any]

_NUMBER = (int, float)
_POINT: Json = {"x": _NUMBER, "y": _NUMBER}
_TEXT: Json = {"text": str, "color": str, "size": _NUMBER, "position": _POINT}
_BODIES: Json = {
    "polygon": {"points": [_POINT]},
    "rectangle": {"width": _NUMBER, "height": _NUMBER},
    "ellipse": {"radius": _POINT},
    "circle": {"radius": _NUMBER},
}
_AREA: Json = {
    **{"shape": str, "color": str, "border_color": str, "rotation": _NUMBER},
    **{"position": _POINT, "uuid": str, "text": _TEXT, **_BODIES},
}
_SEAT: Json = {
    **{"seat_guid": str, "seat_number": str, "uuid": str, "start_direction": str},
    **{"radius": _NUMBER, "position": _POINT, "category": str},
}
_ROW: Json = {
    **{"row_number": str, "row_label": str, "seat_label": str, "row_number_position": str},
    **{"uuid": str, "position": _POINT, "seats": [_SEAT]},
}
_ZONE: Json = {
    **{"name": str, "zone_id": str, "uuid": str, "position": _POINT},
    **{"rows": [_ROW], "areas": [_AREA]},
}
_DOCUMENT: Json = {
    "name": str,
    "categories": [{"name": str, "color": str}],
    "zones": [_ZONE],
}
"""pretix's keys, each with its type."""

# Of the schema that pretix holds a file to.
_GUID = re.compile(r"[^ ].*[^ ]")


def pretix_document(document: Document) -> bytes:
    """Return the document as pretix reads it. Raises: PlanError if it has no size and no seats."""
    found = document.found
    written = cast("Json", _kept(pretix.decode(document.data), _DOCUMENT))
    _require_guids(written)
    for zone, read in zip(written["zones"], found.zones, strict=True):
        zone["areas"] = [*map(_area, zone.get("areas", ()))]
        for row, read_row in zip(zone["rows"], read.rows, strict=True):
            zone["areas"] += _table(row, read_row)
    width, height = _sized(written, found)
    size = {"width": math.ceil(width), "height": math.ceil(height)}
    return orjson.dumps({"name": "", **written, "size": size})


def _kept(value: Any, keys: Any) -> Any:
    """Return a value with the known keys whose values have the known types."""
    if isinstance(keys, list):
        return [_kept(each, keys[0]) for each in value]
    if not isinstance(keys, dict):
        return value
    kept = {key: value[key] for key in keys if key in value and _is_of(value[key], keys[key])}
    return {key: _kept(each, keys[key]) for key, each in kept.items()}


def _is_of(value: Any, keys: Any) -> bool:
    if isinstance(keys, list | dict):
        return isinstance(value, type(keys))
    return isinstance(value, keys) and not isinstance(value, bool)


def _area(area: Json) -> Json:
    """Return an area with the body of its shape only, which is complete."""
    shape = area.get("shape", "text")
    written = {key: each for key, each in area.items() if key == shape or key not in _BODIES}
    if "text" in written:
        text = {"position": {"x": 0, "y": 0}, **written["text"]}
        written["text"] = {"text": "", **text}
    return written


def _table(row: Json, read: PretixRow) -> Iterator[Json]:
    """Yield the top of a row that is a table, and name its chairs as we do."""
    if read.table is None:
        return
    row.setdefault("row_label", pretix.TABLE)
    row.setdefault("seat_label", pretix.CHAIR)
    yield area_of(table_shape(read.table, name=read.row_number, at=coordinates(read.position)))


def _require_guids(written: Json) -> None:
    """Rename the seats whose guids pretix refuses, such as those of one letter."""
    seats = [seat for zone in written["zones"] for row in zone["rows"] for seat in row["seats"]]
    sound = [seat["seat_guid"] for seat in seats if _GUID.fullmatch(seat["seat_guid"])]
    others = [seat for seat in seats if not _GUID.fullmatch(seat["seat_guid"])]
    made = [f"seat-{seat['seat_guid'].strip()}"[: MAX_GUID_LENGTH - 10] for seat in others]
    names = distinct([*sound, *made], max_length=MAX_GUID_LENGTH)
    for seat, name in zip(others, names[len(sound) :], strict=True):
        seat["seat_guid"] = name


def _sized(written: Json, found: PretixPlan) -> tuple[float, float]:
    """Return the plan's size. One without a size is moved into the frame of its seats."""
    if found.size is not None:
        return found.size.width, found.size.height
    plan = pretix.plan_of(found, repair=True)
    positions = (
        [
            sum(coordinates(each)[axis] for each in (zone.position, row.position, seat.position))
            for axis in (0, 1)
        ]
        for zone in found.zones
        for row in zone.rows
        for seat in row.seats
    )
    if first := next(positions, None):
        for zone in written["zones"]:
            zone["position"]["x"] += plan.seats[0].x - first[0]
            zone["position"]["y"] += plan.seats[0].y - first[1]
    return plan.width, plan.height
