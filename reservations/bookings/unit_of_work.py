"""Unit of work: reads what a batch of commands needs under the event's lock, and writes outcomes.

Lock order, always: the event's row, then its seats by primary key.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from reservations.bookings import security_events
from reservations.bookings.batch_reading import read_batch
from reservations.bookings.booking_writing import BookingWriter
from reservations.bookings.decisions import Decision
from reservations.bookings.messages import write_messages
from reservations.bookings.records import CommandResult
from reservations.bookings.results import BatchResults
from reservations.bookings.seat_reading import HOLD_COLUMNS, SeatRow
from reservations.domain.commands import AdmitSeats, Command
from reservations.domain.rules import NewAllocation, Outcome, Transition
from reservations.domain.states import BatchState, PaymentStatus, Reason, SeatState
from reservations.events.changes import Change, ChangeSet
from reservations.events.terms import stored_grouping
from reservations.models import (
    Allocation,
    Entry,
    Event,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
)
from reservations.runtime import bulk

_WRITTEN_SEAT_COLUMNS = (
    *("status", *HOLD_COLUMNS),
    *("reservation_id", "allocation_id", "promo_code_id", "mailbox", "network", "taken_grouping"),
    "version",
)
_LOG_COLUMNS = (
    *("event_id", "seq", "seat_id", "status", "holder_id", "locked_until", "held_since"),
    *("reservation_id", "allocation_id", "reason", "actor_id", "at", "request_id"),
)


@dataclass(slots=True)
class UnitOfWork:
    """The reads and writes of one batch. `event` is locked, and `now` was read after that."""

    event: Event
    now: datetime
    state: BatchState
    _seats: dict[int, SeatRow]
    _reservations: dict[int, Reservation]
    _bookings: BookingWriter
    _results: BatchResults
    # The ids of new allocations by placeholder.
    _allocations: dict[int, int] = field(default_factory=dict)

    @classmethod
    def open(cls, *, event: Event, commands: list[Command], now: datetime) -> "UnitOfWork":
        """Lock and read what the commands declare in `reads`."""
        state, seats, reservations = read_batch(event=event, commands=commands, now=now)
        people = {command.actor.id: command.actor for command in commands if command.actor}
        bookings = BookingWriter(event, now, reservations)
        results = BatchResults(event, now, seats, reservations, people)
        return cls(event, now, state, seats, reservations, bookings, results)

    def write(self, decided: list[Decision]) -> ChangeSet | None:
        """Write the outcomes of a batch, and return its changes; None if no seat changed.

        `decided` is in the order of decision. Each command that changed a seat gets the event's
        next sequence number.
        """
        outcomes = [decision.outcome for decision in decided]
        self._bookings.write(decided)
        self._write_allocated([outcome.allocated for outcome in outcomes if outcome.allocated])
        self._write_ended_allocations(
            [found for each in outcomes for found in each.ended_allocations]
        )
        self._write_admitted(decided)
        self._bookings.write_rebooked(decided)
        security_events.record_decisions(
            decided, self._reservations, self.state, event_id=self.event.pk
        )
        changes = self._write_changes(decided)
        write_messages(
            decided,
            event=self.event,
            reservations=self._reservations,
            seats=self._seats,
            now=self.now,
        )
        return changes

    def _write_changes(self, decided: list[Decision]) -> ChangeSet | None:
        since = self.event.change_seq
        changing = [decision for decision in decided if decision.outcome.transitions]
        if not changing:
            return None
        log = [
            (number, decision, transition)
            for number, decision in enumerate(changing, start=since + 1)
            for transition in decision.outcome.transitions
        ]
        last = {seat.id: (number, seat) for number, _, (seat, _) in log}
        seq = since + len(changing)
        bulk.write(
            bulk.update(Event, ("change_seq",), [(seq, self.event.pk)]),
            bulk.update(
                Seat, _WRITTEN_SEAT_COLUMNS, [self._written(*change) for change in last.values()]
            ),
            bulk.insert(SeatChange, _LOG_COLUMNS, [self._logged(*change) for change in log]),
        )
        return ChangeSet(
            event_id=self.event.pk,
            since=since,
            seq=seq,
            changes=tuple(
                Change(
                    seat_id=seat.id,
                    status=seat.status,
                    locked_until=seat.locked_until,
                    holder=self._results.name(seat.holder_id),
                    is_kept=seat.is_kept_lock,
                )
                for _, seat in last.values()
            ),
        )

    def commit_marker(self, decided: list[Decision]) -> QuerySet[Any] | None:
        """Return a queryset that has rows once the batch is committed; None if it wrote nothing.

        One row is enough, because all are written in one transaction. Idempotency keys need no
        marker: their command, decided again, gets the stored result.
        """
        event, now = self.event.pk, self.now
        outcomes = [decision.outcome for decision in decided]
        if any(outcome.transitions for outcome in outcomes):
            return SeatChange.objects.filter(event=event, seq=self.event.change_seq + 1, at=now)
        if started := [outcome.started for outcome in outcomes if outcome.started]:
            return Payment.objects.filter(event=event, reference=started[0].reference)
        if opened := [outcome.opened for outcome in outcomes if outcome.opened]:
            open_now = Payment.objects.exclude(status=PaymentStatus.PENDING)
            return open_now.filter(event=event, reference=opened[0].reference)
        if paid := [outcome.paid_id for outcome in outcomes if outcome.paid_id]:
            return Reservation.objects.filter(event=event, pk=paid[0], paid_at=now)
        if changed := [outcome.buyer_changed for outcome in outcomes if outcome.buyer_changed]:
            number, name, email = changed[0]
            same = Reservation.objects.filter(event=event, pk=number)
            return same.filter(buyer_name=name, buyer_email=email)
        if any(outcome.admitted for outcome in outcomes):
            return Entry.objects.filter(event=event, at=now)
        return None

    def result_of(self, outcome: Outcome) -> CommandResult:
        """Return the result of a command that was carried out, after `write`."""
        return self._results.result_of(
            outcome,
            mailed_to=self._bookings.mailed_to,
            is_buyer_mailed=self._bookings.is_buyer_mailed,
        )

    def _write_allocated(self, allocated: list[NewAllocation]) -> None:
        if not allocated:
            return
        stored = Allocation.objects.bulk_create(
            Allocation(
                event=self.event,
                kind=new.kind,
                label=new.label,
                until=new.until,
                created_at=self.now,
                created_by_id=new.created_by.id,
            )
            for new in allocated
        )
        self._allocations = {new.id: made.pk for new, made in zip(allocated, stored, strict=True)}

    def _write_ended_allocations(self, ids: list[int]) -> None:
        if ids:
            found = Allocation.objects.filter(event=self.event, pk__in=ids)
            found.update(ended_at=self.now)

    def _write_admitted(self, decided: list[Decision]) -> None:
        entries = [
            Entry(
                event=self.event,
                seat=_reserved_seat(self._reservations[command.reservation_id], entry.seat_id),
                at=entry.at,
                gate=entry.gate,
                by_id=command.actor.id,
            )
            for command, outcome, *_ in decided
            if isinstance(command, AdmitSeats)
            for entry in outcome.admitted
        ]
        if entries:
            Entry.objects.bulk_create(entries)

    def _written(self, seq: int, seat: SeatState) -> tuple[Any, ...]:
        """Return the values of _WRITTEN_SEAT_COLUMNS, and the seat's primary key."""
        return (
            *(seat.status, seat.holder_id, seat.locked_until, seat.locked_at),
            *(seat.extensions, seat.lapsed_holder_id),
            *(seat.former_holder_id, seat.former_locked_at, seat.released_at),
            self._stored_reservation_id(seat.reservation_id),
            *(self._stored_allocation_id(seat.allocation_id), seat.promo_code_id),
            *(seat.mailbox, seat.network),
            None if seat.planned is None else stored_grouping(seat.grouping),
            *(seq, seat.id),
        )

    def _logged(self, seq: int, decision: Decision, transition: Transition) -> tuple[Any, ...]:
        """Return the values of _LOG_COLUMNS for one changed seat."""
        seat, reason = transition
        actor, since, source = decision.command.actor, seat.locked_at, decision.source
        is_held_longer = reason is Reason.LOCKED and since != self.now
        return (
            *(self.event.pk, seq, seat.id, seat.status, seat.holder_id, seat.locked_until),
            since if is_held_longer else None,
            self._stored_reservation_id(seat.reservation_id),
            *(self._stored_allocation_id(seat.allocation_id), reason),
            *(actor.id if actor else None, self.now, source.request_id if source else None),
        )

    def _stored_reservation_id(self, reservation_id: int | None) -> int | None:
        if reservation_id is None or reservation_id > 0:
            return reservation_id
        return self._reservations[reservation_id].pk

    def _stored_allocation_id(self, allocation_id: int | None) -> int | None:
        if allocation_id is None or allocation_id > 0:
            return allocation_id
        return self._allocations[allocation_id]


def _reserved_seat(reservation: Reservation, seat_id: int) -> ReservationSeat:
    return next(seat for seat in reservation.seats.all() if seat.seat_id == seat_id)
