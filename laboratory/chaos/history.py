"""What clients asked for and were answered, each with its time, as lines of JSON.

A request is written when it is made and again when it is answered, so that one without an answer
shows as such, and a killed run leaves its history. Times are Unix seconds of this machine's clock.
Thread-safe.
"""

import itertools
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TextIO


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A request and its final answer. `status` is 0, and `answered_at` None, without one."""

    client: str
    path: str
    body: Any
    asked_at: float
    answered_at: float | None = None
    status: int = 0
    answer: Any = None

    @property
    def kind(self) -> str:
        """The last word of the path: lock, unlock, extend, reserve, cancel, locks or seats."""
        return self.path.strip("/").rpartition("/")[2]

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_unknown(self) -> bool:
        """Whether it may have been done, or not."""
        return not self.status or self.status >= 500


@dataclass(slots=True)
class History:
    """The history of all clients, written to a file."""

    file: TextIO
    _numbers: Any = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, client: str) -> "ClientHistory":
        return ClientHistory(self, client)

    def number(self) -> int:
        return int(next(self._numbers))

    def write(self, row: dict[str, Any]) -> None:
        with self._lock:
            self.file.write(json.dumps(row) + "\n")
            self.file.flush()


@dataclass(frozen=True, slots=True)
class ClientHistory:
    """Writes the history of one client."""

    history: History
    client: str

    def asked(self, path: str, body: Any) -> int:
        """Record a request; return its number for `answered`."""
        number = self.history.number()
        self.history.write(
            {
                "number": number,
                "client": self.client,
                "path": path,
                "body": body,
                "asked_at": time.time(),
            }
        )
        return number

    def answered(self, number: int, status: int, answer: Any) -> None:
        """Record the answer to a request; `status` is 0 if there was none."""
        row = {"number": number, "answered_at": time.time(), "status": status, "answer": answer}
        self.history.write(row)


def temporary_history() -> History:
    """Return a history in a file that is deleted with it."""
    return History(NamedTemporaryFile("w", prefix="seatcast-", suffix=".jsonl"))  # type: ignore[arg-type]


def operations(history: History) -> list[Operation]:
    """Return the operations of a history, in the order in which they were asked for."""
    with Path(history.file.name).open() as lines:
        return joined(json.loads(line) for line in lines if line.endswith("\n"))


def acknowledged(operations: Iterable[Operation], kind: str) -> list[Operation]:
    """Return the operations of a kind that were answered with success."""
    return [each for each in operations if each.kind == kind and each.is_ok]


def joined(rows: Iterable[dict[str, Any]]) -> list[Operation]:
    """Join requests and answers."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(row["number"], {}).update(row)
    made = [
        Operation(**{name: value for name, value in row.items() if name != "number"})
        for row in found.values()
    ]
    return sorted(made, key=lambda each: each.asked_at)
