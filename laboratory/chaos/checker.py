"""Check the clients' histories against each other and against the stored bookings.

Like Jepsen's checkers it uses nothing but what clients saw and the final state. A client's answer
proves that a seat was theirs from its receipt until its deadline, or until the client began to give
it up; a booking lasts until its cancellation was asked for. An operation without an answer may have
been done or not, and proves nothing.
"""

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from laboratory.chaos.history import Operation

# Payments that a bank may take back after the booking, without telling the client.
_UNSURE_METHODS = {"card_withdrawn"}
_LIVE = "confirmed"
_CONFLICT = 409
# How a list may show a seat that is booked, or locked.
_SOLD = {"reserved"}
_TAKEN = {"locked", "reserved"}
# Reasons of conflicts which say that a seat is not held by the person who asks.
_NOT_YOURS = {"locked", "reserved", "blocked", "expired", "not_held"}


@dataclass(frozen=True, slots=True)
class Booking:
    """A stored booking."""

    number: str
    buyer: str
    status: str
    seats: frozenset[int]

    @property
    def is_live(self) -> bool:
        return self.status == _LIVE


@dataclass(frozen=True, slots=True)
class _Possession:
    """A time in which a seat was certainly a client's. `booking` is empty for a lock."""

    seat: int
    client: str
    begins: float
    ends: float
    booking: str = ""

    @property
    def word(self) -> str:
        return f"booked as {self.booking} by" if self.booking else "locked by"


def check(operations: Sequence[Operation], bookings: Sequence[Booking]) -> Iterator[str]:
    """Yield a sentence for each violation."""
    clients: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        clients[operation.client].append(operation)
    possessions: list[_Possession] = []
    for client, own in clients.items():
        yield from _out_of_turn(client, own)
        locks = list(_locks(client, own))
        yield from _forgotten(locks, own)
        owned = [*locks, *_bookings(client, own)]
        yield from _refused(owned, own)
        possessions += owned
    yield from _overlaps(possessions)
    yield from _outdated(possessions, operations)
    yield from _stored_twice(bookings)
    yield from _lost(operations, bookings)
    yield from _untold(operations, bookings)


def _out_of_turn(client: str, own: Sequence[Operation]) -> Iterator[str]:
    """Yield if a client did two things at once, which would make its history useless."""
    for earlier, later in itertools.pairwise(own):
        if (earlier.answered_at or math.inf) > later.asked_at:
            yield f"{client} asked for {later.kind} before {earlier.kind} was answered"


def _locks(client: str, own: Sequence[Operation]) -> Iterator[_Possession]:
    for index, operation in enumerate(own):
        if not (operation.is_ok and operation.kind in ("lock", "extend")):
            continue
        begins = _answered(operation)
        for seat in operation.answer["seats"]:
            deadline = datetime.fromisoformat(seat["locked_until"]).timestamp()
            given_up = next(
                (each.asked_at for each in own[index + 1 :] if _may_end_lock(each, seat["id"])),
                math.inf,
            )
            ends = min(deadline, given_up)
            if begins < ends:
                yield _Possession(seat["id"], client, begins, ends)


def _may_end_lock(operation: Operation, seat: int) -> bool:
    """Return whether the operation may end a lock, or replaces what is known of it."""
    if operation.kind not in ("lock", "extend", "unlock", "reserve"):
        return False
    if seat not in (operation.body or {}).get("seat_ids", ()):
        return False
    if operation.kind == "reserve":
        unsure = operation.body.get("payment_method") in _UNSURE_METHODS
        return operation.is_ok or operation.is_unknown or unsure
    return operation.kind == "unlock" or operation.is_ok


def _bookings(client: str, own: Sequence[Operation]) -> Iterator[_Possession]:
    cancelled_at = {
        each.path.strip("/").split("/")[-2]: each.asked_at
        for each in reversed(own)
        if each.kind == "cancel"
    }
    for operation in own:
        if not (operation.is_ok and operation.kind == "reserve") or _is_unsure(operation):
            continue
        number = operation.answer["reservation_id"]
        ends = cancelled_at.get(number, math.inf)
        for seat in _seats_booked(operation):
            yield _Possession(seat, client, _answered(operation), ends, number)


def _forgotten(locks: Sequence[_Possession], own: Sequence[Operation]) -> Iterator[str]:
    """Yield locks that are missing in the client's own list while they last."""
    for operation in own:
        if not (operation.is_ok and operation.kind == "locks"):
            continue
        listed = {seat["id"] for seat in operation.answer}
        for lock in locks:
            lasts = lock.begins <= operation.asked_at and _answered(operation) < lock.ends
            if lasts and lock.seat not in listed:
                yield f"seat {lock.seat} is locked by {lock.client}, whose list has it not"


def _refused(owned: Sequence[_Possession], own: Sequence[Operation]) -> Iterator[str]:
    """Yield seats that are a client's, who is told meanwhile that they are not."""
    for operation in own:
        if operation.status != _CONFLICT:
            continue
        for row in operation.answer.get("conflicts", ()):
            for each in owned:
                lasts = each.begins <= operation.asked_at and _answered(operation) < each.ends
                if lasts and each.seat == row["seat_id"] and _denies(row["reason"], each):
                    who, told = each.client, row["reason"]
                    yield f"seat {each.seat} is {each.word} {who}, who is told: {told}"


def _denies(reason: str, possession: _Possession) -> bool:
    """Return whether a conflict's reason says that the seat is not the client's."""
    return reason in _NOT_YOURS and not (possession.booking and reason == "reserved")


def _overlaps(possessions: Sequence[_Possession]) -> Iterator[str]:
    """Yield two possessions of one seat at the same time, except by one client's own lock."""
    seats: dict[int, list[_Possession]] = defaultdict(list)
    for possession in sorted(possessions, key=lambda each: each.begins):
        lasting = [each for each in seats[possession.seat] if each.ends > possession.begins]
        for other in lasting:
            is_own = other.client == possession.client and not (
                other.booking and possession.booking
            )
            if not is_own:
                yield (
                    f"seat {possession.seat} is {possession.word} {possession.client}, "
                    f"and {other.word} {other.client}"
                )
        seats[possession.seat] = [*lasting, possession]


def _outdated(possessions: Sequence[_Possession], operations: Sequence[Operation]) -> Iterator[str]:
    """Yield seats that were free in a list, or not sold, although that was acknowledged before.

    `operations` are in the order in which they were asked for.
    """
    coming = deque(sorted(possessions, key=lambda each: each.begins))
    lasting: list[_Possession] = []
    for operation in operations:
        if not (operation.is_ok and operation.kind == "seats"):
            continue
        while coming and coming[0].begins <= operation.asked_at:
            lasting.append(coming.popleft())
        lasting = [each for each in lasting if each.ends > operation.asked_at]
        for possession in lasting:
            if possession.ends <= _answered(operation):
                continue
            status = operation.answer.get(str(possession.seat), "available")
            if status not in (_SOLD if possession.booking else _TAKEN):
                yield (
                    f"seat {possession.seat} is {possession.word} {possession.client}, "
                    f"and {status} in a list"
                )


def _stored_twice(bookings: Sequence[Booking]) -> Iterator[str]:
    sold: dict[int, str] = {}
    for booking in bookings:
        for seat in booking.seats if booking.is_live else ():
            if seat in sold:
                yield f"seat {seat} is in the bookings {sold[seat]} and {booking.number}"
            sold[seat] = booking.number


def _lost(operations: Sequence[Operation], bookings: Sequence[Booking]) -> Iterator[str]:
    """Yield bookings and cancellations that were acknowledged, and are not stored."""
    stored = {booking.number: booking for booking in bookings}
    cancels = {
        each.path.strip("/").split("/")[-2]: each for each in operations if each.kind == "cancel"
    }
    for operation in operations:
        if not (operation.is_ok and operation.kind == "reserve"):
            continue
        number = operation.answer["reservation_id"]
        booking, cancel = stored.get(number), cancels.get(number)
        if booking is None:
            yield f"booking {number} of {operation.client} was acknowledged, and is lost"
        elif (booking.buyer, booking.seats) != (operation.client, _seats_booked(operation)):
            yield f"booking {number} is not the one that {operation.client} was told of"
        elif not booking.is_live and cancel is None and not _is_unsure(operation):
            yield f"booking {number} of {operation.client} is {booking.status}, unasked"
        elif booking.is_live and cancel is not None and cancel.is_ok:
            yield f"booking {number} of {operation.client} was cancelled, and is live"


def _untold(operations: Sequence[Operation], bookings: Sequence[Booking]) -> Iterator[str]:
    """Yield live bookings of clients who know the answers to all they asked for."""
    told = {each.answer["reservation_id"] for each in operations if _is_booking(each)}
    unsure = {each.client for each in operations if each.kind == "reserve" and each.is_unknown}
    for booking in bookings:
        if booking.is_live and booking.number not in told and booking.buyer not in unsure:
            yield f"booking {booking.number} is live, and {booking.buyer} was refused it"


def _is_booking(operation: Operation) -> bool:
    return operation.kind == "reserve" and operation.is_ok


def _is_unsure(operation: Operation) -> bool:
    return operation.body.get("payment_method") in _UNSURE_METHODS


def _seats_booked(operation: Operation) -> frozenset[int]:
    details: list[dict[str, Any]] = operation.answer["reservation"]["seat_details"]
    return frozenset(seat["seat_id"] for seat in details)


def _answered(operation: Operation) -> float:
    return operation.asked_at if operation.answered_at is None else operation.answered_at
