"""Rules for moving seats of a booking to other seats."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reservations.domain.commands import MoveSeats
from reservations.domain.errors import (
    InvalidContent,
    PriceChanged,
    SettlingNotOffered,
    TicketTypeNotOffered,
    conflict,
)
from reservations.domain.rules.admission import already_entered
from reservations.domain.rules.outcomes import Move, MovedSeat, Outcome, Transfer, Transition
from reservations.domain.rules.preconditions import (
    named_seats,
    require,
    require_whole_tables,
    why_not_lockable,
)
from reservations.domain.rules.rebookable import (
    refunds_of,
    require_rebookable,
    require_seats_of,
)
from reservations.domain.rules.seats import as_free
from reservations.domain.rules.wording import names
from reservations.domain.states import (
    BatchState,
    BoxOfficeMethod,
    Reason,
    ReservationState,
    SeatState,
    SeatStatus,
    Settling,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a move would cost: the seats at today's prices, and how it can be settled."""

    seats: tuple[MovedSeat, ...]
    difference: Decimal
    settlings: tuple[Settling, ...]


def quote(command: MoveSeats, state: BatchState) -> Quote:
    """Return what a move costs, however it is settled. Raises: SeatcastError if it is refused."""
    reservation = require_rebookable(command.reservation_id, state)
    old, new = _seats(command, reservation, state)
    seats = _priced(reservation, old, new, state)
    difference = sum((each.price - each.old_price for each in seats), Decimal(0))
    return Quote(seats, difference, _settlings(reservation, difference, state))


def move(command: MoveSeats, state: BatchState) -> Outcome:
    reservation = require_rebookable(command.reservation_id, state)
    quoted = quote(command, state)
    difference, settling = quoted.difference, command.settling
    if command.expected_difference not in (None, difference):
        raise PriceChanged(
            "The difference in price has changed. Look at it and try again.",
            difference=f"{difference:.2f}",
        )
    if settling not in quoted.settlings:
        raise SettlingNotOffered(settlings=[each.value for each in quoted.settlings])
    seats, waived = quoted.seats, Decimal(0)
    refunds: tuple[Transfer, ...] = ()
    if settling is Settling.WAIVED or _is_gift(reservation):
        seats = tuple(each._replace(price=each.old_price) for each in seats)
        waived = difference
    if settling is Settling.PROVIDER:
        refunds = refunds_of(reservation, -difference)
    freed = tuple(as_free(each.old) for each in seats)
    taken = tuple(_taken(each.new, each.old, reservation) for each in seats)
    seats = tuple(
        each._replace(old=before, new=after)
        for each, before, after in zip(seats, freed, taken, strict=True)
    )
    return Outcome(
        sentence=f"{names([each.old for each in seats])} moved to"
        f" {names([each.new for each in seats])}",
        seats=taken,
        transitions=tuple(Transition(seat, Reason.MOVED) for seat in (*freed, *taken)),
        rebooked=Move(reservation.id, seats, settling, difference, waived, refunds),
    )


def _seats(
    command: MoveSeats, reservation: ReservationState, state: BatchState
) -> tuple[list[SeatState], list[SeatState]]:
    """Return the old and the new seats, in the order of the command. Raises: SeatcastError."""
    old_ids, new_ids = (tuple(pair[side] for pair in command.moves) for side in (0, 1))
    for ids in (old_ids, new_ids):
        if len(set(ids)) < len(ids):
            raise InvalidContent("moves: A seat is named twice.")
    require_seats_of(reservation, old_ids)
    if entered := [seat_id for seat_id in old_ids if seat_id in reservation.entries]:
        raise already_entered(entered, reservation, state)
    old, new = named_seats(old_ids, state), named_seats(new_ids, state)
    actor = command.actor.id
    require(new, lambda seat: why_not_lockable(seat, person_id=actor, now=state.now), state)
    require_whole_tables(old, state)
    require_whole_tables(new, state)
    return old, new


def _priced(
    reservation: ReservationState,
    old: Sequence[SeatState],
    new: Sequence[SeatState],
    state: BatchState,
) -> tuple[MovedSeat, ...]:
    """Return the seats with today's prices for their ticket types. Raises: TicketTypeNotOffered."""
    moved: list[MovedSeat] = []
    refused: list[SeatState] = []
    for before, after in zip(old, new, strict=True):
        sold = reservation.tickets[before.id]
        price = _price(after, sold.ticket_type, state)
        if price is None:
            refused.append(after)
        else:
            moved.append(MovedSeat(before, after, sold.price, price, sold.ticket_type))
    if refused:
        raise TicketTypeNotOffered(
            "The ticket types of this booking are not sold for the new seats.",
            conflicts=[
                conflict(seat=seat, reason="ticket_type", now=state.now) for seat in refused
            ],
        )
    return tuple(moved)


def _price(seat: SeatState, ticket_type: str, state: BatchState) -> Decimal | None:
    """Return what a seat costs now; None if the ticket type is not sold for it."""
    if not ticket_type:
        return seat.price
    found = [each for each in state.ticket_types.values() if each.name == ticket_type]
    prices = [each.prices[seat.category_id] for each in found if seat.category_id in each.prices]
    return prices[0] if prices else None


def _settlings(
    reservation: ReservationState, difference: Decimal, state: BatchState
) -> tuple[Settling, ...]:
    """Return the ways to settle a difference."""
    if difference == 0 or _is_gift(reservation):
        return (Settling.NONE,)
    if reservation.is_unpaid:
        return (Settling.NONE, Settling.WAIVED)
    at_the_box_office = (Settling.CASH, Settling.CARD_READER, Settling.WAIVED)
    shares = sum(reservation.shares.values(), Decimal(0))
    if difference < 0 and state.refunds_parts and shares >= -difference:
        return (Settling.PROVIDER, *at_the_box_office)
    return at_the_box_office


def _taken(seat: SeatState, former: SeatState, reservation: ReservationState) -> SeatState:
    """Return a seat as reserved in place of another one of the reservation."""
    return replace(
        as_free(seat),
        status=SeatStatus.RESERVED,
        reservation_id=reservation.id,
        buyer_id=reservation.user_id,
        mailbox=former.mailbox,
        network=former.network,
        # The organiser may have held it since before a change of the plan.
        grouping=seat.grouping,
        planned=seat.planned,
    )


def _is_gift(reservation: ReservationState) -> bool:
    """Return whether the box office gave it away: it costs nothing, wherever it is moved."""
    return reservation.payment_method == BoxOfficeMethod.COMP
