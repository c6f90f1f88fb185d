"""Any JSON is either a plan or refused with a PlanError."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reservations.plans.errors import PlanError
from reservations.plans.plan import drawing
from reservations.plans.pretix import parse, read
from tests.reservations.plans.documents import area, document, row, seat, zone

pytestmark = pytest.mark.any_database


def whole() -> Any:
    text = {"text": "STAGE", "position": {"x": 1, "y": 1}, "size": 12, "color": "red"}
    return document(
        zone(
            row(
                seat("a", x=1),
                seat("b", "2", radius=9, start_direction="<"),
                row_number_position="both",
                row_label="Table %s",
                seat_label="Chair %s",
            ),
            areas=[
                area(text=text, rotation=30, color="#fff", border_color="#000"),
                area("rectangle", rectangle={"width": 1, "height": 2}),
                area("ellipse", ellipse={"radius": {"x": 1, "y": 2}}),
                area("polygon", polygon={"points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}),
            ],
        ),
        zone(row(seat("c")), name="Circle"),
    )


def paths(value: Any, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the ways to everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inner:
        found.append((*before, key))
        if isinstance(item, dict | list):
            found += paths(item, (*before, key))
    return found


KEYS = st.sampled_from(sorted({str(key) for path in paths(whole()) for key in path})) | st.text(
    max_size=5
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["circle", "polygon", "text", "both", "red", "Stalls", 10**400, -(10**4000)])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)


def require_plan_or_refusal(value: Any, *, repair: bool = False) -> None:
    refusal = None
    try:
        plan = parse(value, repair=repair)
    except PlanError as error:
        refusal = error
    if refusal is not None:
        assert 1 <= len(refusal.faults) <= 10
        assert all(str(fault).isprintable() for fault in refusal.faults)
        return
    assert plan.seats
    assert len({found.seat_number for found in plan.seats}) == len(plan.seats)
    assert len({found.guid for found in plan.seats}) == len(plan.seats)
    assert all(0 <= found.x <= plan.width and 0 <= found.y <= plan.height for found in plan.seats)
    json.dumps(drawing(plan), allow_nan=False).encode()
    for found in plan.seats:
        f"{found.seat_number}{found.guid}{found.section}".encode()


@given(JSON)
def test_any_json_is_a_plan_or_refused(value: Any) -> None:
    require_plan_or_refusal(value)


NAMES = st.sampled_from(["a", "a (2)", "a (3)", "b", "a" * 100])
SEATS = st.builds(seat, NAMES, st.sampled_from(["1", "2", "1 (2)", ""]))


@given(st.lists(SEATS, min_size=1, max_size=8), st.sampled_from([None, "%s", "Table %s"]))
def test_a_repaired_plan_with_whatever_repeats_is_a_plan(
    seats: list[dict[str, Any]], label: str | None
) -> None:
    plan = document(zone(row(*seats, seat_label=label), row(*seats, row_label=label)))
    require_plan_or_refusal(plan, repair=True)
    assert len(parse(plan, repair=True).seats) == 2 * len(seats)


@given(st.sampled_from(paths(whole())), JSON)
@settings(max_examples=max(75, settings().max_examples))
def test_a_plan_with_anything_in_any_place_is_a_plan_or_refused(
    path: tuple[str | int, ...], value: Any
) -> None:
    plan = copy.deepcopy(whole())
    at = plan
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    require_plan_or_refusal(plan)


@given(st.binary(max_size=200))
def test_any_file_is_a_plan_or_refused(data: bytes) -> None:
    with suppress(PlanError):
        assert read(data).seats
