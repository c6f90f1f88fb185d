"""The desk's storage: what a batch needs to know, read under the event's lock, and what it did.

Lock order, always: the event's row, then its seats by primary key.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from reservations import bulk, clock
from reservations.changes import Change, ChangeSet
from reservations.commands import (
    CancelReservation,
    Command,
    LockBest,
    LockSeats,
    ReleaseExpired,
    seat_ids_of,
)
from reservations.compiled import Compiled
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
    STATIC_FIELDS,
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

_HELD = ("locked_by_id", "locked_until", "locked_at", "extensions", "lapsed_holder_id")
_WRITTEN = ("status", *_HELD, "reservation_id", "version")
_LOGGED = (
    *("event_id", "seq", "seat_id", "status", "holder_id", "locked_until"),
    *("reservation_id", "reason", "actor_id", "at", "request_id"),
)

_EVENT = [
    field.attname
    for field in Event._meta.concrete_fields
    if field.name not in ("plan", "description")
]
_SEAT = (*STATIC_FIELDS, "category__price", "status", *_HELD, "reservation_id")

# The columns of _SEAT by their names.
_Row = dict[str, Any]


def lock_event(event_id: int) -> tuple[Event, datetime]:
    """Take the event's row, and return it and what time it is then, by the database.

    Until commit nobody else changes the event's seats. Raises: EventNotFound.
    """
    earliest = timezone.now()
    for *values, there in _event_row(event_id):
        clock.compare(there, earliest=earliest, latest=timezone.now())
        return Event.from_db(connection.alias, _EVENT, values), there
    raise EventNotFound


@Compiled.with_time
def _event_row(event_id: int) -> QuerySet[Any, Any]:
    event = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    return event.order_by().values_list(*_EVENT)


class Decision(NamedTuple):
    """What became of a command, and the request that brought it."""

    command: Command
    outcome: Outcome
    request_id: UUID | None


@dataclass(slots=True)
class Ledger:
    """One batch's view of an event. `event` is locked, and `now` was read after that."""

    event: Event
    now: datetime
    board: Board
    _seats: dict[int, _Row]
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
            seats={seat_id: _state(seat, event) for seat_id, seat in seats.items()},
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

    def write(self, decided: list[Decision]) -> ChangeSet | None:
        """Store what a batch did, and return it for the world; None when it changed nothing.

        `decided` is in the order of decision. Each command that changed something gets the
        event's next sequence number.
        """
        since = self.event.change_seq
        outcomes = [decision.outcome for decision in decided]
        books.write_started(
            self.event, [found.started for found in outcomes if found.started], now=self.now
        )
        books.write_given_up(
            self.event,
            [decision.command for decision in decided if decision.outcome.refusal],
            now=self.now,
        )
        self._write_cancelled(
            [outcome.cancelled_id for outcome in outcomes if outcome.cancelled_id]
        )
        self._write_booked([outcome.booked for outcome in outcomes if outcome.booked])
        changing = [decision for decision in decided if decision.outcome.changed]
        if not changing:
            return None
        log = [
            (number, decision, seat)
            for number, decision in enumerate(changing, start=since + 1)
            for seat in decision.outcome.changed
        ]
        last = {seat.id: (number, seat) for number, _, seat in log}
        seq = since + len(changing)
        bulk.write(
            bulk.update(Event, ("change_seq",), [(seq, self.event.pk)]),
            bulk.update(Seat, _WRITTEN, [self._written(*change) for change in last.values()]),
            bulk.insert(SeatChange, _LOGGED, [self._logged(*change) for change in log]),
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
                    holder=self._name(seat.holder_id),
                )
                for _, seat in last.values()
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

    def _written(self, seq: int, seat: SeatState) -> tuple[Any, ...]:
        """Return the values of _WRITTEN and the seat's key."""
        return (
            *(seat.status, seat.holder_id, seat.locked_until, seat.locked_at),
            *(seat.extensions, seat.lapsed_holder_id),
            *(self._stored_reservation_id(seat.reservation_id), seq, seat.id),
        )

    def _logged(self, seq: int, decision: Decision, seat: SeatState) -> tuple[Any, ...]:
        """Return the values of _LOGGED for a change."""
        actor = decision.command.actor
        return (
            *(self.event.pk, seq, seat.id, seat.status, seat.holder_id, seat.locked_until),
            *(self._stored_reservation_id(seat.reservation_id), decision.outcome.reason),
            *(actor.id if actor else None, self.now, decision.request_id),
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
            category_price=seat["category__price"],
            fields=seat,
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
                    "seat_id": seat["id"],
                    "seat_number": seat["seat_number"],
                    "section": seat["section"],
                    "row": seat["row"],
                    "number": seat["number"],
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
) -> dict[int, _Row]:
    ids = also.union(*(seat_ids_of(command) for command in commands))
    lockers = {
        command.actor.id for command in commands if isinstance(command, LockSeats | LockBest)
    }
    if any(isinstance(command, ReleaseExpired) for command in commands):
        rows = _seats_and_lapsed(event.pk, list(ids), list(lockers), now)
    else:
        rows = _seats(event.pk, list(ids), list(lockers))
    return {row[0]: dict(zip(_SEAT, row, strict=True)) for row in rows}


@Compiled
def _seats(event_id: int, ids: list[int], lockers: list[int]) -> QuerySet[Any, Any]:
    """Lock and read seats, and those that are held by people who want more."""
    return _locking(event_id, *_concerned(event_id, ids, lockers))


@Compiled
def _seats_and_lapsed(
    event_id: int, ids: list[int], lockers: list[int], now: datetime
) -> QuerySet[Any, Any]:
    """Lock and read also those whose locks have run out."""
    lapsed = Seat.objects.filter(event=event_id, status=SeatStatus.LOCKED, locked_until__lte=now)
    return _locking(event_id, *_concerned(event_id, ids, lockers), lapsed)


def _concerned(event_id: int, ids: list[int], lockers: list[int]) -> list[QuerySet[Seat]]:
    return [
        Seat.objects.filter(pk__any_of=ids),
        Seat.objects.filter(event=event_id, status=SeatStatus.LOCKED, locked_by__any_of=lockers),
    ]


def _locking(event_id: int, *selections: QuerySet[Seat]) -> QuerySet[Any, Any]:
    """Return the rows of several selections, each found by an index of its own.

    Joined by "or", PostgreSQL reads all of an event's seats while it has no statistics of them,
    which is when a sale begins.
    """
    first, *more = [found.order_by().values("pk") for found in selections]
    return (
        Seat.objects.select_for_update(of=("self",), no_key=True)
        .filter(event=event_id, pk__in=first.union(*more))
        .order_by("pk")
        .values_list(*_SEAT)
    )


def _state(seat: _Row, event: Event) -> SeatState:
    return SeatState(
        id=seat["id"],
        seat_number=seat["seat_number"],
        price=price_of(seat=seat["price"], category=seat["category__price"], event=event.price),
        status=SeatStatus(seat["status"]),
        holder_id=seat["locked_by_id"],
        locked_until=seat["locked_until"],
        locked_at=seat["locked_at"],
        extensions=seat["extensions"],
        lapsed_holder_id=seat["lapsed_holder_id"],
        reservation_id=seat["reservation_id"],
    )
