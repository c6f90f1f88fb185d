"""Unit of work: reads what a batch of commands needs under the event's lock, and writes outcomes.

Lock order, always: the event's row, then its seats by primary key.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple, TypeVar, cast

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.utils import timezone

from reservations import clock, security_events
from reservations.domain.commands import (
    AdmitSeats,
    Command,
    OpenPayment,
    Reads,
)
from reservations.domain.errors import EventNotFound
from reservations.domain.features import SeatFeature
from reservations.domain.rules import (
    NewAllocation,
    NewReservation,
    Outcome,
    Transition,
    price_of,
)
from reservations.domain.rules.outcomes import ChangedBuyer, TakenOver
from reservations.domain.states import (
    BatchState,
    PaymentStatus,
    Person,
    PromoCodeState,
    Reason,
    SeatCounts,
    SeatState,
    SeatStatus,
    iso,
)
from reservations.models import (
    Allocation,
    Entry,
    Event,
    Payment,
    Reservation,
    ReservationSeat,
    Seat,
    SeatChange,
    Settlement,
    overdue,
)
from reservations.models.seats import STATIC_SEAT_FIELDS
from reservations.notices import (
    BookingNotice,
    CancelledBooking,
    LapsedBooking,
    NewBooking,
    booking_fields,
    notices,
)
from reservations.payments import settlements, storage
from reservations.payments.provider import refunds_parts
from reservations.payments.settlements import Received
from reservations.read import promo_codes
from reservations.read.records import (
    CommandResult,
    ReservationRecord,
    SeatRecord,
    money,
    reservation_record,
    seat_record,
    where_it_is,
)
from reservations.read.stored_states import (
    grouping_of,
    held_prices_of,
    state_of,
    stored_grouping,
    taken_grouping_of,
    terms_of,
    ticket_types_of,
    with_related,
)
from reservations.seat_finder import rows as adjacency
from reservations.write import bulk
from reservations.write.changes import Change, ChangeSet, Decision
from reservations.write.idempotency import refuse_withdrawn
from reservations.write.messages import write_messages
from reservations.write.prepared import PreparedPair, PreparedQuery
from reservations.write.rebooking import changed_booking, seat_numbers, write_rebooked

MAX_LAPSED_RESERVATIONS = 500
"""How many overdue reservations one LapseUnpaid ends."""
MAX_FREED_SEATS = 2_000
"""How many seats of ended allocations one EndAllocations frees."""

_HOLD_COLUMNS = (
    *("locked_by_id", "locked_until", "locked_at", "extensions", "lapsed_holder_id"),
    *("former_holder_id", "former_locked_at", "released_at"),
)
_WRITTEN_SEAT_COLUMNS = (
    *("status", *_HOLD_COLUMNS),
    *("reservation_id", "allocation_id", "promo_code_id", "mailbox", "network", "taken_grouping"),
    "version",
)
_TICKET_COLUMNS = (
    *("reservation_id", "event_id", "seat_id", "price", "ticket_type", "promo_code_id", "live"),
)
_LOG_COLUMNS = (
    *("event_id", "seq", "seat_id", "status", "holder_id", "locked_until", "held_since"),
    *("reservation_id", "allocation_id", "reason", "actor_id", "at", "request_id"),
)

_EVENT_COLUMNS = [
    field.attname
    for field in Event._meta.concrete_fields
    if field.name not in ("plan", "description")
]
_SEAT_COLUMNS = (
    *STATIC_SEAT_FIELDS,
    *("category__price", "status", *_HOLD_COLUMNS, "held_prices", "reservation_id"),
    *("allocation_id", "promo_code_id", "reservation__user_id", "reservation__payment_due_at"),
    *("reservation__paid_at", "mailbox", "network", "taken_grouping"),
)

T = TypeVar("T")

# The values of _SEAT_COLUMNS by column name.
_Row = dict[str, Any]


def read_locking_state(command: Command, *, event_id: int) -> BatchState:
    """Return the state to decide a command that names no seats or reservation, without locks.

    It may have changed by the time that the event's row is locked. Raises: EventNotFound.
    """
    event = Event.objects.filter(pk=event_id).only(*_EVENT_COLUMNS).first()
    if event is None:
        raise EventNotFound
    now, caps = clock.now(), _Caps.of([command])
    usage = caps.usage(_usage(*caps.arguments(event_id, now=now)))
    return BatchState(
        terms=terms_of(event),
        now=now,
        seats=_states_as_they_are(event, [], list(caps.people), now=now),
        promo_codes=_promo_codes(event, [command.reads()], now=now),
        departed=usage.departed,
        caps_of=caps.people,
        bought=usage.bought,
        counts=usage.counts,
    )


def read_rebooking_state(command: Command, *, event: Event, now: datetime) -> BatchState:
    """Return the state to decide a command about reservations, without locks.

    It may have changed by the time that the event's row is locked.
    """
    reads = [command.reads()]
    reservations = _reservations(event, reads, now=now)
    ids = _seat_ids(reads, reservations)
    held = settlements.held(reservations)
    return BatchState(
        terms=terms_of(event),
        now=now,
        seats=_states_as_they_are(event, list(ids), [], now=now),
        reservations={found.pk: state_of(found, held) for found in reservations.values()},
        ticket_types=ticket_types_of(event.pk),
        refunds_parts=refunds_parts(),
        caps_of=frozenset(),
    )


def lock_event(event_id: int, *, briefly: bool = False) -> tuple[Event, datetime]:
    """Lock the event's row, and return the event and the database's time after that.

    No other transaction can change the event's seats until commit. With `briefly` the transaction's
    lock time-out is a quarter of a second instead of five.

    Raises: EventNotFound, django.db.OperationalError.
    """
    earliest = timezone.now()
    select = _event_row_briefly if briefly and connection.vendor == "postgresql" else _event_row
    for *values, now in select(event_id):
        clock.compare(now, earliest=earliest, latest=timezone.now())
        event = Event.from_db(connection.alias, _EVENT_COLUMNS, values)
        if isinstance(event.offline_methods, str):
            # PreparedQuery returns PostgreSQL's text, unconverted.
            event.offline_methods = json.loads(event.offline_methods)
        return event, now
    raise EventNotFound


@PreparedQuery.with_clock
def _event_row(event_id: int) -> QuerySet[Any, Any]:
    event = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    return event.order_by().values_list(*_EVENT_COLUMNS)


@PreparedQuery.with_clock
def _event_row_briefly(event_id: int) -> QuerySet[Any, Any]:
    event = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    # In the same statement, to save a round trip; PostgreSQL filters rows before it locks them.
    briefly = "set_config('lock_timeout', '250ms', true) IS NOT NULL"
    return event.extra(where=[briefly]).order_by().values_list(*_EVENT_COLUMNS)


@dataclass(slots=True)
class UnitOfWork:
    """The reads and writes of one batch. `event` is locked, and `now` was read after that."""

    event: Event
    now: datetime
    state: BatchState
    _seats: dict[int, _Row]
    _reservations: dict[int, Reservation]
    _people: dict[int, Person]
    # The ids of new allocations by placeholder.
    _allocations: dict[int, int] = field(default_factory=dict)
    _is_buyer_mailed: bool = False
    # Where new bookings are mailed, by placeholder; empty if nowhere.
    _mailed_to: dict[int, str] = field(default_factory=dict)

    @classmethod
    def open(cls, *, event: Event, commands: list[Command], now: datetime) -> "UnitOfWork":
        """Lock and read what the commands declare in `reads`."""
        reads = [command.reads() for command in commands]
        reservations = _reservations(event, reads, now=now)
        caps = _Caps.of(commands)
        ended = _ended_allocations(event, reads, now=now)
        held = settlements.held(reservations) if any(each.money for each in reads) else {}
        seats, usage = _locked_seats(event, reads, reservations, ended.seat_ids, caps=caps, now=now)
        terms = terms_of(event)
        stretches: list[list[int]] = []
        if terms.refuses_orphans:
            around, stretches = _rows_around(event.pk, reads, seats)
            seats = around | seats
        _forget_ended_allocations(seats.values(), now=now)
        state = BatchState(
            terms=terms,
            now=now,
            seats={seat_id: _state(seat, event, now=now) for seat_id, seat in seats.items()},
            reservations={found.pk: state_of(found, held) for found in reservations.values()},
            payments=storage.lock_payments(event, _present(each.payment for each in reads)),
            pending_payments=storage.pending_payments(
                event, _present(each.pending_payments_of for each in reads), now=now
            ),
            verified=_verified(event, _present(each.verified_email_of for each in reads)),
            ticket_types=(
                ticket_types_of(event.pk) if any(each.ticket_types for each in reads) else {}
            ),
            promo_codes=_promo_codes(event, reads, now=now),
            ended_allocations=ended.ids,
            departed=usage.departed,
            refunds_parts=refunds_parts(),
            caps_of=caps.people,
            bought=usage.bought,
            counts=usage.counts,
            stretches=stretches,
        )
        people = {command.actor.id: command.actor for command in commands if command.actor}
        return cls(event, now, state, seats, reservations, people)

    def write(self, decided: list[Decision]) -> ChangeSet | None:
        """Write the outcomes of a batch, and return its changes; None if no seat changed.

        `decided` is in the order of decision. Each command that changed a seat gets the event's
        next sequence number.
        """
        outcomes = [decision.outcome for decision in decided]
        storage.write_pending(
            self.event, [found.started for found in outcomes if found.started], now=self.now
        )
        storage.write_opened(
            self.event,
            [
                (command, outcome.opened)
                for command, outcome, _ in decided
                if isinstance(command, OpenPayment) and outcome.opened
            ],
            now=self.now,
        )
        storage.write_refused(
            self.event,
            [decision.command for decision in decided if decision.outcome.refusal],
            now=self.now,
        )
        self._write_withdrawn([each.withdrawn_id for each in outcomes if each.withdrawn_id])
        self._write_lapsed([found for outcome in outcomes for found in outcome.lapsed_ids])
        self._write_paid([outcome.paid_id for outcome in outcomes if outcome.paid_id])
        self._write_buyers([outcome.buyer_changed for outcome in outcomes])
        self._write_booked([outcome.booked for outcome in outcomes if outcome.booked])
        self._write_received(decided)
        self._write_cancelled([number for outcome in outcomes for number in outcome.cancelled_ids])
        self._write_allocated([outcome.allocated for outcome in outcomes if outcome.allocated])
        self._write_ended_allocations(
            [found for each in outcomes for found in each.ended_allocations]
        )
        self._write_admitted(decided)
        for outcome in outcomes:
            if outcome.taken_over is not None:
                self._write_taken_over(outcome.taken_over)
            if outcome.left_id is not None:
                storage.write_left(self.event, outcome.left_id, now=self.now)
        for command, outcome, _ in decided:
            if outcome.rebooked is not None and command.actor is not None:
                # Such a command is alone in its batch.
                self._is_buyer_mailed = write_rebooked(
                    outcome.rebooked,
                    self._reservations,
                    event=self.event,
                    actor_id=command.actor.id,
                    now=self.now,
                )
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
                    holder=self._name(seat.holder_id),
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
        result: CommandResult = {
            "message": outcome.sentence,
            "seats": [self._seat_record(seat, outcome) for seat in outcome.seats],
        }
        if outcome.started is not None:
            result["payment"] = {
                "reference": outcome.started.reference,
                "amount": money(outcome.started.amount),
                "currency": self.event.currency,
            }
        if outcome.opened is not None:
            result["open_payment"] = outcome.opened.reference
        if outcome.admitted:
            result["admitted"] = [
                {
                    "seat_id": entry.seat_id,
                    "seat_number": self._seats[entry.seat_id]["seat_number"],
                    "at": str(iso(entry.at)),
                    "gate": entry.gate,
                }
                for entry in outcome.admitted
            ]
        if outcome.rebooked is not None:
            result["buyer_mailed"] = self._is_buyer_mailed
        if outcome.booked is not None:
            result["reservation"] = self._booked_record(outcome.booked)
            result["mailed_to"] = self._mailed_to.get(outcome.booked.id, "")
        return result

    def _write_cancelled(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.CANCELLED, cancelled_at=self.now
        )
        cancelled = self._cancelled_bookings(ids)
        if self.event.cancelled_at is not None:
            notices().event_cancelled(cancelled)
        else:
            notices().booking_cancelled(cancelled)
        storage.write_cancelled(self.event, ids, now=self.now)
        self._write_ended(ids)

    def _write_withdrawn(self, ids: list[int]) -> None:
        """End bookings whose payments cannot be captured; nothing was paid for them."""
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.CANCELLED, cancelled_at=self.now
        )
        storage.write_cancelled(self.event, ids, now=self.now)
        self._write_ended(ids)
        ended = [self._reservations[number] for number in ids]
        notices().withdrawn([BookingNotice(**booking_fields(each, self.event)) for each in ended])
        for each in ended:
            refuse_withdrawn(self.event, each)

    def _cancelled_bookings(self, ids: list[int]) -> list[CancelledBooking]:
        """Return what bookings are owed, before their refunds are written."""
        rows = Reservation.objects.filter(event=self.event, pk__in=ids).select_related("payment")
        stored = list(rows.order_by("pk"))
        held = settlements.held(ids)
        refunds = {number: sum(each.online.values(), Decimal(0)) for number, each in held.items()}
        owed = settlements.amounts_to_pay_back(stored, settlements.rows_of(stored))
        return [
            CancelledBooking(
                **booking_fields(each, self.event),
                refund=refunds[each.pk],
                owed=owed.get(each.pk, Decimal(0)) - refunds[each.pk],
                currency=each.currency,
            )
            for each in stored
        ]

    def _write_lapsed(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(
            status=Reservation.Status.LAPSED, lapsed_at=self.now
        )
        self._write_ended(ids)
        ended = (self._reservations[number] for number in ids)
        notices().lapsed(
            [
                LapsedBooking(**booking_fields(each, self.event), payment_due_at=due)
                for each in ended
                if (due := each.payment_due_at) is not None
            ]
        )

    def _write_ended(self, ids: list[int]) -> None:
        ReservationSeat.objects.filter(event=self.event, reservation_id__in=ids).update(live=False)

    def _write_paid(self, ids: list[int]) -> None:
        if not ids:
            return
        Reservation.objects.filter(event=self.event, pk__in=ids).update(paid_at=self.now)
        seats = seat_numbers(ids)
        notices().paid([self._new_booking(self._reservations[each], seats[each]) for each in ids])

    def _write_received(self, decided: list[Decision]) -> None:
        """Write the money of bookings that were marked as paid, or sold at the box office."""
        received = []
        for command, outcome, _ in decided:
            sold = outcome.booked.id if outcome.booked and outcome.booked.paid_at else None
            if (number := outcome.paid_id or sold) is not None:
                found, by = self._reservations[number], command.actor
                amount, by_id = found.total_price, by.id if by else None
                received.append(Received(found.pk, found.payment_method, amount, by_id))
        settlements.write_received(self.event, Settlement.Kind.PAID, received, now=self.now)

    def _write_buyers(self, changed: list[ChangedBuyer | None]) -> None:
        for number, name, email in filter(None, changed):
            found = Reservation.objects.filter(event=self.event, pk=number)
            found.update(buyer_name=name, buyer_email=email)

    def _write_booked(self, booked: list[NewReservation]) -> None:
        if not booked:
            return
        stored = Reservation.objects.bulk_create(
            Reservation(
                event=self.event,
                user_id=new.user.id if new.user else None,
                channel=new.channel,
                buyer_name=new.buyer_name,
                buyer_email=new.buyer_email,
                payment_method=new.payment_method,
                total_price=new.bill.total,
                fees=new.bill.fees,
                tax_percent=new.bill.tax_percent,
                currency=self.event.currency,
                created_at=self.now,
                payment_due_at=new.payment_due_at,
                paid_at=new.paid_at,
            )
            for new in booked
        )
        self._reservations |= {new.id: found for new, found in zip(booked, stored, strict=True)}
        tickets = [
            (
                *(self._reservations[new.id].pk, self.event.pk, ticket.seat.id, ticket.price),
                *(ticket.ticket_type, ticket.seat.promo_code_id, True),
            )
            for new in booked
            for ticket in new.bill.tickets
        ]
        bulk.write(bulk.insert(ReservationSeat, _TICKET_COLUMNS, tickets))
        paid = {new.reference: self._reservations[new.id].pk for new in booked if new.reference}
        storage.write_booked(self.event, paid, now=self.now)
        self._mail_booked(booked)

    def _mail_booked(self, booked: list[NewReservation]) -> None:
        """Confirm what was bought online, and at the box office with an address."""
        online = [new for new in booked if new.user]
        addresses = notices().booked(
            [
                self._new_booking(
                    self._reservations[new.id],
                    [ticket.seat.seat_number for ticket in new.bill.tickets],
                )
                for new in online
            ]
        )
        self._mailed_to = dict(zip((new.id for new in online), addresses, strict=True))
        for new in booked:
            if new.buyer_email:
                sold = changed_booking(self._reservations[new.id], self.event, is_change=False)
                is_mailed = notices().booking_changed(sold)
                self._mailed_to[new.id] = new.buyer_email if is_mailed else ""

    def _new_booking(self, stored: Reservation, seats: Sequence[str]) -> NewBooking:
        return NewBooking(
            **booking_fields(stored, self.event),
            seats=seats,
            total=stored.total_price,
            currency=stored.currency,
            payment_due_at=stored.payment_due_at,
        )

    def _write_taken_over(self, taken: TakenOver) -> None:
        """Make a guest's payments and reservations an account's.

        The change log still names the guest, whose row says which account that is.
        """
        guest_id, account_id = taken
        storage.write_taken_over(self.event, guest_id=guest_id, account_id=account_id)
        found = Reservation.objects.filter(event=self.event, user=guest_id)
        found.update(user=account_id)

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

    def _name(self, person_id: int | None) -> str | None:
        if person_id is None:
            return None
        if person_id not in self._people:
            # A result may show a seat that is held by someone who sent no command.
            name = get_user_model().objects.get(pk=person_id).get_username()
            self._people[person_id] = Person(person_id, name)
        return self._people[person_id].name

    def _seat_record(self, state: SeatState, outcome: Outcome) -> SeatRecord:
        seat = self._seats[state.id]
        return seat_record(
            price=state.price,
            fields=seat,
            status=state.status,
            holder=self._name(state.holder_id),
            locked_until=state.locked_until,
            reserved_by=_user_name(outcome.booked),
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
                    "price": money(ticket.price),
                    "ticket_type": ticket.ticket_type,
                    "entry": None,
                    **where_it_is(seat["sold_by"]),
                }
                for ticket in sorted(booked.bill.tickets, key=lambda ticket: ticket.seat.id)
                for seat in [self._seats[ticket.seat.id]]
            ],
            payment_status=PaymentStatus.AUTHORISED.value if booked.reference else None,
            to_pay_back=None,
            now=self.now,
        )


def _user_name(booked: NewReservation | None) -> str | None:
    return booked.user.name if booked and booked.user else None


def _present(values: Iterable[T | None]) -> frozenset[T]:
    return frozenset(value for value in values if value is not None)


def _reservations(event: Event, reads: list[Reads], *, now: datetime) -> dict[int, Reservation]:
    """Return the reservations to read, at most MAX_LAPSED_RESERVATIONS overdue ones among them."""
    ids = set(_present(each.reservation_id for each in reads))
    ids.update(*(each.reservation_ids for each in reads))
    if any(each.overdue_reservations for each in reads):
        found = Reservation.objects.filter(overdue(now), event=event)
        first = found.order_by("payment_due_at", "pk")[:MAX_LAPSED_RESERVATIONS]
        ids |= set(first.values_list("pk", flat=True))
    if not ids:
        return {}
    stored = with_related(Reservation.objects.filter(event=event, pk__in=ids))
    return {reservation.pk: reservation for reservation in stored}


class _Ended(NamedTuple):
    """Allocations whose time has come, and their blocked seats."""

    ids: frozenset[int] = frozenset()
    seat_ids: frozenset[int] = frozenset()


def _ended_allocations(event: Event, reads: list[Reads], *, now: datetime) -> _Ended:
    """Return allocations whose time has come, with at most MAX_FREED_SEATS of their seats.

    One without any seats here has none left.
    """
    if not any(each.ended_allocations for each in reads):
        return _Ended()
    due = Allocation.objects.filter(event=event, ended_at__isnull=True, until__lte=now)
    ids = set(due.values_list("pk", flat=True))
    blocked = Seat.objects.filter(allocation__in=ids, status=SeatStatus.BLOCKED)
    rows = list(
        blocked.order_by("allocation_id", "pk").values_list("allocation_id", "pk")[
            : MAX_FREED_SEATS + 1
        ]
    )
    if len(rows) > MAX_FREED_SEATS:
        ids &= {allocation_id for allocation_id, _ in rows[:MAX_FREED_SEATS]}
        rows = rows[:MAX_FREED_SEATS]
    return _Ended(frozenset(ids), frozenset(pk for _, pk in rows))


def _forget_ended_allocations(seats: Iterable[_Row], *, now: datetime) -> None:
    """Let held seats whose allocation has ended go on sale when their hold ends.

    Only a seat that is held with a promo code is locked and has an allocation.
    """
    held = [seat for seat in seats if seat["allocation_id"] and seat["status"] == SeatStatus.LOCKED]
    if not held:
        return
    found = Allocation.objects.filter(pk__in={seat["allocation_id"] for seat in held})
    going_on = found.filter(Q(until__isnull=True) | Q(until__gt=now), ended_at__isnull=True)
    ids = set(going_on.values_list("pk", flat=True))
    for seat in held:
        if seat["allocation_id"] not in ids:
            seat["allocation_id"] = None


def _promo_codes(event: Event, reads: list[Reads], *, now: datetime) -> dict[str, PromoCodeState]:
    texts = {each.promo_code for each in reads if each.promo_code}
    return promo_codes.states(event.pk, texts, now=now)


def _verified(event: Event, people: frozenset[int]) -> frozenset[int]:
    """Return the people with a verified address; without a query if the event requires none."""
    if not people or not event.requires_verified_email:
        return frozenset()
    found = get_user_model()._default_manager.filter(pk__in=people, email_verified_at__isnull=False)
    return frozenset(found.values_list("pk", flat=True))


def _reserved_seat(reservation: Reservation, seat_id: int) -> ReservationSeat:
    return next(seat for seat in reservation.seats.all() if seat.seat_id == seat_id)


class _Usage(NamedTuple):
    """Bought seats by person, the counts by cap key, and who has departed."""

    bought: dict[int, set[int]]
    counts: SeatCounts
    departed: frozenset[int]


class _Caps(NamedTuple):
    """Whose held and bought seats are counted: people, and the cap keys of the commands' actors."""

    people: frozenset[int]
    keys: frozenset[int]

    @classmethod
    def of(cls, commands: Sequence[Command]) -> "_Caps":
        capped = [each for each in commands if each.reads().caps_of is not None]
        keys = frozenset[int]().union(*(each.actor.cap_keys() for each in capped if each.actor))
        reads = [command.reads() for command in commands]
        people = _present(chain.from_iterable((each.caps_of, each.holds_of) for each in reads))
        return cls(people, keys)

    def arguments(self, event_id: int, *, now: datetime) -> tuple[Any, ...]:
        """Return the arguments of `_usage`."""
        return event_id, list(self.people), list(self.keys), now

    def usage(self, rows: Iterable[tuple[int, int, int]]) -> _Usage:
        """Return what the rows of `_usage` say."""
        bought: dict[int, set[int]] = {}
        counts = SeatCounts(self.keys)
        departed = set()
        for kind, key, value in rows:
            if kind == _DEPARTED:
                departed.add(key)
            elif kind == _BOUGHT_BY_PERSON:
                bought.setdefault(key, set()).add(value)
            elif kind == SeatStatus.LOCKED:
                counts.held[key] = value
            else:
                counts.bought[key] = value
        return _Usage(bought, counts, frozenset(departed))


def _locked_seats(
    event: Event,
    reads: list[Reads],
    reservations: dict[int, Reservation],
    allocated: frozenset[int],
    *,
    caps: _Caps,
    now: datetime,
) -> tuple[dict[int, _Row], _Usage]:
    """Lock and read seats by id; return also what counts towards the caps."""
    ids, people = list(_seat_ids(reads, reservations) | allocated), list(caps.people)
    arguments = caps.arguments(event.pk, now=now)
    if any(each.expired_locks for each in reads):
        rows, used = _seats_and_lapsed(event.pk, ids, people, now), _usage(*arguments)
    else:
        rows, used = _seats_and_usage((event.pk, ids, people), arguments)
    return _by_id(rows), caps.usage(cast("Iterable[tuple[int, int, int]]", used))


def _rows_around(
    event_id: int, reads: list[Reads], seats: Mapping[int, _Row]
) -> tuple[dict[int, _Row], list[list[int]]]:
    """Return all seats in the rows of those to be bought, and the ids of adjacent ones in order.

    They are read without locks: only who holds the event's lock changes a seat's status.
    """
    bought = [seats.get(seat_id) for each in reads if each.rows for seat_id in each.seat_ids]
    names = {(seat["section"], seat["row"]) for seat in bought if seat and not seat["group"]}
    if not names:
        return {}, []
    found = Seat.objects.filter(
        event=event_id,
        group="",
        section__in={section for section, _ in names},
        row__in={row for _, row in names},
    )
    stored = _by_id(_values(found))
    rows = adjacency.rows(
        [_Neighbour(*(seat[name] for name in _Neighbour._fields)) for seat in stored.values()]
    )
    stretches = adjacency.stretches([row for row in rows if (row[0].section, row[0].row) in names])
    ids = [[seat.id for seat in stretch] for stretch in stretches]
    return stored, ids


class _Neighbour(NamedTuple):
    id: int
    section: str
    row: str
    x: float
    y: float


def _seat_ids(reads: list[Reads], reservations: dict[int, Reservation]) -> set[int]:
    ids = {seat.seat_id for found in reservations.values() for seat in found.seats.all()}
    ids.update(*(each.seat_ids for each in reads))
    return ids


@PreparedQuery
def _seats(event_id: int, ids: list[int], people: list[int]) -> QuerySet[Any, Any]:
    """Lock and read seats by id, and all that people hold."""
    return _select_for_update(event_id, *_seat_id_queries(event_id, ids, people))


@PreparedQuery
def _seats_as_they_are(event_id: int, ids: list[int], people: list[int]) -> QuerySet[Any, Any]:
    """Read like `_seats`, without locks."""
    return _select(event_id, *_seat_id_queries(event_id, ids, people))


def _states_as_they_are(
    event: Event, ids: list[int], people: list[int], *, now: datetime
) -> dict[int, SeatState]:
    """Return the states of `_seats_as_they_are` by id."""
    rows = _by_id(_seats_as_they_are(event.pk, ids, people))
    return {seat_id: _state(row, event, now=now) for seat_id, row in rows.items()}


@PreparedQuery
def _seats_and_lapsed(
    event_id: int, ids: list[int], people: list[int], now: datetime
) -> QuerySet[Any, Any]:
    """Lock and read like `_seats`, and all seats whose lock has expired."""
    lapsed = (
        Seat.with_removed.filter(event=event_id, status=SeatStatus.LOCKED, locked_until__lte=now)
        .order_by()
        .values("pk")
    )
    return _select_for_update(event_id, *_seat_id_queries(event_id, ids, people), lapsed)


def _seat_id_queries(event_id: int, ids: list[int], people: list[int]) -> list[QuerySet[Any, Any]]:
    """Return subqueries of the ids of seats."""
    named = Seat.with_removed.filter(pk__any_of=ids)
    held = Seat.with_removed.filter(
        event=event_id, status=SeatStatus.LOCKED, locked_by__any_of=people
    )
    return [named.order_by().values("pk"), held.order_by().values("pk")]


# The first column of a row of `_usage`: one of these, or the status of the seats that are counted.
_BOUGHT_BY_PERSON = 0
_DEPARTED = -1


@PreparedQuery
def _usage(event_id: int, people: list[int], keys: list[int], now: datetime) -> QuerySet[Any, Any]:
    """Read what counts towards the caps, as rows of three numbers.

    For people, _BOUGHT_BY_PERSON, the person and the id of a seat in a live reservation of theirs
    that is not overdue; for those who have departed, _DEPARTED and the person twice; for cap keys,
    a status, the key and how many of its seats have that status.

    No row is locked: only who holds the event's lock changes them.
    """
    due = Q(reservation__paid_at__isnull=True, reservation__payment_due_at__lte=now)
    bought = ReservationSeat.objects.filter(
        ~due, live=True, reservation__event=event_id, reservation__user__any_of=people
    )
    rows = bought.order_by().values_list(
        Value(_BOUGHT_BY_PERSON), "reservation__user_id", "seat_id"
    )
    is_counted = Q(status=SeatStatus.RESERVED) | Q(status=SeatStatus.LOCKED, locked_until__gt=now)
    seats = Seat.with_removed.filter(is_counted, event=event_id).order_by()
    counts = [
        seats.filter(**{f"{name}__any_of": keys})
        .values("status", name)
        .annotate(count=Count("pk"))
        .values_list("status", name, "count")
        for name in ("mailbox", "network")
    ]
    gone = get_user_model()._default_manager.filter(pk__any_of=people, is_active=False).order_by()
    departed = gone.values_list(Value(_DEPARTED), "pk", F("pk"))
    return rows.union(departed, *counts, all=True)


_seats_and_usage = PreparedPair(_seats, _usage)


def _by_id(rows: Iterable[Sequence[Any]]) -> dict[int, _Row]:
    """Return seats, read as _SEAT_COLUMNS, by id."""
    return {row[0]: dict(zip(_SEAT_COLUMNS, row, strict=True)) for row in rows}


def _select_for_update(event_id: int, *queries: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Select and lock seats by several subqueries of ids, as `_select` does."""
    return _select(event_id, *queries).select_for_update(of=("self",), no_key=True)


def _select(event_id: int, *queries: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Select seats by several subqueries of ids, in a UNION so that each uses its own index.

    With OR, PostgreSQL reads all seats of an event until it has statistics of them, which it has
    not when a sale begins. For the same reason the condition on the event is one that no index has:
    PostgreSQL must begin with the ids.
    """
    first, *more = queries
    event_of_seat = Case(When(removed_at=None, then=F("event_id")), default=0)
    found = Seat.with_removed.annotate(event_of_seat=event_of_seat).filter(
        event_of_seat=event_id, pk__in=first.union(*more)
    )
    return _values(found)


def _values(found: QuerySet[Seat]) -> QuerySet[Any, Any]:
    return found.order_by("pk").values_list(*_SEAT_COLUMNS)


def _state(seat: _Row, event: Event, *, now: datetime) -> SeatState:
    due_at, is_paid = seat["reservation__payment_due_at"], seat["reservation__paid_at"] is not None
    is_overdue = due_at is not None and due_at <= now and not is_paid
    price = price_of(seat=seat["price"], category=seat["category__price"], event=event.price)
    kept = held_prices_of(seat["held_prices"], locked_at=seat["locked_at"])
    planned = grouping_of(seat)
    is_lapsed = seat["status"] == SeatStatus.LOCKED and seat["locked_until"] <= now
    taken = None if is_lapsed else taken_grouping_of(seat["taken_grouping"])
    return SeatState(
        id=seat["id"],
        seat_number=seat["seat_number"],
        price=kept.seat if kept else price,
        status=SeatStatus(seat["status"]),
        holder_id=seat["locked_by_id"],
        locked_until=seat["locked_until"],
        locked_at=seat["locked_at"],
        extensions=seat["extensions"],
        lapsed_holder_id=seat["lapsed_holder_id"],
        former_holder_id=seat["former_holder_id"],
        former_locked_at=seat["former_locked_at"],
        released_at=seat["released_at"],
        reservation_id=seat["reservation_id"],
        # An overdue reservation does not count towards the cap, though its seats are not free yet.
        buyer_id=None if is_overdue else seat["reservation__user_id"],
        category_id=seat["category_id"],
        held_prices=kept.by_type if kept else {},
        held_fees=kept.fees if kept else None,
        grouping=planned if taken is None else taken,
        planned=None if taken is None else planned,
        is_ordinary=(
            not seat["group"]
            and seat["companion_of_id"] is None
            and not seat["features"] & SeatFeature.ACCESSIBLE
        ),
        allocation_id=seat["allocation_id"],
        promo_code_id=seat["promo_code_id"],
        mailbox=seat["mailbox"],
        network=seat["network"],
    )
