"""`manage.py verify_ledger` reports gaps and contradictions in the log."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from reservations.domain.states import SeatStatus
from reservations.models import Event, SeatChange
from tests.reservations.audit.past import Past

pytestmark = pytest.mark.django_db

MILLISECOND = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


def _at(past: Past, seq: int) -> datetime:
    return past.rows(seq)[0].at


def _deadline(past: Past, seq: int) -> datetime | None:
    return past.rows(seq)[0].locked_until


def _move_head(past: Past) -> None:
    Event.objects.filter(pk=past.event.pk).update(change_seq=F("change_seq") + 1)


def _takeover_of_a_live_lock(past: Past) -> None:
    past.log(11, locked_until=_at(past, 13) + MILLISECOND)
    past.unlog(12)


GAPS = {
    "a number": (
        lambda past: past.unlog(10),
        [
            "change 10: not in the log",
            "seat A6: the log says blocked, change 9; the seat says available, change 10",
        ],
    ),
    "two numbers": (lambda past: past.unlog_all(13, 14), ["change 13 to 14: not *"]),
    "the first number": (
        lambda past: past.unlog(1),
        [
            "change 1: not in the log",
            "change 2, seat A1: extended, but it was available (by alice at 2*Z)",
            "change 3, seat A2: reserved, but it was available (by alice at 2*Z)",
            *[f"seat A{place}: the log says never held before; *" for place in (1, 2)],
        ],
    ),
    "the last number": (
        lambda past: past.unlog(18),
        [
            "the log ends with change 17, the event says 18",
            "seat A4: the log says until *, extended 0 times, change 17; the seat says until *",
        ],
    ),
    "all numbers": (
        lambda past: past.unlog_all(*range(1, 19)),
        [
            "the log ends with change 0, the event says 18",
            *[f"reservation {{{name}}}: it is not in the log" for name in ("paid", "cash")],
            "reservation {refunded}: it is not in the log",
            *[f"seat A{place}: the log says *" for place in range(1, 8)],
        ],
    ),
    "a number that the event has": (
        _move_head,
        ["the log ends with change 18, the event says 19"],
    ),
    "one seat's lock": (
        lambda past: past.unlog(1, "A2"),
        [
            "change 3, seat A2: reserved, but it was available (by alice at *)",
            "seat A2: the log says never held before; the seat says last held by alice from * to *",
        ],
    ),
    "one seat's reservation": (
        lambda past: past.unlog(7, "A5"),
        [
            "change 8, seat A5: cancelled, but it was locked by bob until * (by bob at *)",
            "change 7, reservation {refunded}: reserved without its seat A5",
            "change 8, reservation {refunded}: cancelled without its seat A5",
        ],
    ),
    "one seat's cancellation": (
        lambda past: past.unlog(8, "A5"),
        [
            "change 9, seat A5: blocked, but it was reserved with reservation {refunded} (*",
            "change 8, reservation {refunded}: cancelled without its seat A5",
        ],
    ),
}

IMPOSSIBLE = {
    "locked before another's deadline": (
        _takeover_of_a_live_lock,
        [
            "change 12: not in the log",
            "change 13, seat A7: locked, but it was locked by alice until * (by bob at *)",
        ],
    ),
    "locked while it was reserved": (
        lambda past: past.unlog(8),
        [
            "change 8: not in the log",
            "change 9, seat A5: blocked, but it was reserved with reservation {refunded} (*",
            "change 17, seat A4: locked, but it was reserved with reservation {refunded} (*",
        ],
    ),
    "released before the deadline": (
        lambda past: past.log(11, locked_until=_at(past, 12) + MILLISECOND),
        ["change 12, seat A7: expired, but it was locked by alice until * (at *)"],
    ),
    "reserved at the deadline": (
        lambda past: past.log(4, locked_until=_at(past, 5)),
        ["change 5, seat A3: reserved, but it was locked by bob until * (by bob at *)"],
    ),
    "reserved by another": (
        lambda past: past.log(4, holder=past.alice.id, actor=past.alice.id),
        [
            "change 5, seat A3: reserved, but it was locked by alice until * (by bob at *)",
            "seat A3: the log says last held by alice *; the seat says last held by bob *",
        ],
    ),
    "extended by another": (
        lambda past: past.log(17, holder=past.alice.id, actor=past.alice.id),
        ["change 18, seat A4: extended, but it was locked by alice until * (by bob at *)"],
    ),
    "extended at the deadline": (
        lambda past: past.log(17, locked_until=_at(past, 18)),
        ["change 18, seat A4: extended, but it was locked by bob until * (by bob at *)"],
    ),
    "extended by nothing": (
        lambda past: past.log(17, locked_until=_deadline(past, 18)),
        ["change 18, seat A4: extended, but its deadline * is no later than *"],
    ),
    "unlocked by another": (
        lambda past: past.log(13, holder=past.alice.id, actor=past.alice.id),
        ["change 14, seat A7: unlocked, but it was locked by alice until * (by bob at *)"],
    ),
    "unlocked after the deadline": (
        lambda past: past.log(13, locked_until=_at(past, 13) + MILLISECOND),
        ["change 14, seat A7: unlocked, but it was locked by bob until * (by bob at *)"],
    ),
    "unblocked without a block": (
        lambda past: past.unlog(9, "A6"),
        ["change 10, seat A6: unblocked, but it was available (by alice at *)"],
    ),
    "locked for no time": (
        lambda past: past.log(11, locked_until=_at(past, 11)),
        ["change 11, seat A7: locked, but its deadline * is no later than *"],
    ),
    "back in time": (
        lambda past: past.log(14, at=_at(past, 13) - MILLISECOND),
        ["change 14: happened at *, before change 13 at *"],
    ),
    "two people": (
        lambda past: past.log(9, "A6", actor=past.bob.id),
        ["change 9: not the same reason, person and time for all its seats"],
    ),
    "two times": (
        lambda past: past.log(9, "A6", at=_at(past, 9) + MILLISECOND),
        ["change 9: not the same reason, person and time for all its seats"],
    ),
    "two reasons": (
        lambda past: past.log(9, "A5", reason="cancelled", status=SeatStatus.AVAILABLE),
        [
            "change 9, seat A5: cancelled, but it was available (by alice at *)",
            "change 9: not the same reason, person and time for all its seats",
            "seat A5: the log says available; the seat says blocked",
        ],
    ),
    "no reason": (
        lambda past: past.log(10, reason="lost"),
        ["change 10, seat A6: lost, but there is no such reason"],
    ),
}

CONTRADICTIONS = {
    "another status": (
        lambda past: past.log(10, status=SeatStatus.BLOCKED),
        ["change 10, seat A6: unblocked, but the row says blocked", "seat A6: *"],
    ),
    "a holder of a free seat": (
        lambda past: past.log(10, holder=past.bob.id),
        ["change 10, seat A6: unblocked, but the row says that bob has it", "seat A6: *"],
    ),
    "a holder who did not lock it": (
        lambda past: past.log(15, actor=past.alice.id),
        ["change 15, seat A7: locked, but the row says that bob has it"],
    ),
    "a deadline of a free seat": (
        lambda past: past.log(10, locked_until=past.clock.now),
        ["change 10, seat A6: unblocked, but the row says that its deadline is *", "seat A6: *"],
    ),
    "no deadline of a lock": (
        lambda past: past.log(15, locked_until=None),
        [
            "change 15, seat A7: locked, but the row says that its deadline is never",
            "seat A7: the log says never held before; the seat says last held by bob *",
        ],
    ),
    "a reservation of a free seat": (
        lambda past: past.log(10, reservation=past.cash),
        ["change 10, seat A6: unblocked, but the row says reservation {cash}", "seat A6: *"],
    ),
    "no reservation of a reserved seat": (
        lambda past: past.log(5, reservation=None),
        [
            "change 5, seat A3: reserved, but the row says reservation None",
            "reservation {cash}: it is not in the log",
            "seat A3: the log says no reservation; the seat says reservation {cash}",
        ],
    ),
}

SEEDS = {**GAPS, **IMPOSSIBLE, **CONTRADICTIONS}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # Every third one, from all groups.
        pytest.param(*case, id=name, marks=pytest.mark.thorough if number % 3 else ())
        for number, (name, case) in enumerate(SEEDS.items())
    ],
)
def test_a_changed_log_row_is_reported(
    past: Past, change: Callable[[Past], None], expected: list[str]
) -> None:
    change(past)
    past.expect(*expected)


def test_a_lock_expires_exactly_at_its_deadline(past: Past) -> None:
    past.log(11, locked_until=_at(past, 12))
    past.log(4, locked_until=_at(past, 5) + MILLISECOND)
    past.log(13, locked_until=_at(past, 14) + MILLISECOND)
    past.expect()


def test_an_expired_lock_can_be_taken_over_before_it_is_released(past: Past) -> None:
    past.unlog(12)
    past.expect("change 12: not in the log")


def test_a_deleted_person_is_no_difference(past: Past) -> None:
    rows = SeatChange.objects.filter(event=past.event)
    rows.filter(holder=past.bob.id).update(holder=None)
    rows.filter(actor=past.bob.id).update(actor=None)
    past.seat("A7", lapsed_holder=None)
    past.expect(
        "change 5, reservation {cash}: reserved by nobody, but the reservation is bob's",
        "change 7, reservation {refunded}: reserved by nobody, but the reservation is bob's",
        "seat A3: the log says never held before; the seat says last held by bob *",
        "seat A4: the log says held by nobody; the seat says held by bob",
        "seat A7: the log says never held before; the seat says last held by bob *",
    )


def test_an_unknown_event_is_named(past: Past) -> None:
    with pytest.raises(CommandError, match="There is no event 987654"):
        call_command("verify_ledger", "--event", str(past.event.pk), "987654")
