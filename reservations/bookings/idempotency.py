"""Idempotency keys: a command that is sent again with its key gets the first result again.

Keys are read and written in the command's own transaction, under the event's row lock, so a result
is stored exactly if the command was committed. A key belongs to one person and one event.

A reservation that is paid online takes two transactions, with a call to the provider in between.
The first one stores the key without an answer (in flight); the second one, which books the seats or
keeps the payment open, or the code that gives up the payment, stores the answer. If the process
dies in between, the key can be used again after PAYMENT_SECONDS.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Q, QuerySet

from reservations.bookings.payment_storage import PAYMENT_SECONDS
from reservations.bookings.records import CommandResult
from reservations.domain.commands import (
    Command,
    OpenPayment,
    ReserveSeats,
    StartPayment,
    fingerprint,
)
from reservations.domain.errors import (
    InProgress,
    KeyInFlight,
    KeyReused,
    PaymentWithdrawn,
    SeatcastError,
    error_from_json,
    error_to_json,
)
from reservations.models import Event, IdempotencyKey, Payment, Reservation
from reservations.runtime import bulk

_STORED = ("event_id", "user_id", "key", "fingerprint", "answer", "created_at")

_Key = tuple[int, str]


@dataclass(slots=True)
class KeyedResults:
    """The results by idempotency key for one batch: those stored earlier, and the batch's own."""

    event: Event
    now: datetime
    _answers: dict[_Key, IdempotencyKey]
    _taken: set[_Key] = field(default_factory=set)
    _written: list[IdempotencyKey] = field(default_factory=list)

    @classmethod
    def open(
        cls, *, event: Event, keyed: list[tuple[Command, str | None]], now: datetime
    ) -> "KeyedResults":
        """Read the stored results for a batch's keys; no query if it has no keys."""
        keys = {found for command, key in keyed if (found := _key(command, key)) is not None}
        if not keys:
            return cls(event, now, {})
        rows = IdempotencyKey.objects.filter(
            event=event, user_id__in={user for user, _ in keys}, key__in={key for _, key in keys}
        )
        return cls(event, now, {(row.user_id, row.key): row for row in rows})

    def is_first(self, command: Command, key: str | None) -> bool:
        """Return whether to decide the command; call it once per command, in order."""
        found = _key(command, key)
        if found is None:
            return True
        if found in self._taken:
            return False
        row = self._answers.get(found)
        if row is not None and not self._may_complete(command, row):
            return False
        self._taken.add(found)
        return True

    def _may_complete(self, command: Command, row: IdempotencyKey) -> bool:
        """Return whether a command may complete a key that is in flight."""
        if row.answer is not None or row.fingerprint != fingerprint(command):
            return False
        if isinstance(command, ReserveSeats | OpenPayment) and command.reference:
            return True
        return row.created_at <= self.now - timedelta(seconds=PAYMENT_SECONDS)

    def release(self, command: Command, key: str | None) -> None:
        """Release the key of a command that was refused with InProgress, for its retry."""
        found = _key(command, key)
        if found is not None:
            self._taken.discard(found)

    def store(
        self, command: Command, key: str | None, result: CommandResult | SeatcastError
    ) -> None:
        """Keep the result of a command for which `is_first` returned True, until `write`."""
        found = _key(command, key)
        if found is None or isinstance(result, InProgress):
            return
        user_id, text = found
        row = self._answers.setdefault(
            found,
            IdempotencyKey(
                event=self.event, user_id=user_id, key=text, fingerprint=fingerprint(command)
            ),
        )
        is_halfway = isinstance(command, StartPayment) and not isinstance(result, SeatcastError)
        row.answer = None if is_halfway else _as_json(result)
        row.created_at = self.now
        self._written.append(row)

    def stored_result(self, command: Command, key: str | None) -> CommandResult | SeatcastError:
        """Return the earlier result of a key, or why there is none for this command."""
        row = self._answers[cast("_Key", _key(command, key))]
        if row.fingerprint != fingerprint(command):
            return KeyReused()
        if row.answer is None:
            return KeyInFlight()
        return _from_json(row.answer)

    def write(self) -> None:
        """Store the new results."""
        existing = [row for row in self._written if row.pk]
        if new := [row for row in self._written if not row.pk]:
            rows = [[getattr(row, name) for name in _STORED] for row in new]
            bulk.write(bulk.insert(IdempotencyKey, _STORED, rows))
        if existing:
            IdempotencyKey.objects.bulk_update(existing, ["answer", "created_at"])


def refuse_in_flight(
    *, event_id: int, user_id: int, key: str | None, refusal: SeatcastError
) -> None:
    """Store the refusal of a failed payment as the key's answer, if the key is still in flight."""
    _in_flight(event_id, user_id, key).update(answer=_as_json(refusal))


def refuse_withdrawn(event: Event, reservation: Reservation) -> None:
    """Let keys that confirm a reservation, or its open payment, answer that it was withdrawn."""
    payments = Payment.objects.filter(reservation=reservation).values_list("reference", "user")
    for reference, user_id in payments:
        IdempotencyKey.objects.filter(
            Q(answer__answer__reservation__id=reservation.public_id)
            | Q(answer__answer__open_payment=reference),
            event=event,
            user=user_id,
        ).update(answer=_as_json(PaymentWithdrawn()))


def release_in_flight(*, event_id: int, user_id: int, key: str | None) -> None:
    """Delete a key that is in flight, so that it can be used again after an abandoned payment."""
    _in_flight(event_id, user_id, key).delete()


def _in_flight(event_id: int, user_id: int, key: str | None) -> QuerySet[IdempotencyKey]:
    if key is None:
        return IdempotencyKey.objects.none()
    return IdempotencyKey.objects.filter(event=event_id, user=user_id, key=key, answer__isnull=True)


def _key(command: Command, key: str | None) -> _Key | None:
    if key is None or command.actor is None:
        return None
    return command.actor.id, key


def _as_json(result: CommandResult | SeatcastError) -> dict[str, Any]:
    if isinstance(result, SeatcastError):
        return {"refusal": error_to_json(result)}
    return {"answer": result}


def _from_json(data: dict[str, Any]) -> CommandResult | SeatcastError:
    if "refusal" in data:
        return error_from_json(data["refusal"])
    return cast("CommandResult", data["answer"])
