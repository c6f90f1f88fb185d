"""Idempotency keys: the same key and command give the same answer, and do the work once.

Keys are read and written in the transaction that does the work, under the event's lock: an answer
is stored exactly when its work is. They belong to one person and one event.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from reservations.commands import Command, fingerprint
from reservations.errors import KeyReused, SeatcastError, restored, stored
from reservations.models import Event, IdempotencyKey
from reservations.records import Answer

_Key = tuple[int, str]


@dataclass(slots=True)
class KeyedAnswers:
    """The answers that a batch's keys stand for, those stored before and those of the batch."""

    event: Event
    _answers: dict[_Key, IdempotencyKey]
    _taken: set[_Key] = field(default_factory=set)
    _new: list[IdempotencyKey] = field(default_factory=list)

    @classmethod
    def open(cls, *, event: Event, asked: list[tuple[Command, str | None]]) -> "KeyedAnswers":
        """Read what was answered before to the keys of a batch; no statement if there is none."""
        keys = {found for command, key in asked if (found := _key(command, key)) is not None}
        if not keys:
            return cls(event, {})
        rows = IdempotencyKey.objects.filter(
            event=event, user_id__in={user for user, _ in keys}, key__in={key for _, key in keys}
        )
        return cls(event, {(row.user_id, row.key): row for row in rows})

    def is_first(self, command: Command, key: str | None) -> bool:
        """Tell whether the work is still to be done; asked once for each command, in order."""
        found = _key(command, key)
        if found is None:
            return True
        if found in self._answers or found in self._taken:
            return False
        self._taken.add(found)
        return True

    def keep(self, command: Command, key: str | None, result: Answer | SeatcastError) -> None:
        """Note the answer to a command that was the first with its key."""
        found = _key(command, key)
        if found is None:
            return
        user_id, word = found
        self._answers[found] = row = IdempotencyKey(
            event=self.event,
            user_id=user_id,
            key=word,
            fingerprint=fingerprint(command),
            answer=_as_json(result),
        )
        self._new.append(row)

    def earlier(self, command: Command, key: str | None) -> Answer | SeatcastError:
        """Return the earlier answer to a key, or the refusal of a key used for something else."""
        row = self._answers[cast("_Key", _key(command, key))]
        if row.fingerprint != fingerprint(command):
            return KeyReused()
        return _from_json(row.answer)

    def write(self, *, now: datetime) -> None:
        """Store the new answers."""
        for row in self._new:
            row.created_at = now
        IdempotencyKey.objects.bulk_create(self._new)


def _key(command: Command, key: str | None) -> _Key | None:
    if key is None or command.actor is None:
        return None
    return command.actor.id, key


def _as_json(result: Answer | SeatcastError) -> dict[str, Any]:
    if isinstance(result, SeatcastError):
        return {"refusal": stored(result)}
    return {"answer": result}


def _from_json(data: dict[str, Any]) -> Answer | SeatcastError:
    if "refusal" in data:
        return restored(data["refusal"])
    return cast("Answer", data["answer"])
