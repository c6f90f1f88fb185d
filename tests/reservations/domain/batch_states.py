"""Batch states for tests of the rules: plain seats at a fixed time, without a database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from reservations.domain.commands import Command
from reservations.domain.errors import SeatcastError
from reservations.domain.rules import Outcome, decide
from reservations.domain.states import (
    BatchState,
    Person,
    Reason,
    ReservationState,
    SeatState,
    SeatStatus,
    Terms,
)

NOW = datetime(2030, 1, 1, 20, 0, tzinfo=UTC)
ALICE, BOB, CAROL = Person(1, "alice"), Person(2, "bob"), Person(3, "carol")
TERMS = Terms(lock_seconds=300, seat_cap=10, offline_methods=frozenset({"invoice", "cash"}))


def in_seconds(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def free(seat_id: int, **fields: Any) -> SeatState:
    return SeatState(
        **{"id": seat_id, "seat_number": f"A{seat_id}", "price": Decimal("50.00"), **fields}
    )


def locked(seat_id: int, by: Person, *, seconds: float = 100, extensions: int = 0) -> SeatState:
    """Return a seat whose lock expires in `seconds`; negative if it has expired."""
    return free(
        seat_id,
        status=SeatStatus.LOCKED,
        holder_id=by.id,
        locked_until=in_seconds(seconds),
        locked_at=in_seconds(seconds - TERMS.lock_seconds),
        extensions=extensions,
        mailbox=by.mailbox,
        network=by.network,
    )


def let_go(seat_id: int, by: Person, *, began: float, ended: float, **fields: Any) -> SeatState:
    """Return a free seat that a person held between two times, in seconds from now."""
    return free(
        seat_id,
        former_holder_id=by.id,
        former_locked_at=in_seconds(began),
        released_at=in_seconds(ended),
        **fields,
    )


def released(seat_id: int, *, held_by: Person, seconds: float = -1) -> SeatState:
    """Return a free seat after an expired lock was released."""
    began = seconds - TERMS.lock_seconds
    return let_go(seat_id, held_by, began=began, ended=seconds, lapsed_holder_id=held_by.id)


def reserved(seat_id: int, *, reservation_id: int = 1, by: Person | None = None) -> SeatState:
    return free(
        seat_id,
        status=SeatStatus.RESERVED,
        reservation_id=reservation_id,
        buyer_id=by.id if by else None,
        mailbox=by.mailbox if by else None,
        network=by.network if by else None,
    )


def blocked(seat_id: int) -> SeatState:
    return free(seat_id, status=SeatStatus.BLOCKED)


def booking(
    by: Person, *seat_ids: int, reservation_id: int = 1, due: float | None = None, **fields: Any
) -> ReservationState:
    """Return a live reservation; `due` is its payment deadline in seconds from now."""
    return ReservationState(
        id=reservation_id,
        user_id=by.id,
        is_live=True,
        seat_ids=seat_ids,
        due_at=None if due is None else in_seconds(due),
        **fields,
    )


def state(
    *seats: SeatState, reservations: Iterable[ReservationState] = (), **terms: Any
) -> BatchState:
    return BatchState(
        terms=replace(TERMS, **terms),
        now=NOW,
        seats={seat.id: seat for seat in seats},
        reservations={found.id: found for found in reservations},
    )


def refused(command: Command, on: BatchState) -> SeatcastError:
    """Return the refusal of a command; assert that it changed nothing."""
    before = dict(on.seats), dict(on.reservations)
    outcome = decide(command, on)
    assert outcome.refusal is not None, outcome
    assert outcome == Outcome(refusal=outcome.refusal)
    assert (on.seats, on.reservations) == before
    return outcome.refusal


def done(command: Command, on: BatchState) -> Outcome:
    """Return the outcome of a command; assert that it is not refused."""
    outcome = decide(command, on)
    assert outcome.refusal is None, outcome.refusal
    assert all(on.seats[seat.id] == seat for seat in (*outcome.changed, *outcome.seats))
    return outcome


def reasons(outcome: Outcome) -> set[Reason]:
    """Return why the seats of an outcome changed."""
    return {reason for _, reason in outcome.transitions}


def faults(refusal: SeatcastError) -> list[tuple[str, str]]:
    """Return the seats in a refusal's conflicts, each with the reason."""
    return [(row["seat_number"], row["reason"]) for row in refusal.details["conflicts"]]
