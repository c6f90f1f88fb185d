"""Fingerprints of commands, by which a repeated idempotency key is recognised."""

from dataclasses import make_dataclass, replace
from decimal import Decimal
from typing import Any

from reservations.domain.commands import (
    LockBest,
    OpenPayment,
    ReserveSeats,
    StartPayment,
    fingerprint,
)
from reservations.domain.criteria import SeatCriteria
from reservations.domain.features import SeatWish
from tests.reservations.domain.batch_states import ALICE

RESERVE = ReserveSeats(ALICE, (1, 2), "card")


def test_all_commands_of_one_order_have_the_same_fingerprint() -> None:
    order: dict[str, Any] = {"actor": ALICE, "seat_ids": (1, 2), "payment_method": "card"}
    steps = (StartPayment(**order, reference="r"), OpenPayment(**order, reference="r"))
    assert {fingerprint(each) for each in steps} == {fingerprint(RESERVE)}


def test_every_field_of_the_intent_counts_if_it_is_set() -> None:
    others: list[Any] = [
        replace(RESERVE, seat_ids=(1, 3)),
        replace(RESERVE, expected_total=Decimal(50)),
        replace(RESERVE, ticket_types=((1, 7),)),
        LockBest(ALICE, SeatCriteria(2)),
        LockBest(ALICE, SeatCriteria(2, wishes=(SeatWish.AISLE,))),
    ]
    assert len({fingerprint(each) for each in (RESERVE, *others)}) == 1 + len(others)


def test_a_field_that_a_release_adds_leaves_stored_fingerprints_alone() -> None:
    later: Any = make_dataclass(
        "ReserveSeats", [("gift", str, "")], bases=(ReserveSeats,), frozen=True
    )
    order = (ALICE, (1, 2), "card")
    assert fingerprint(later(*order)) == fingerprint(RESERVE)
    assert fingerprint(later(*order, gift="for Bob")) != fingerprint(RESERVE)
