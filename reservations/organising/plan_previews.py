"""A seating plan as buyers would see it, before it is on an event, and what is wrong with it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypedDict, cast

from reservations.events.layouts import LayoutRecord, StaticSeat, layout_record
from reservations.events.records import CategoryRecord, PlanRecord, one_of
from reservations.plans.check import MAX_PROBLEMS, Problem, Severity, check
from reservations.plans.differences import PLAN_COLUMNS
from reservations.plans.document import Document
from reservations.plans.errors import PlanError
from reservations.plans.plan import Plan, drawing
from reservations.plans.pretix import plan_of

_SAME_IN_BOTH = tuple(name for name in PLAN_COLUMNS if name in StaticSeat._fields)


class PlanPointRecord(TypedDict):
    x: float
    y: float


class PlanProblemRecord(TypedDict):
    code: Annotated[str, "A stable word, such as `duplicate_label`."]
    severity: Annotated[str, one_of("error", "warning")]
    sentence: str
    path: Annotated[str, "Where in the document: `zones[0].rows[3].seats[2]`."]
    at: Annotated[PlanPointRecord | None, "The place in the document's absolute coordinates."]
    ids: Annotated[list[str], "The `seat_guid` of the seats, at most 100."]
    count: Annotated[int, "How many seats."]
    name: Annotated[str, "What the first seat, the section, row or category is called."]


class PlanCheckRecord(TypedDict):
    errors: Annotated[int, "With errors a plan cannot be put onto an event."]
    warnings: int
    problems: Annotated[list[PlanProblemRecord], "Errors first; at most 500."]


class PlanPreviewRecord(PlanCheckRecord):
    plan: PlanRecord | None
    layout: LayoutRecord | None
    categories: list[CategoryRecord]
    offset: Annotated[PlanPointRecord, "What was added to the document's coordinates."]


def preview(document: Document) -> PlanPreviewRecord:
    """Return the plan of a document in the shapes of an event. Prices are zero."""
    problems = problems_of(check(document))
    try:
        plan = plan_of(document.found)
    except PlanError:
        nowhere: PlanPointRecord = {"x": 0, "y": 0}
        return {**problems, "plan": None, "layout": None, "categories": [], "offset": nowhere}
    return {
        **problems,
        "plan": cast("PlanRecord", drawing(plan)),
        "layout": layout_record("", _static_seats(plan), plan.floors),
        "categories": [
            {"id": at, "name": category.name, "color": category.color, "price": None}
            for at, category in enumerate(plan.categories, start=1)
        ],
        "offset": _offset(document, plan),
    }


def problems_of(problems: Sequence[Problem]) -> PlanCheckRecord:
    """Return problems as the API shows them."""
    counts = Counter(problem.severity for problem in problems)
    return {
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING],
        "problems": [
            {
                "code": problem.code.value,
                "severity": problem.severity.value,
                "sentence": problem.sentence,
                "path": problem.path,
                "at": {"x": problem.at[0], "y": problem.at[1]} if problem.at else None,
                "ids": list(problem.ids),
                "count": problem.count,
                "name": problem.name,
            }
            for problem in problems[:MAX_PROBLEMS]
        ],
    }


def _static_seats(plan: Plan) -> list[StaticSeat]:
    """Return the seats with ids that count from 1."""
    category_ids = {category.name: at for at, category in enumerate(plan.categories, start=1)}
    ids = {seat.guid: at for at, seat in enumerate(plan.seats, start=1)}
    return [
        StaticSeat(
            **{name: getattr(seat, name) for name in _SAME_IN_BOTH},
            id=ids[seat.guid],
            category=category_ids[seat.category] if seat.category else None,
            companion_of=ids[seat.companion_of] if seat.companion_of else None,
            price=Decimal(0),
        )
        for seat in plan.seats
    ]


def _offset(document: Document, plan: Plan) -> PlanPointRecord:
    """Return how far the plan was moved so that its frame contains all seats."""
    zone = next(zone for zone in document.found.zones if any(row.seats for row in zone.rows))
    row = next(row for row in zone.rows if row.seats)
    first, (left, top) = row.seats[0], (row.position.x, row.position.y) if row.position else (0, 0)
    x, y = (zone.position.x + left + first.position.x, zone.position.y + top + first.position.y)
    return {"x": round(plan.seats[0].x - x, 3), "y": round(plan.seats[0].y - y, 3)}
