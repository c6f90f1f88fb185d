"""Errors in seating plans and in edits of them."""

from dataclasses import dataclass
from typing import Any

from reservations.domain.errors import Conflict, InvalidContent, NotFound


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a plan: its path (`zones[0].rows[3].seats[2]`, or empty) and the problem."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else f"the plan {self.problem}"


class PlanError(InvalidContent):
    """A seating plan that cannot be read. `faults` has the first errors, at least one."""

    code = "plan_broken"
    default_sentence = "This cannot be a seating plan."

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        details: dict[str, Any] = {
            "faults": [{"path": fault.path, "problem": fault.problem} for fault in faults]
        }
        super().__init__("; ".join(str(fault) for fault in faults), **details)


class PlanNotFound(NotFound):
    code = "plan_not_found"
    default_sentence = "There is no such seating plan."


class StalePlan(Conflict):
    """The draft was saved by someone else meanwhile; `copy` is the plan with what was sent."""

    code = "stale_plan"
    default_sentence = (
        "Somebody else has saved this plan meanwhile. What you sent was kept as a copy."
    )


class PlanInUse(Conflict):
    """`events` has the names of the events."""

    code = "plan_in_use"
    default_sentence = "Events use this plan, so it cannot be deleted."


class EventHasSeats(Conflict):
    code = "event_has_seats"
    default_sentence = "This event has seats already. A plan can be given only to one without."


class UnknownCategory(InvalidContent):
    code = "unknown_category"


class PlanConflicts(Conflict):
    """`in_the_way` lists the held, sold and blocked seats that the new version would change."""

    code = "plan_conflicts"
    default_sentence = "Seats of this event are in the way of the new plan. Nothing was changed."
