"""The desk's storage: what a batch needs to know, read under the event's lock, and what it did.

Lock order, always: the event's row, then its seats by primary key.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q

from reservations.changes import Change, ChangeSet
from reservations.commands import (
    CancelReservation,
    Command,
    LockBest,
    LockSeats,
    ReleaseExpired,
    seat_ids_of,
)
from reservations.errors import EventNotFound
from reservations.models import (
    Event,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
)
from reservations.payments import books
from reservations.records import (
    Answer,
    ReservationRecord,
    SeatRecord,
    money,
    reservation_record,
    seat_record,
)
from reservations.rules import NewReservation, Outcome, price_of
from reservations.states import (
    Board,
    PaymentStatus,
    Person,
    ReservationState,
    SeatState,
    SeatStatus,
)
from reservations.terms import terms_of

_WRITTEN = [
    *("status", "locked_by", "locked_until", "locked_at", "extensions", "lapsed_holder"),
    *("reservation", "version"),
]


def lock_event(event_id: int) -> Event:
    """Take the event's row; until commit nobody else changes its seats. Raises: EventNotFound."""
    try:
        return (
            Event.objects.select_for_update(no_key=True)
            .defer("plan", "description")
            .get(pk=event_id)
        )
    except Event.DoesNotExist:
        raise EventNotFound from None


@dataclass(slots=True)
class Ledger:
    """One batch's view of an event. `event` is locked, and `now` was read after that."""

    event: Event
    now: datetime
    board: Board
    _seats: dict[int, Seat]
    _reservations: dict[int, Reservation]
    _people: dict[int, Person]

    @classmethod
    def open(cls, *, event: Event, commands: list[Command], now: datetime) -> "Ledger":
        """Lock and read all that the commands are decided on."""
        reservations = _reservations(event, commands)
        reservation_seats = {
            seat.seat_id for found in reservations.values() for seat in found.seats.all()
        }
        seats = _locked_seats(event, commands, also=reservation_seats, now=now)
        board = Board(
            terms=terms_of(event),
            now=now,
            seats={seat.pk: _state(seat, event) for seat in seats.values()},
            reservations={
                found.pk: ReservationState(
                    id=found.pk,
                    user_id=found.user_id,
                    is_live=found.status == Reservation.Status.CONFIRMED,
                    seat_ids=tuple(seat.seat_id for seat in found.seats.all()),
                )
                for found in reservations.values()
            },
            payments=books.started(event, commands),
            paying=books.paying(event, commands, now=now),
        )
        people = {command.actor.id: command.actor for command in commands if command.actor}
        return cls(event, now, board, seats, reservations, people)

    def write(self, decided: list[tuple[Command, Outcome]]) -> ChangeSet | None:
        """Store what a batch did, and return it for the world; None when it changed nothing.

        `decided` is in the order of decision. Each command that changed something gets the
        event's next sequence number.
        """
        since = self.event.change_seq
        outcomes = [outcome for _, outcome in decided]
        books.write_started(
            self.event, [found.started for found in outcomes if found.started], now=self.now
        )
        books.write_given_up(self.event, decided, now=self.now)
        self._write_cancelled(
            [outcome.cancelled_id for outcome in outcomes if outcome.cancelled_id]
        )
        self._write_booked([outcome.booked for outcome in outcomes if outcome.booked])
        changing = [(command, outcome) for command, outcome in decided if outcome.changed]
        log = [
            self._change(command, outcome, seat, seq)
            for seq, (command, outcome) in enumerate(changing, start=since + 1)
            for seat in outcome.changed
        ]
        if not log:
            return None
        self.event.change_seq = log[-1].seq
        self.event.save(update_fields=["change_seq"])
        last = {change.seat_id: change for change in log}
        self._write_seats(last)
        SeatChange.objects.bulk_create(log)
        return ChangeSet(
            event_id=self.event.pk,
            since=since,
            seq=self.event.change_seq,
            changes=tuple(
                Change(
                    seat_id=change.seat_id,
                    status=change.status,
                    locked_until=change.locked_until,
                    holder=self._name(change.holder_id),
                )
                for change in last.values()
            ),
        )

    def answer(self, outcome: Outcome) -> Answer:
        """Return the answer to a command that was carried out, once everything is stored."""
        answer: Answer = {
            "message": outcome.sentence,
            "seats": [self._seat_record(seat, outcome) for seat in outcome.seats],
        }
        if outcome.started is not None:
            answer["payment"] = {
                "reference": outcome.started.reference,
                "amount": money(outcome.started.amount),
                "currency": self.event.currency,
            }
        if outcome.booked is not None:
            answer["reservation"] = self._booked_record(outcome.booked)
        return answer

    def _write_cancelled(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.CANCELLED, cancelled_at=self.now
        )
        books.write_cancelled(self.event, ids, now=self.now)
        ReservationSeat.objects.filter(event=self.event, reservation_id__in=ids).update(live=False)

    def _write_booked(self, booked: list[NewReservation]) -> None:
        if not booked:
            return
        stored = Reservation.objects.bulk_create(
            Reservation(
                event=self.event,
                user_id=new.user.id,
                payment_method=new.payment_method,
                total_price=new.total_price,
                currency=self.event.currency,
                created_at=self.now,
            )
            for new in booked
        )
        self._reservations |= {new.id: found for new, found in zip(booked, stored, strict=True)}
        ReservationSeat.objects.bulk_create(
            ReservationSeat(
                reservation=self._reservations[new.id],
                event=self.event,
                seat_id=seat.id,
                price=seat.price,
            )
            for new in booked
            for seat in new.seats
        )
        paid = {new.reference: self._reservations[new.id].pk for new in booked if new.reference}
        books.write_booked(self.event, paid, now=self.now)

    def _write_seats(self, last: dict[int, SeatChange]) -> None:
        for seat_id, change in last.items():
            seat, state = self._seats[seat_id], self.board.seats[seat_id]
            seat.status = state.status
            seat.locked_by_id = state.holder_id
            seat.locked_until = state.locked_until
            seat.locked_at = state.locked_at
            seat.extensions = state.extensions
            seat.lapsed_holder_id = state.lapsed_holder_id
            seat.reservation_id = change.reservation_id
            seat.version = change.seq
        Seat.objects.bulk_update(
            [self._seats[seat_id] for seat_id in last],
            _WRITTEN,
        )

    def _change(self, command: Command, outcome: Outcome, seat: SeatState, seq: int) -> SeatChange:
        return SeatChange(
            event=self.event,
            seq=seq,
            seat_id=seat.id,
            status=seat.status,
            holder_id=seat.holder_id,
            locked_until=seat.locked_until,
            reservation_id=self._stored_reservation_id(seat.reservation_id),
            reason=outcome.reason,
            actor_id=command.actor.id if command.actor else None,
            at=self.now,
        )

    def _stored_reservation_id(self, reservation_id: int | None) -> int | None:
        if reservation_id is None or reservation_id > 0:
            return reservation_id
        return self._reservations[reservation_id].pk

    def _name(self, person_id: int | None) -> str | None:
        if person_id is None:
            return None
        if person_id not in self._people:
            # An answer may show a seat that somebody else has.
            name = get_user_model().objects.get(pk=person_id).get_username()
            self._people[person_id] = Person(person_id, name)
        return self._people[person_id].name

    def _seat_record(self, state: SeatState, outcome: Outcome) -> SeatRecord:
        seat = self._seats[state.id]
        return seat_record(
            event_price=self.event.price,
            category_price=seat.category.price if seat.category else None,
            fields=seat.__dict__,
            status=state.status,
            holder=self._name(state.holder_id),
            locked_until=state.locked_until,
            reserved_by=outcome.booked.user.name if outcome.booked else None,
        )

    def _booked_record(self, booked: NewReservation) -> ReservationRecord:
        return reservation_record(
            event=self.event,
            reservation=self._reservations[booked.id],
            seats=[
                {
                    "seat_id": seat.pk,
                    "seat_number": seat.seat_number,
                    "section": seat.section,
                    "row": seat.row,
                    "number": seat.number,
                    "price": money(state.price),
                }
                for state in sorted(booked.seats, key=lambda state: state.id)
                for seat in [self._seats[state.id]]
            ],
            payment_status=PaymentStatus.AUTHORISED.value if booked.reference else None,
        )


def _reservations(event: Event, commands: list[Command]) -> dict[int, Reservation]:
    ids = {command.reservation_id for command in commands if isinstance(command, CancelReservation)}
    if not ids:
        return {}
    found = Reservation.objects.filter(event=event, pk__in=ids).prefetch_related("seats")
    return {reservation.pk: reservation for reservation in found}


def _locked_seats(
    event: Event, commands: list[Command], *, also: set[int], now: datetime
) -> dict[int, Seat]:
    ids = also.union(*(seat_ids_of(command) for command in commands))
    wanted = Q(pk__in=ids)
    lockers = {
        command.actor.id for command in commands if isinstance(command, LockSeats | LockBest)
    }
    if lockers:
        wanted |= Q(status=SeatStatus.LOCKED, locked_by__in=lockers)
    if any(isinstance(command, ReleaseExpired) for command in commands):
        wanted |= Q(status=SeatStatus.LOCKED, locked_until__lte=now)
    seats = (
        Seat.objects.select_for_update(of=("self",), no_key=True)
        .select_related("category")
        .filter(wanted, event=event)
        .order_by("pk")
    )
    return {seat.pk: seat for seat in seats}


def _state(seat: Seat, event: Event) -> SeatState:
    return SeatState(
        id=seat.pk,
        seat_number=seat.seat_number,
        price=price_of(
            seat=seat.price,
            category=seat.category.price if seat.category else None,
            event=event.price,
        ),
        status=SeatStatus(seat.status),
        holder_id=seat.locked_by_id,
        locked_until=seat.locked_until,
        locked_at=seat.locked_at,
        extensions=seat.extensions,
        lapsed_holder_id=seat.lapsed_holder_id,
        reservation_id=seat.reservation_id,
    )
