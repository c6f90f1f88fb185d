"""Rules for locking seats, extending locks and unlocking."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reservations.domain.commands import ExtendLocks, LockBest, LockPlaces, LockSeats, UnlockSeats
from reservations.domain.errors import (
    AreaFull,
    EventCancelled,
    ExtensionLimit,
    LockCooldown,
    NoSeatsTogether,
    NotHolder,
    Outpaced,
    PromoCodeInvalid,
    PromoCodeUsed,
    SalesClosed,
    SalesNotOpen,
    conflict,
)
from reservations.domain.rules.outcomes import Outcome, transitions
from reservations.domain.rules.preconditions import (
    named_seats,
    require,
    require_accompanied,
    require_held,
    require_may_hold,
    require_present,
    require_whole_tables,
    why_not_lockable,
)
from reservations.domain.rules.seats import as_free, as_released, updated
from reservations.domain.rules.wording import duration, names, pluralize
from reservations.domain.states import (
    BatchState,
    Hold,
    Person,
    PromoCodeState,
    Reason,
    Sale,
    SeatState,
    SeatStatus,
    Terms,
    iso,
    to_milliseconds,
)


def lock(command: LockSeats, state: BatchState) -> Outcome:
    require_present(command.actor, state)
    _require_open_sale(state.terms, now=state.now)
    seats = named_seats(command.seat_ids, state)
    code = _promo_code(command.promo_code, state)
    require(
        seats,
        lambda seat: why_not_lockable(
            seat,
            person_id=command.actor.id,
            from_allocation=code.allocation_id if code else None,
            now=state.now,
        ),
        state,
    )
    require_whole_tables(seats, state)
    held = state.held_by(command.actor.id)
    wanted = [seat for seat in seats if seat.id not in held]
    bought = state.bought_by(command.actor.id)
    require_accompanied(wanted, state, beside={*command.seat_ids, *held, *bought})
    if wanted:
        require_may_hold(len(wanted), command.actor, state, seats=wanted)
    _require_cooled_down(wanted, command.actor, state)
    if code is not None:
        _use(command.promo_code, code, wanted, state)
    locked = tuple(_locked(seat, command.actor, state, code=code) for seat in wanted)
    return Outcome(
        sentence=f"{names(seats)} {_lock_duration(locked, state)}",
        seats=updated(seats, locked),
        transitions=transitions(locked, Reason.LOCKED),
    )


def lock_places(command: LockPlaces, state: BatchState) -> Outcome:
    require_present(command.actor, state)
    _require_open_sale(state.terms, now=state.now)
    code = _promo_code(command.promo_code, state)
    require_may_hold(command.count, command.actor, state)
    if command.choice is None:
        raise Outpaced
    left = command.choice.left
    if left < command.count:
        _require_left(code, state, found=left)
        raise AreaFull(
            f"Only {pluralize(left, 'place')} {'is' if left == 1 else 'are'} left there."
            if left
            else "There is no place left there.",
            left=left,
        )
    places = [
        seat_id
        for seat_id in command.choice.seat_ids
        if _is_free(seat_id, code, state)
        and _used_up_until(state.seats[seat_id], command.actor, state) is None
    ]
    kept = {seat_id: None for seat_id in places if _is_kept(seat_id, code, state)}
    free = [*kept][: code.left if code else 0]
    free += [seat_id for seat_id in places if seat_id not in kept]
    if len(free) < command.count:
        raise Outpaced
    chosen = tuple(free[: command.count])
    return lock(LockSeats(command.actor, chosen, command.promo_code), state)


def lock_best(command: LockBest, state: BatchState) -> Outcome:
    require_present(command.actor, state)
    _require_open_sale(state.terms, now=state.now)
    criteria, choice = command.criteria, command.choice
    code = _promo_code(command.promo_code, state)
    require_may_hold(criteria.count, command.actor, state)
    if choice is None:
        raise Outpaced
    if not choice.sets:
        _require_left(code, state, found=choice.largest)
        raise NoSeatsTogether(
            _too_few_sentence(criteria.count, choice.largest), largest=choice.largest
        )
    cooling: list[LockCooldown] = []
    for seat_ids in choice.sets:
        if _may_take(seat_ids, code, state):
            try:
                return lock(LockSeats(command.actor, seat_ids, command.promo_code), state)
            except LockCooldown as refusal:
                cooling.append(refusal)
    if not cooling:
        raise Outpaced
    if command.is_last_try:
        raise cooling[0]
    raise Outpaced(conflicts=[row for each in cooling for row in each.details["conflicts"]])


def extend(command: ExtendLocks, state: BatchState) -> Outcome:
    if state.terms.is_cancelled:
        raise EventCancelled
    seats = named_seats(command.seat_ids, state)
    require_held(seats, command.actor, state, taken=NotHolder)
    require_whole_tables(seats, state)
    extended = [_extended(seat, state) for seat in seats]
    if stuck := [seat for seat, new in zip(seats, extended, strict=True) if new is None]:
        raise ExtensionLimit(
            f"{names(stuck)} cannot be held for longer.",
            conflicts=[
                conflict(seat=seat, reason="extension_limit", now=state.now) for seat in stuck
            ],
        )
    changed = tuple(seat for seat in extended if seat is not None)
    return Outcome(
        sentence=f"{names(seats)} held for longer",
        seats=changed,
        transitions=transitions(changed, Reason.EXTENDED),
    )


def unlock(command: UnlockSeats, state: BatchState) -> Outcome:
    seats = named_seats(command.seat_ids, state)
    require_held(seats, command.actor, state, taken=NotHolder)
    require_whole_tables(seats, state)
    freed = tuple(as_released(seat, at=state.now) for seat in seats)
    return Outcome(
        sentence=f"{names(seats)} unlocked",
        seats=freed,
        transitions=transitions(freed, Reason.UNLOCKED),
    )


def _promo_code(text: str, state: BatchState) -> PromoCodeState | None:
    """Return the code of a command; None if it names none. Raises: PromoCodeInvalid."""
    if not text:
        return None
    code = state.promo_codes.get(text)
    if code is None or code.has_ended:
        raise PromoCodeInvalid
    return code


def _use(text: str, code: PromoCodeState, wanted: list[SeatState], state: BatchState) -> None:
    """Use a code for those of the seats that are kept for it. Raises: PromoCodeUsed."""
    kept = [seat for seat in wanted if seat.is_kept_for(code.allocation_id, now=state.now)]
    if len(kept) > code.left:
        raise _used_up(code, kept, state)
    state.promo_codes[text] = replace(code, left=code.left - len(kept))


def _used_up(code: PromoCodeState, kept: list[SeatState], state: BatchState) -> PromoCodeUsed:
    return PromoCodeUsed(
        f"This code is good for {pluralize(code.left, 'more seat')} only."
        if code.left
        else "This code has been used up.",
        left=code.left,
        conflicts=[conflict(seat=seat, reason="limit", now=state.now) for seat in kept],
    )


def _require_left(code: PromoCodeState | None, state: BatchState, *, found: int) -> None:
    """Tell that the code is used up where nothing else is free. Raises: PromoCodeUsed."""
    if code is not None and not code.left and not found:
        raise _used_up(code, [], state)


def _may_take(seat_ids: Sequence[int], code: PromoCodeState | None, state: BatchState) -> bool:
    """Return whether all seats are free for the code's bearer, within the code's limit."""
    if not all(_is_free(seat_id, code, state) for seat_id in seat_ids):
        return False
    return code is None or sum(_is_kept(each, code, state) for each in seat_ids) <= code.left


def _is_free(seat_id: int, code: PromoCodeState | None, state: BatchState) -> bool:
    seat = state.seats.get(seat_id)
    is_available = seat is not None and seat.is_available(now=state.now)
    return is_available or _is_kept(seat_id, code, state)


def _is_kept(seat_id: int, code: PromoCodeState | None, state: BatchState) -> bool:
    """Return whether the code opens the seat."""
    seat = state.seats.get(seat_id)
    return (
        code is not None
        and seat is not None
        and seat.is_kept_for(code.allocation_id, now=state.now)
    )


def _locked(
    seat: SeatState, actor: Person, state: BatchState, *, code: PromoCodeState | None
) -> SeatState:
    """Return the seat as locked by the actor, who may continue an earlier hold."""
    is_kept = code is not None and seat.is_kept_for(code.allocation_id, now=state.now)
    hold = _continued_hold(seat, actor, state)
    deadline = to_milliseconds(state.now + timedelta(seconds=state.terms.lock_seconds))
    if hold is not None:
        deadline = min(deadline, state.terms.last_deadline(locked_at=hold.locked_at))
    return replace(
        as_free(seat),
        status=SeatStatus.LOCKED,
        holder_id=actor.id,
        locked_until=deadline,
        locked_at=hold.locked_at if hold else state.now,
        allocation_id=seat.allocation_id if is_kept else None,
        promo_code_id=code.id if code is not None and is_kept else None,
        mailbox=actor.mailbox,
        network=actor.network,
    )


def _continued_hold(seat: SeatState, actor: Person, state: BatchState) -> Hold | None:
    """Return the seat's last hold if it was the actor's and its cool-down has not passed."""
    hold = seat.last_hold(now=state.now)
    if hold is None or hold.holder_id != actor.id:
        return None
    return hold if state.now < state.terms.lockable_again_at(hold) else None


def _used_up_until(seat: SeatState, actor: Person, state: BatchState) -> datetime | None:
    """Return when the actor can lock a seat again that they held for the maximum duration."""
    hold = _continued_hold(seat, actor, state)
    if hold is None or state.terms.last_deadline(locked_at=hold.locked_at) > state.now:
        return None
    return state.terms.lockable_again_at(hold)


def _require_cooled_down(wanted: list[SeatState], actor: Person, state: BatchState) -> None:
    """Refuse seats that the actor has held for the maximum duration. Raises: LockCooldown."""
    used_up = {
        seat.id: until
        for seat in wanted
        if (until := _used_up_until(seat, actor, state)) is not None
    }
    if not used_up:
        return
    stuck = [seat for seat in wanted if seat.id in used_up]
    available_at = max(used_up.values())
    wait_seconds = math.ceil((available_at - state.now).total_seconds())
    raise LockCooldown(
        f"You have held {names(stuck, is_inside=True)} for as long as one may."
        f" You can lock {'it' if len(stuck) == 1 else 'them'} again in {duration(wait_seconds)}.",
        available_at=iso(available_at),
        conflicts=[conflict(seat=seat, reason="cooldown", now=state.now) for seat in stuck],
    )


def _lock_duration(locked: tuple[SeatState, ...], state: BatchState) -> str:
    """Return the phrase for how long newly locked seats are locked."""
    if not locked:
        return "locked by you already"
    first = min(seat.locked_until for seat in locked if seat.locked_until is not None)
    # Rounded up, because deadlines are truncated to milliseconds.
    seconds = math.ceil((first - state.now).total_seconds())
    return f"locked for {duration(seconds)}"


def _extended(seat: SeatState, state: BatchState) -> SeatState | None:
    """Return the seat with its lock extended, or None if it cannot be extended any more."""
    terms, locked_at, locked_until = state.terms, seat.locked_at, seat.locked_until
    if locked_at is None or locked_until is None:
        return None
    deadline = min(
        to_milliseconds(state.now + timedelta(seconds=terms.lock_seconds)),
        terms.last_deadline(locked_at=locked_at),
    )
    if seat.extensions >= terms.max_extensions or deadline <= locked_until:
        return None
    return replace(seat, locked_until=deadline, extensions=seat.extensions + 1)


def _too_few_sentence(count: int, largest: int) -> str:
    if largest == 0:
        return "There is no free seat there any more."
    if largest == 1:
        return "There are only single seats left there."
    return f"There are no {count} seats together there any more, but {largest}."


def _require_open_sale(terms: Terms, *, now: datetime) -> None:
    window = {
        "sales_open_at": iso(terms.sales_open_at),
        "sales_close_at": iso(terms.sales_close_at),
    }
    if terms.is_cancelled:
        raise EventCancelled
    if terms.is_draft:
        raise SalesNotOpen("This event is a draft: it is not on sale.", **window)
    match terms.sale(now=now):
        case Sale.UPCOMING:
            raise SalesNotOpen("This event is not on sale yet.", **window)
        case Sale.CLOSED:
            raise SalesClosed("This event is not on sale any more.", **window)
        case Sale.OPEN:
            return
