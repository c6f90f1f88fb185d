"""Idempotency keys: the same key and command give the same answer, and do the work once.

Keys are read and written in the transaction that does the work, under the event's lock: an answer
is stored exactly when its work is. They belong to one person and one event.

A reservation that is paid for takes two transactions, with the provider in between. The first one
takes the key, which then is in flight; the second one, or whoever gives the payment up, answers
it. Should the process die in between, the key can be used again when the payment has had its time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import QuerySet

from reservations.domain.commands import Command, ReserveSeats, StartPayment, fingerprint
from reservations.domain.errors import (
    KeyInFlight,
    KeyReused,
    SeatcastError,
    UnderWay,
    restored,
    stored,
)
from reservations.models import Event, IdempotencyKey
from reservations.payments.books import PAYMENT_SECONDS
from reservations.read.records import CommandResult
from reservations.write import bulk

_STORED = ("event_id", "user_id", "key", "fingerprint", "answer", "created_at")

_Key = tuple[int, str]


@dataclass(slots=True)
class KeyedAnswers:
    """The answers that a batch's keys stand for, those stored before and those of the batch."""

    event: Event
    now: datetime
    _answers: dict[_Key, IdempotencyKey]
    _taken: set[_Key] = field(default_factory=set)
    _written: list[IdempotencyKey] = field(default_factory=list)

    @classmethod
    def open(
        cls, *, event: Event, asked: list[tuple[Command, str | None]], now: datetime
    ) -> "KeyedAnswers":
        """Read what was answered before to the keys of a batch; no statement if there is none."""
        keys = {found for command, key in asked if (found := _key(command, key)) is not None}
        if not keys:
            return cls(event, now, {})
        rows = IdempotencyKey.objects.filter(
            event=event, user_id__in={user for user, _ in keys}, key__in={key for _, key in keys}
        )
        return cls(event, now, {(row.user_id, row.key): row for row in rows})

    def is_first(self, command: Command, key: str | None) -> bool:
        """Tell whether the work is still to be done; asked once for each command, in order."""
        found = _key(command, key)
        if found is None:
            return True
        if found in self._taken:
            return False
        row = self._answers.get(found)
        if row is not None and not self._may_go_on(command, row):
            return False
        self._taken.add(found)
        return True

    def _may_go_on(self, command: Command, row: IdempotencyKey) -> bool:
        """Tell whether a command may answer a key that is in flight."""
        if row.answer is not None or row.fingerprint != fingerprint(command):
            return False
        if isinstance(command, ReserveSeats) and command.reference:
            return True
        return row.created_at <= self.now - timedelta(seconds=PAYMENT_SECONDS)

    def let_go(self, command: Command, key: str | None) -> None:
        """Have a key free again whose command was told to try again in a moment."""
        found = _key(command, key)
        if found is not None:
            self._taken.discard(found)

    def keep(
        self, command: Command, key: str | None, result: CommandResult | SeatcastError
    ) -> None:
        """Note the answer to a command that was the first with its key."""
        found = _key(command, key)
        if found is None or isinstance(result, UnderWay):
            return
        user_id, word = found
        row = self._answers.setdefault(
            found,
            IdempotencyKey(
                event=self.event, user_id=user_id, key=word, fingerprint=fingerprint(command)
            ),
        )
        is_halfway = isinstance(command, StartPayment) and not isinstance(result, SeatcastError)
        row.answer = None if is_halfway else _as_json(result)
        row.created_at = self.now
        self._written.append(row)

    def earlier(self, command: Command, key: str | None) -> CommandResult | SeatcastError:
        """Return the earlier answer to a key, or the refusal of a key used for something else."""
        row = self._answers[cast("_Key", _key(command, key))]
        if row.fingerprint != fingerprint(command):
            return KeyReused()
        if row.answer is None:
            return KeyInFlight()
        return _from_json(row.answer)

    def write(self) -> None:
        """Store the new answers."""
        known = [row for row in self._written if row.pk]
        if new := [row for row in self._written if not row.pk]:
            rows = [[getattr(row, name) for name in _STORED] for row in new]
            bulk.write(bulk.insert(IdempotencyKey, _STORED, rows))
        if known:
            IdempotencyKey.objects.bulk_update(known, ["answer", "created_at"])


def answer_in_flight(
    *, event_id: int, user_id: int, key: str | None, refusal: SeatcastError
) -> None:
    """Answer a key whose payment failed, if it still waits for that."""
    _in_flight(event_id, user_id, key).update(answer=_as_json(refusal))


def correct(*, event_id: int, user_id: int, key: str | None, refusal: SeatcastError) -> None:
    """Replace the answer to a key: what it said was true, and is not any more."""
    if key is not None:
        IdempotencyKey.objects.filter(event=event_id, user=user_id, key=key).update(
            answer=_as_json(refusal)
        )


def forget_in_flight(*, event_id: int, user_id: int, key: str | None) -> None:
    """Let a key be used again whose payment came to nothing."""
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
        return {"refusal": stored(result)}
    return {"answer": result}


def _from_json(data: dict[str, Any]) -> CommandResult | SeatcastError:
    if "refusal" in data:
        return restored(data["refusal"])
    return cast("CommandResult", data["answer"])
