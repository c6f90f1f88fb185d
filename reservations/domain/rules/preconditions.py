"""Preconditions of commands, checked seat by seat."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple

from reservations.domain.errors import (
    CompanionSeat,
    Conflict,
    Departed,
    LockExpired,
    NetworkLimit,
    NotHolder,
    PurchaseLimit,
    SeatLimit,
    SeatNotFound,
    SeatUnavailable,
    WholeTable,
    conflict,
)
from reservations.domain.rules.wording import names, pluralize
from reservations.domain.states import BatchState, Person, SeatState, SeatStatus


def named_seats(seat_ids: tuple[int, ...], state: BatchState) -> list[SeatState]:
    """Return the seats by id, without duplicates. Raises: SeatNotFound with the unknown ids."""
    wanted = list(dict.fromkeys(seat_ids))
    missing = [seat_id for seat_id in wanted if seat_id not in state.seats]
    if missing:
        raise SeatNotFound(seat_ids=missing)
    return [state.seats[seat_id] for seat_id in wanted]


def require(
    seats: list[SeatState],
    why_not: Callable[[SeatState], str | None],
    state: BatchState,
    *,
    taken: type[Conflict] = SeatUnavailable,
) -> None:
    """Require that `why_not` returns None for every seat.

    Raises: a `Conflict` that lists the other seats; of type `taken` if one is locked by another
    person, reserved or blocked.
    """
    conflicts = [(seat, reason) for seat in seats if (reason := why_not(seat)) is not None]
    if not conflicts:
        return
    kind = _error_class({reason for _, reason in conflicts}, taken=taken)
    raise kind(
        "; ".join(_conflict_sentence(seat, reason) for seat, reason in conflicts[:5])
        + (f"; and {len(conflicts) - 5} more." if len(conflicts) > 5 else "."),
        conflicts=[conflict(seat=seat, reason=reason, now=state.now) for seat, reason in conflicts],
    )


def require_present(actor: Person, state: BatchState) -> None:
    """Require that the actor was neither erased nor merged into an account. Raises: Departed."""
    if actor.id in state.departed:
        raise Departed


def require_held(
    seats: list[SeatState], actor: Person, state: BatchState, *, taken: type[Conflict]
) -> None:
    """Require that the actor has a live lock on every seat. Raises: a `Conflict`, as `require`."""
    require(
        seats,
        lambda seat: _why_not_held(seat, person_id=actor.id, now=state.now),
        state,
        taken=taken,
    )


def require_may_hold(
    count: int, actor: Person, state: BatchState, *, seats: Sequence[SeatState] = ()
) -> None:
    """Require that the caps allow the actor to hold `count` more seats, and then to buy them.

    A refusal names `seats`. Raises: SeatLimit, PurchaseLimit, NetworkLimit.
    """
    for used in _usages(actor, state):
        if used.held + count > used.seat_cap:
            raise used.seat_limit(seats, state)
        if used.bought + used.held + count > used.purchase_cap:
            raise used.purchase_limit(seats, state)


def require_may_buy(seats: Sequence[SeatState], actor: Person, state: BatchState) -> None:
    """Require that the caps allow the actor to buy seats. Raises: PurchaseLimit, NetworkLimit."""
    for used in _usages(actor, state):
        if used.bought + len(seats) > used.purchase_cap:
            raise used.purchase_limit(seats, state)


class _Scope(Enum):
    """Whose seats a cap counts together."""

    PERSON = auto()
    MAILBOX = auto()
    NETWORK = auto()


class _Usage(NamedTuple):
    """How many seats are held and bought in a scope, and how many may be."""

    scope: _Scope
    held: int
    bought: int
    seat_cap: float
    purchase_cap: float

    def seat_limit(self, seats: Sequence[SeatState], state: BatchState) -> Conflict:
        if self.scope is _Scope.NETWORK:
            return _network_limit(seats, state)
        cap = state.terms.seat_cap
        most = f"at most {pluralize(cap, 'seat')} of this event"
        return SeatLimit(
            f"You can hold {most} at a time."
            if self.scope is _Scope.PERSON
            else f"With your e-mail address {most} can be held at a time.",
            seat_cap=cap,
            conflicts=_at_limit(seats, state),
        )

    def purchase_limit(self, seats: Sequence[SeatState], state: BatchState) -> Conflict:
        if self.scope is _Scope.NETWORK:
            return _network_limit(seats, state)
        cap = state.terms.purchase_cap
        most = f"at most {pluralize(cap, 'seat')} of this event"
        ending = f", and have bought {self.bought} already." if self.bought else "."
        return PurchaseLimit(
            f"You can buy {most}{ending}"
            if self.scope is _Scope.PERSON
            else f"With your e-mail address {most} can be bought.",
            purchase_cap=cap,
            conflicts=_at_limit(seats, state),
        )


def _usages(actor: Person, state: BatchState) -> Iterator[_Usage]:
    """Return what is held and bought by the actor, with their mail address, in their network.

    Whoever has verified an address is not hindered by what others hold who only claim it, because
    anybody can; but what was bought with it counts.
    """
    terms = state.terms
    caps = terms.seat_cap, terms.purchase_cap
    held, bought = state.held_by(actor.id), state.bought_by(actor.id)
    yield _Usage(_Scope.PERSON, len(held), len(bought), *caps)
    if (own := actor.mailbox) is not None:
        claimed = state.held_under(-own) if own < 0 else 0
        total = state.bought_under(own) + state.bought_under(-own)
        yield _Usage(_Scope.MAILBOX, state.held_under(own) + claimed, total, *caps)
    if (network := actor.network) is not None:
        yield _Usage(
            _Scope.NETWORK,
            state.held_under(network),
            state.bought_under(network),
            math.inf if terms.network_seat_cap is None else terms.network_seat_cap,
            math.inf if terms.network_purchase_cap is None else terms.network_purchase_cap,
        )


def _network_limit(seats: Sequence[SeatState], state: BatchState) -> NetworkLimit:
    return NetworkLimit(conflicts=_at_limit(seats, state))


def _at_limit(seats: Sequence[SeatState], state: BatchState) -> list[dict[str, Any]]:
    return [conflict(seat=seat, reason="limit", now=state.now) for seat in seats]


def require_accompanied(
    seats: list[SeatState], state: BatchState, *, beside: Collection[int]
) -> None:
    """Require that each companion seat is among `seats` with its accessible seat.

    `beside` are ids of further seats that the actor has. Raises: CompanionSeat.
    """
    companions = [seat for seat in seats if seat.grouping.companion_of is not None]
    if not companions or not state.terms.holds_companions(now=state.now):
        return
    ids = {seat.id for seat in seats}.union(beside)
    alone = [seat for seat in companions if seat.grouping.companion_of not in ids]
    if not alone:
        return
    one = len(alone) == 1
    raise CompanionSeat(
        f"{names(alone)} {'is' if one else 'are'} for companions: take {'it' if one else 'them'}"
        f" together with the accessible {'seat' if one else 'seats'} beside.",
        accessible_seat_ids=sorted(
            {each for seat in alone if (each := seat.grouping.companion_of) is not None}
        ),
        conflicts=[conflict(seat=seat, reason="companion", now=state.now) for seat in alone],
    )


def require_whole_tables(seats: list[SeatState], state: BatchState) -> None:
    """Require that of a table that is sold as a whole all seats are named.

    The table of a held or sold seat is the one that it had when it was taken, so that a new plan
    hinders nobody from going on with what they have. Raises: WholeTable.
    """
    tables = [(seat.grouping.group, seat.grouping.group_size) for seat in seats]
    named = Counter(tables)
    parts = [
        seat
        for seat, table in zip(seats, tables, strict=True)
        if seat.grouping.group and named[table] < seat.grouping.group_size
    ]
    if parts:
        raise WholeTable(
            f"{names(parts)} {'belongs' if len(parts) == 1 else 'belong'} to a table"
            " that is sold only as a whole.",
            conflicts=[conflict(seat=seat, reason="table", now=state.now) for seat in parts],
        )


def why_not_lockable(
    seat: SeatState, *, person_id: int | None, from_allocation: int | None = None, now: datetime
) -> str | None:
    if person_id is not None and seat.is_held_by(person_id, now=now):
        return None
    return why_not_sellable(seat, from_allocation=from_allocation, now=now)


def why_not_sellable(seat: SeatState, *, from_allocation: int | None, now: datetime) -> str | None:
    """Return why a seat that nobody holds cannot be sold; None if it can."""
    if seat.is_available(now=now) or seat.is_kept_for(from_allocation, now=now):
        return None
    return _word_of(seat, now=now)


def _word_of(seat: SeatState, *, now: datetime) -> str:
    """Return the status of a seat that is not available."""
    return SeatStatus.BLOCKED.word if seat.has_lapsed(now=now) else seat.status.word


def _why_not_held(seat: SeatState, *, person_id: int, now: datetime) -> str | None:
    if seat.is_held_by(person_id, now=now):
        return None
    if not seat.is_available(now=now) and not seat.has_lapsed(now=now):
        return seat.status.word
    was_held_by = seat.holder_id if seat.has_lapsed(now=now) else seat.lapsed_holder_id
    return "expired" if was_held_by == person_id else "not_held"


def _error_class(reasons: set[str], *, taken: type[Conflict]) -> type[Conflict]:
    if reasons & {"locked", "reserved", "blocked"}:
        return taken
    return LockExpired if "expired" in reasons else NotHolder


def _conflict_sentence(seat: SeatState, reason: str) -> str:
    phrases = {
        "locked": "is locked by somebody else",
        "reserved": "is reserved already",
        "blocked": "is not for sale",
        "expired": "is no longer yours: its lock ran out",
        "not_held": "is not locked by you",
    }
    return f"Seat {seat.seat_number} {phrases[reason]}"
