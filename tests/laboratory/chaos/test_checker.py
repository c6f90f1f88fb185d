"""The checker accepts honest histories, and finds each planted fault."""

from datetime import UTC, datetime
from typing import Any

import pytest

from laboratory.chaos.checker import Booking, check
from laboratory.chaos.history import Operation, joined

SEAT = 7


def operation(client: str, kind: str, asked_at: float, **more: Any) -> Operation:
    """Return an operation that took a second and succeeded, unless `more` says otherwise."""
    told = {"answered_at": asked_at + 1, "status": 200, "body": {"seat_ids": [SEAT]}, **more}
    return Operation(client=client, path=f"/api/events/1/{kind}/", asked_at=asked_at, **told)


def lock(client: str, asked_at: float, *, until: float, **more: Any) -> Operation:
    deadline = datetime.fromtimestamp(until, UTC).isoformat()
    answer = {"seats": [{"id": SEAT, "locked_until": deadline}]}
    return operation(client, "lock", asked_at, answer=answer, **more)


def reserve(client: str, asked_at: float, number: str, **more: Any) -> Operation:
    details = {"seat_details": [{"seat_id": SEAT}]}
    answer = {"reservation_id": number, "reservation": details}
    body = {"seat_ids": [SEAT], "payment_method": "card"}
    told = {"answer": answer, "body": body, "status": 201, **more}
    return operation(client, "reserve", asked_at, **told)


def cancel(client: str, asked_at: float, number: str, **more: Any) -> Operation:
    told = {"answered_at": asked_at + 1, "status": 200, "body": None, **more}
    path = f"/api/reservations/{number}/cancel/"
    return Operation(client=client, path=path, asked_at=asked_at, **told)


def booking(number: str, buyer: str = "ann", status: str = "confirmed") -> Booking:
    return Booking(number, buyer, status, frozenset({SEAT}))


def test_an_honest_history_has_no_violation() -> None:
    history = [
        lock("ann", 0, until=15),
        reserve("ann", 2, "A"),
        operation("bob", "lock", 3, status=409, answer={"conflicts": []}),
        cancel("ann", 4, "A"),
        lock("bob", 4.5, until=20),
        operation("bob", "locks", 6, answer=[{"id": SEAT}], body=None),
        reserve("bob", 8, "B"),
    ]
    stored = [booking("A", status="cancelled"), booking("B", "bob")]
    assert list(check(history, stored)) == []


def test_operations_without_an_answer_prove_nothing() -> None:
    silent: Any = {"answered_at": None, "status": 0, "answer": None}
    history = [
        lock("ann", 0, until=15),
        reserve("ann", 2, "A", **silent),
        lock("bob", 4, until=20),
        reserve("bob", 6, "B", **silent),
    ]
    for stored in ([], [booking("A")], [booking("B", "bob")]):
        assert list(check(history, stored)) == []


@pytest.mark.parametrize(
    ("history", "stored", "found"),
    [
        pytest.param(
            [lock("ann", 0, until=15), lock("bob", 2, until=20)],
            [],
            "seat 7 is locked by bob, and locked by ann",
            id="locked for two",
        ),
        pytest.param(
            [lock("ann", 0, until=15), operation("ann", "locks", 2, answer=[], body=None)],
            [],
            "seat 7 is locked by ann, whose list has it not",
            id="a lock that was not committed",
        ),
        pytest.param(
            [reserve("ann", 0, "A"), reserve("bob", 2, "B"), cancel("ann", 5, "A")],
            [booking("A", status="cancelled"), booking("B", "bob")],
            "seat 7 is booked as B by bob, and booked as A by ann",
            id="sold twice in turn",
        ),
        pytest.param(
            [reserve("ann", 0, "A")],
            [],
            "booking A of ann was acknowledged, and is lost",
            id="acknowledged and lost",
        ),
        pytest.param(
            [reserve("ann", 0, "A")],
            [booking("A", "bob")],
            "booking A is not the one that ann was told of",
            id="another's",
        ),
        pytest.param(
            [reserve("ann", 0, "A")],
            [booking("A", status="cancelled")],
            "booking A of ann is cancelled, unasked",
            id="cancelled by nobody",
        ),
        pytest.param(
            [reserve("ann", 0, "A"), cancel("ann", 2, "A")],
            [booking("A")],
            "booking A of ann was cancelled, and is live",
            id="a cancellation that was not committed",
        ),
        pytest.param(
            [reserve("ann", 0, "A", status=409, answer={})],
            [booking("A")],
            "booking A is live, and ann was refused it",
            id="refused and booked",
        ),
        pytest.param(
            [
                reserve("ann", 0, "A", answered_at=None, status=0, answer=None),
                reserve("bob", 0, "B", answered_at=None, status=0, answer=None),
            ],
            [booking("A"), booking("B", "bob")],
            "seat 7 is in the bookings A and B",
            id="stored twice",
        ),
        pytest.param(
            [lock("ann", 0, until=15), reserve("ann", 0.5, "A")],
            [booking("A")],
            "ann asked for reserve before lock was answered",
            id="out of turn",
        ),
    ],
)
def test_the_checker_finds(history: list[Operation], stored: list[Booking], found: str) -> None:
    assert list(check(history, stored)) == [found]


def test_requests_and_answers_are_joined() -> None:
    asked = {"client": "ann", "path": "/api/events/1/lock/", "body": {}}
    rows: list[dict[str, Any]] = [
        {"number": 2, **asked, "asked_at": 5.0},
        {"number": 1, **asked, "asked_at": 4.0},
        {"number": 1, "answered_at": 6.0, "status": 200, "answer": {}},
    ]
    first, second = joined(rows)
    assert (first.kind, first.is_ok, first.answered_at) == ("lock", True, 6.0)
    assert (second.is_unknown, second.answered_at) == (True, None)


def seats(asked_at: float, taken: dict[str, str]) -> Operation:
    return operation("reader", "seats", asked_at, answer=taken, body=None)


def test_lists_may_show_what_is_not_acknowledged_or_given_up_either_way() -> None:
    history = [
        lock("ann", 0, until=15),
        # Asked for before the lock was acknowledged.
        seats(0.5, {}),
        seats(1.5, {"7": "locked"}),
        reserve("ann", 3, "A"),
        seats(3.5, {"7": "locked"}),
        seats(4.5, {"7": "reserved"}),
        cancel("ann", 6, "A"),
        # Answered after it was asked to be cancelled.
        seats(5.5, {}),
        lock("bob", 10, until=12),
        seats(11.5, {}),
    ]
    assert list(check(history, [booking("A", status="cancelled")])) == []


@pytest.mark.parametrize(
    ("taken", "found"),
    [
        ({}, "seat 7 is booked as A by ann, and available in a list"),
        ({"7": "locked"}, "seat 7 is booked as A by ann, and locked in a list"),
    ],
)
def test_a_list_that_is_older_than_its_request_is_found(taken: dict[str, str], found: str) -> None:
    history = [reserve("ann", 0, "A"), seats(2, taken)]
    assert list(check(history, [booking("A")])) == [found]


def test_a_list_without_a_lock_that_lasts_is_found() -> None:
    found = list(check([lock("ann", 0, until=15), seats(2, {})], []))
    assert found == ["seat 7 is locked by ann, and available in a list"]


@pytest.mark.parametrize("reason", ["locked", "reserved", "expired", "not_held"])
def test_a_holder_who_is_told_that_the_seat_is_not_theirs_is_found(reason: str) -> None:
    refusal = {"conflicts": [{"seat_id": SEAT, "reason": reason}]}
    history = [
        lock("ann", 0, until=15),
        operation("ann", "extend", 2, status=409, answer=refusal),
    ]
    assert list(check(history, [])) == [f"seat {SEAT} is locked by ann, who is told: {reason}"]


def test_a_refusal_after_the_deadline_or_of_the_own_booking_is_right() -> None:
    late = {"conflicts": [{"seat_id": SEAT, "reason": "expired"}]}
    own = {"conflicts": [{"seat_id": SEAT, "reason": "reserved"}]}
    history = [
        lock("ann", 0, until=15),
        operation("ann", "extend", 16, status=409, answer=late),
        reserve("ann", 20, "A", status=201),
        operation("ann", "lock", 22, status=409, answer=own),
    ]
    assert list(check(history, [booking("A")])) == []
