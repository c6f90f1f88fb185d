"""Rules: caps, cool-down and payment deadlines."""

from dataclasses import replace
from typing import Any

import pytest

from reservations.domain.commands import (
    CancelReservation,
    Command,
    LapseUnpaid,
    LockBest,
    LockSeats,
    MarkPaid,
    OpenPayment,
    ReserveSeats,
    StartPayment,
    UnlockSeats,
)
from reservations.domain.criteria import Choice, SeatCriteria
from reservations.domain.errors import (
    EmailNotVerified,
    LockCooldown,
    MethodNotOffered,
    NetworkLimit,
    Outpaced,
    PaidLaterClosed,
    PurchaseLimit,
    ReservationCancelled,
    ReservationLapsed,
    ReservationNotFound,
    SeatLimit,
)
from reservations.domain.rules import decide
from reservations.domain.states import (
    BatchState,
    PaymentState,
    PaymentStatus,
    Person,
    Reason,
    SeatStatus,
    iso,
)
from tests.reservations.domain.batch_states import (
    ALICE,
    BOB,
    booking,
    done,
    faults,
    free,
    in_seconds,
    let_go,
    locked,
    reasons,
    refused,
    reserved,
    state,
)


def _with_two_bought(**terms: Any) -> BatchState:
    return state(
        *(reserved(number, by=ALICE) for number in (1, 2)),
        *(free(number) for number in (3, 4)),
        locked(5, by=ALICE),
        reservations=[booking(ALICE, 1, 2, due=100)],
        **{"purchase_cap": 4, **terms},
    )


def test_held_and_bought_seats_count_towards_the_purchase_cap() -> None:
    assert done(LockSeats(ALICE, (3,)), _with_two_bought()).changed
    refusal = refused(LockSeats(ALICE, (3, 4)), _with_two_bought())
    assert isinstance(refusal, PurchaseLimit)
    assert faults(refusal) == [("A3", "limit"), ("A4", "limit")]
    assert refusal.details["purchase_cap"] == 4
    assert refusal.sentence.endswith("at most 4 seats of this event, and have bought 2 already.")


def test_seats_of_others_do_not_count_towards_the_cap() -> None:
    assert done(LockSeats(BOB, (3, 4)), _with_two_bought(purchase_cap=2)).changed


def test_locking_a_held_seat_again_does_not_count_twice() -> None:
    assert done(LockSeats(ALICE, (5,)), _with_two_bought(purchase_cap=1)).changed == ()


@pytest.mark.parametrize(
    "command", [StartPayment(ALICE, (5,), "card", "r"), ReserveSeats(ALICE, (5,), "invoice")]
)
def test_reserving_past_the_purchase_cap_is_refused(command: Command) -> None:
    assert done(command, _with_two_bought(purchase_cap=3))
    refusal = refused(command, _with_two_bought(purchase_cap=2))
    assert isinstance(refusal, PurchaseLimit)
    assert faults(refusal) == [("A5", "limit")]


def test_the_best_seats_are_refused_past_the_cap() -> None:
    batch_state = _with_two_bought()
    assert isinstance(
        refused(LockBest(ALICE, SeatCriteria(2), Choice(((3, 4),))), batch_state), PurchaseLimit
    )
    assert done(LockBest(ALICE, SeatCriteria(1), Choice(((3,),))), batch_state).changed


def test_reservations_count_until_they_are_cancelled() -> None:
    batch_state = _with_two_bought(purchase_cap=3)
    done(ReserveSeats(ALICE, (5,), "invoice"), batch_state)
    assert isinstance(refused(LockSeats(ALICE, (3,)), batch_state), PurchaseLimit)
    done(CancelReservation(ALICE, 1), batch_state)
    assert done(LockSeats(ALICE, (3, 4)), batch_state).changed


def test_locking_a_released_seat_continues_the_hold() -> None:
    batch_state = state(let_go(1, ALICE, began=-700, ended=-1))
    [seat] = done(LockSeats(ALICE, (1,)), batch_state).changed
    assert (seat.locked_at, seat.locked_until) == (in_seconds(-700), in_seconds(200))
    assert seat.former_locked_at is None


def test_after_the_cool_down_a_hold_begins_anew() -> None:
    for ended, began in ((-300, 0), (-299.999, -900)):
        batch_state = state(let_go(1, ALICE, began=-900, ended=ended), hold_seconds=901)
        [seat] = done(LockSeats(ALICE, (1,)), batch_state).changed
        assert seat.locked_at == in_seconds(began)


def test_a_seat_can_be_unlocked_and_locked_repeatedly_within_the_hold() -> None:
    batch_state = state(free(1))
    for _ in range(5):
        assert done(LockSeats(ALICE, (1,)), batch_state).sentence == "Seat A1 locked for 5 minutes"
        done(UnlockSeats(ALICE, (1,)), batch_state)


@pytest.mark.parametrize(
    "seat",
    [let_go(1, ALICE, began=-900, ended=-10), locked(1, by=ALICE, seconds=-600)],
    ids=["given up", "run out"],
)
def test_locking_after_the_maximum_hold_is_refused_until_the_cool_down_ends(seat: Any) -> None:
    batch_state = state(seat, free(2), cooldown_seconds=1_000)
    refusal = refused(LockSeats(ALICE, (1, 2)), batch_state)
    assert isinstance(refusal, LockCooldown)
    assert faults(refusal) == [("A1", "cooldown")]
    ended = -10 if seat.released_at else -600
    assert refusal.details["available_at"] == iso(in_seconds(ended + 1_000))
    assert done(LockSeats(BOB, (1,)), batch_state).changed


def test_best_seats_in_cool_down_are_searched_again_until_the_last_try() -> None:
    batch_state = state(let_go(1, ALICE, began=-900, ended=-10), free(2))
    choice = Choice(((1,),))
    again = refused(LockBest(ALICE, SeatCriteria(1), choice, is_last_try=False), batch_state)
    assert isinstance(again, Outpaced)
    assert faults(again) == [("A1", "cooldown")]
    assert isinstance(refused(LockBest(ALICE, SeatCriteria(1), choice), batch_state), LockCooldown)


def test_cancelling_continues_the_hold_of_unpaid_reservations_only() -> None:
    for is_paid in (False, True):
        batch_state = state(locked(1, by=ALICE, seconds=100), cooldown_seconds=300)
        done(ReserveSeats(ALICE, (1,), "invoice"), batch_state)
        bought = batch_state.seats[1]
        batch_state.reservations[1] = booking(ALICE, 1, due=500, is_paid=is_paid)
        done(CancelReservation(ALICE, 1), batch_state)
        assert (batch_state.seats[1].former_locked_at == bought.former_locked_at) == (not is_paid)


def test_an_offline_payment_is_due_before_the_show() -> None:
    for begins, due in ((None, 500), (in_seconds(100), 100)):
        batch_state = state(locked(1, by=ALICE), payment_seconds=500, begins_at=begins)
        booked = done(ReserveSeats(ALICE, (1,), "cash"), batch_state).booked
        assert booked is not None
        assert booked.payment_due_at == in_seconds(due)


def test_offline_methods_are_refused_after_the_show_begins() -> None:
    batch_state = state(locked(1, by=ALICE), begins_at=in_seconds(0))
    assert isinstance(refused(ReserveSeats(ALICE, (1,), "cash"), batch_state), PaidLaterClosed)


@pytest.mark.parametrize("method", ["cash", "card", "gold"])
def test_a_method_that_is_not_offered_is_refused(method: str) -> None:
    batch_state = state(locked(1, by=ALICE), offline_methods=frozenset({"invoice"}))
    refusal = refused(ReserveSeats(ALICE, (1,), method), batch_state)
    assert isinstance(refusal, MethodNotOffered)
    assert set(refusal.details) == {"fields", "field_codes"}


@pytest.mark.parametrize(
    "command", [StartPayment(ALICE, (1,), "card", "r"), ReserveSeats(ALICE, (1,), "invoice")]
)
def test_a_verified_address_is_required_if_the_terms_say_so(command: Command) -> None:
    batch_state = state(locked(1, by=ALICE), requires_verified_email=True)
    assert isinstance(refused(command, batch_state), EmailNotVerified)
    batch_state.verified = frozenset({ALICE.id})
    done(command, batch_state)


def test_unpaid_reservations_lapse_at_their_deadline() -> None:
    batch_state = state(
        *(reserved(number, reservation_id=number, by=ALICE) for number in (1, 2, 3, 4)),
        reservations=[
            booking(ALICE, 1, reservation_id=1, due=0),
            booking(ALICE, 2, reservation_id=2, due=0.001),
            booking(ALICE, 3, reservation_id=3, due=-1, is_paid=True),
            booking(ALICE, 4, reservation_id=4),
        ],
    )
    outcome = done(LapseUnpaid(), batch_state)
    assert (outcome.lapsed_ids, reasons(outcome)) == ((1,), {Reason.LAPSED})
    assert [(seat.id, seat.status) for seat in outcome.changed] == [(1, SeatStatus.AVAILABLE)]
    assert done(LapseUnpaid(), batch_state).lapsed_ids == ()


def test_an_overdue_reservation_cannot_be_cancelled_or_paid_but_lapses() -> None:
    batch_state = state(reserved(1, by=ALICE), reservations=[booking(ALICE, 1, due=-1)])
    assert isinstance(refused(MarkPaid(BOB, 1), batch_state), ReservationLapsed)
    outcome = done(CancelReservation(ALICE, 1), batch_state)
    assert (outcome.cancelled_ids, outcome.lapsed_ids) == ((), (1,))
    assert isinstance(refused(MarkPaid(BOB, 1), batch_state), ReservationLapsed)
    assert done(CancelReservation(ALICE, 1), batch_state).changed == ()


def test_a_paid_reservation_does_not_lapse() -> None:
    batch_state = state(reserved(1, by=ALICE), reservations=[booking(ALICE, 1, due=1)])
    assert done(MarkPaid(BOB, 1), batch_state).paid_id == 1
    assert done(MarkPaid(BOB, 1), batch_state).paid_id is None
    assert not batch_state.reservations[1].is_unpaid


def test_only_a_live_reservation_can_be_marked_as_paid() -> None:
    batch_state = state(reserved(1, by=ALICE), reservations=[booking(ALICE, 1, due=1)])
    assert isinstance(refused(MarkPaid(BOB, 2), batch_state), ReservationNotFound)
    done(CancelReservation(ALICE, 1), batch_state)
    assert isinstance(refused(MarkPaid(BOB, 1), batch_state), ReservationCancelled)


# Two people with one address, which both only claim, in one network; and who has verified it.
MAX = Person(11, "max", mailbox=-7, network=100)
MAY = Person(12, "may", mailbox=-7, network=100)
OWNER = Person(13, "owner", mailbox=7)


def test_people_with_one_mailbox_share_the_caps() -> None:
    held = [locked(1, by=MAX), locked(2, by=MAX), free(3), free(4)]
    assert done(LockSeats(MAY, (3,)), state(*held, seat_cap=3)).changed
    assert isinstance(refused(LockSeats(MAY, (3, 4)), state(*held, seat_cap=3)), SeatLimit)
    bought = [reserved(1, by=MAX), reserved(2, by=MAX), locked(3, by=MAY), locked(4, by=MAY)]
    command = StartPayment(MAY, (3, 4), "card", "reference")
    assert isinstance(refused(command, state(*bought, purchase_cap=3)), PurchaseLimit)
    assert done(command, state(*bought, purchase_cap=4)).started


def test_others_who_claim_an_address_hinder_its_owner_only_by_buying() -> None:
    held = state(locked(1, by=MAX), locked(2, by=MAX), free(3), seat_cap=2)
    assert done(LockSeats(OWNER, (3,)), held).changed
    bought = state(reserved(1, by=MAX), reserved(2, by=MAX), free(3), purchase_cap=2)
    assert isinstance(refused(LockSeats(OWNER, (3,)), bought), PurchaseLimit)
    of_owner = state(locked(1, by=OWNER), locked(2, by=OWNER), free(3), seat_cap=2)
    assert isinstance(refused(LockSeats(MAX, (3,)), of_owner), SeatLimit)


def test_people_in_one_network_share_its_caps() -> None:
    other = Person(14, "other", mailbox=-8, network=100)
    seats = [locked(1, by=MAX), locked(2, by=MAX), reserved(3, by=MAX), free(4), free(5)]
    command = LockSeats(other, (4, 5))
    assert done(command, state(*seats)).changed
    assert done(command, state(*seats, network_seat_cap=4, network_purchase_cap=5)).changed
    limits: list[Any] = [{"network_seat_cap": 3}, {"network_purchase_cap": 4}]
    for caps in limits:
        assert isinstance(refused(command, state(*seats, **caps)), NetworkLimit)
        best = LockBest(other, SeatCriteria(2), Choice(((4, 5),), 2))
        assert isinstance(refused(best, state(*seats, **caps)), NetworkLimit)


def test_each_command_of_a_batch_counts_what_earlier_ones_did_under_its_keys() -> None:
    batch_state = state(*(free(number) for number in range(1, 5)), seat_cap=2)
    assert done(LockSeats(MAX, (1, 2)), batch_state).changed
    assert isinstance(refused(LockSeats(MAY, (3,)), batch_state), SeatLimit)
    assert done(UnlockSeats(MAX, (1,)), batch_state).changed
    assert done(LockSeats(MAY, (3,)), batch_state).changed
    assert (batch_state.held_under(-7), batch_state.held_under(100)) == (2, 2)
    assert done(ReserveSeats(MAY, (3,), "invoice"), batch_state).booked
    assert (batch_state.held_under(-7), batch_state.bought_under(-7)) == (1, 1)


def test_counts_that_were_not_read_raise() -> None:
    batch_state = replace(state(free(1)), caps_of=frozenset({MAX.id}))
    with pytest.raises(LookupError, match="cap key"):
        refused(LockSeats(MAX, (1,)), batch_state)


@pytest.mark.parametrize(("began", "code"), [(-1_739, ""), (-1_741, "hold_too_short")])
def test_a_payment_is_not_left_open_for_less_than_a_minute(began: float, code: str) -> None:
    """Locks of 900 s and one open payment of 900 s: another one would end with the first."""
    seat = replace(locked(1, by=ALICE), locked_at=in_seconds(began))
    batch_state = state(seat, hold_seconds=900, open_payment_seconds=900)
    pending = PaymentState("r", ALICE.id, seat.price, "EUR", PaymentStatus.PENDING)
    batch_state.payments["r"] = pending
    outcome = decide(OpenPayment(ALICE, (1,), "card", "r"), batch_state)
    assert (outcome.refusal.code if outcome.refusal else "") == code
    expected = PaymentStatus.VOID_DUE if code else PaymentStatus.OPEN
    assert batch_state.payments["r"].status is expected
