"""The verdict on invented runs: each violation fails its check."""

from collections.abc import Callable
from typing import Any

import pytest

from loadtest.engine.history import History
from loadtest.verdict import Check, Evidence, Watched, judge

SECOND = 10**9
# Seats 10 to 13; alice has bought 10 and 11, and bob has had 12 for a second.
INDEX = {10: 0, 11: 1, 12: 2, 13: 3}


def _booking(number: str, seats: list[int], status: str = "confirmed") -> dict[str, Any]:
    return {"id": number, "status": status, "seat_details": [{"seat_id": seat} for seat in seats]}


@pytest.fixture
def evidence() -> Evidence:
    history = History(lock_seconds=300)
    history.locked("alice", [10, 11], sent_ns=1 * SECOND, at_ns=2 * SECOND)
    history.booked("alice", [10, 11], number="1")
    history.locked("bob", [12], sent_ns=3 * SECOND, at_ns=4 * SECOND)
    history.letting_go("bob", [12], sent_ns=5 * SECOND)
    return Evidence(
        history=history,
        index=INDEX,
        before=bytes(4),
        after=bytes([2, 2, 0, 0]),
        listed={"alice": [_booking("1", [10, 11])], "bob": []},
        outcomes={"lock 200": 2, "lock 409 seat_unavailable": 1, "reserve 201": 1},
        watched=Watched(viewers=5, lost=0, refused=0, behind=0, compared=2, disagreeing=0),
    )


def _red(evidence: Evidence) -> dict[str, str]:
    return {check.name: check.detail for check in judge(evidence) if not check.is_ok}


def test_a_correct_run_passes_all_checks(evidence: Evidence) -> None:
    assert _red(evidence) == {}
    assert all(check.detail for check in judge(evidence))


def _sold_twice(evidence: Evidence) -> None:
    evidence.history.booked("bob", [11], number="2")
    evidence.listed = {**evidence.listed, "bob": [_booking("2", [11])]}


def _sold_to_another(evidence: Evidence) -> None:
    evidence.history.locked("bob", [11], sent_ns=3 * SECOND, at_ns=4 * SECOND)


def _held_twice(evidence: Evidence) -> None:
    history = evidence.history
    history.locked("alice", [13], sent_ns=1 * SECOND, at_ns=2 * SECOND)
    history.locked("bob", [13], sent_ns=3 * SECOND, at_ns=4 * SECOND)


def _lost(evidence: Evidence) -> None:
    evidence.listed = {"alice": [], "bob": []}
    evidence.after = bytes(4)


def _cancelled_by_somebody(evidence: Evidence) -> None:
    evidence.listed = {"alice": [_booking("1", [10, 11], "cancelled")], "bob": []}
    evidence.after = bytes(4)


def _half_booked(evidence: Evidence) -> None:
    evidence.listed = {"alice": [_booking("1", [10])], "bob": []}
    evidence.after = bytes([2, 0, 0, 0])


def _untold(evidence: Evidence) -> None:
    evidence.listed = {**evidence.listed, "bob": [_booking("9", [12])]}
    evidence.after = bytes([2, 2, 2, 0])


def _booked_and_free(evidence: Evidence) -> None:
    evidence.after = bytes([2, 0, 0, 0])


def _reserved_for_nobody(evidence: Evidence) -> None:
    evidence.after = bytes([2, 2, 0, 2])


def _unreadable(evidence: Evidence) -> None:
    evidence.after = None


def _counted(name: str) -> Callable[[Evidence], None]:
    def happen(evidence: Evidence) -> None:
        evidence.outcomes = {**evidence.outcomes, name: 3}

    return happen


def _bare(evidence: Evidence) -> None:
    evidence.bare_refusals = 2


def _seen(**what: Any) -> Callable[[Evidence], None]:
    def happen(evidence: Evidence) -> None:
        assert evidence.watched
        for name, value in what.items():
            setattr(evidence.watched, name, value)

    return happen


@pytest.mark.parametrize(
    ("happen", "name"),
    [
        (_sold_twice, "No seat sold twice"),
        (_sold_to_another, "No seat held by two people at once"),
        (_held_twice, "No seat held by two people at once"),
        (_lost, "Every acknowledged booking is there"),
        (_cancelled_by_somebody, "Every acknowledged booking is there"),
        (_half_booked, "Every acknowledged booking is there"),
        (_untold, "Nobody has a booking that they were not told of"),
        (_booked_and_free, "What is sold is what is booked"),
        (_reserved_for_nobody, "What is sold is what is booked"),
        (_unreadable, "What is sold is what is booked"),
        (_counted("lock none TimeoutError"), "Every click was answered"),
        (_counted("lock 500 server_error"), "No server error"),
        (_counted("reserve 502"), "No server error"),
        (_bare, "No server error"),
        (_counted("lock 401 not_signed_in"), "No refusal without a reason"),
        (_seen(lost=1), "No viewer lost"),
        (_seen(refused=1), "No viewer lost"),
        (_seen(gaps=["a viewer had 3 and was told from 5 to 6"], gap_count=1), "No gap"),
        (_seen(behind=1), "All viewers have it"),
        (_seen(disagreeing=1), "All viewers have it"),
    ],
)
def test_each_violation_fails_its_check(
    evidence: Evidence, happen: Callable[[Evidence], None], name: str
) -> None:
    happen(evidence)
    (red, *_) = [each for each in _red(evidence) if each.startswith(name)]
    assert red


def test_a_seat_may_change_hands_during_its_release(evidence: Evidence) -> None:
    history = evidence.history
    # Bob had let go at 5, and carol asked before and was answered after.
    history.locked("carol", [12], sent_ns=4 * SECOND + 1, at_ns=6 * SECOND)
    assert _red(evidence) == {}


def test_an_expired_lock_does_not_count(evidence: Evidence) -> None:
    history = evidence.history
    history.locked("alice", [13], sent_ns=1 * SECOND, at_ns=2 * SECOND)
    history.locked("bob", [13], sent_ns=301 * SECOND, at_ns=302 * SECOND)
    assert _red(evidence) == {}


def test_locking_again_does_not_extend_a_lock(evidence: Evidence) -> None:
    history = evidence.history
    history.locked("alice", [13], sent_ns=1 * SECOND, at_ns=2 * SECOND)
    history.locked("alice", [13], sent_ns=200 * SECOND, at_ns=201 * SECOND)
    history.locked("bob", [13], sent_ns=302 * SECOND, at_ns=303 * SECOND)
    assert _red(evidence) == {}


def test_a_booking_without_a_response_is_allowed(evidence: Evidence) -> None:
    _untold(evidence)
    evidence.history.unsure.add("bob")
    assert _red(evidence) == {}


def test_bookings_from_before_the_run_are_ignored(evidence: Evidence) -> None:
    evidence.before = bytes([0, 0, 0, 2])
    evidence.after = bytes([2, 2, 0, 2])
    evidence.listed = {**evidence.listed, "bob": [_booking("9", [13])]}
    assert _red(evidence) == {}


def test_others_may_buy_seats_of_a_shared_event(evidence: Evidence) -> None:
    evidence.is_ours = False
    _reserved_for_nobody(evidence)
    assert _red(evidence) == {}


def test_503_with_retry_after_is_allowed(evidence: Evidence) -> None:
    _counted("lock 503 busy")(evidence)
    _counted("lock 429 throttled")(evidence)
    assert _red(evidence) == {}


def test_checks_of_a_scenario_count(evidence: Evidence) -> None:
    evidence.more.append(Check(name="Exactly one winner", is_ok=False, detail="2 of 3"))
    assert _red(evidence) == {"Exactly one winner": "2 of 3"}
