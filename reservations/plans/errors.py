"""Errors in seating plans and in edits of them."""

from dataclasses import dataclass

from reservations.domain.errors import Conflict, InvalidContent, SeatcastError


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a plan: its path (`zones[0].rows[3].seats[2]`, or empty) and the problem."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else f"the plan {self.problem}"


class PlanError(SeatcastError):
    """A seating plan that cannot be read. `faults` has the first errors, at least one."""

    code = "plan_broken"

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(str(fault) for fault in faults))


class EventHasSeats(Conflict):
    code = "event_has_seats"
    default_sentence = "This event has seats already. A plan can be given only to one without."


class UnknownCategory(SeatcastError):
    code = "unknown_category"


class InvalidEdit(InvalidContent):
    """The edit would make a seat or a ticket type invalid."""

    code = "invalid_edit"


class SeatNumberTaken(Conflict):
    code = "seat_number_taken"
