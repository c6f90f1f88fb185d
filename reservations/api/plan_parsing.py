"""Bodies that are seating plans: read as bytes, and parsed by few threads at a time."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.throttling import UserRateThrottle

from reservations.database import release_connection
from reservations.domain.errors import Busy
from reservations.plans.document import MAX_BYTES
from reservations.plans.errors import Fault, PlanError

MAX_PEOPLE = 2
"""How many people's plans a process parses at a time: each takes a core and 200 MB at most."""
WAIT_SECONDS = 10


class PlanThrottle(UserRateThrottle):
    """Limits requests that parse a plan, by person."""

    scope = "plan"


class PlanBodyParser(BaseParser):
    """The bytes of a JSON document, at most `document.MAX_BYTES`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the bytes of the body. Raises: PlanError if it is too large."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise PlanError(Fault("", f"must have at most {MAX_BYTES // 1024 // 1024} MiB"))
        return body


class CsvBodyParser(PlanBodyParser):
    media_type = "text/csv"


_busy: set[int] = set()
_changed = threading.Condition()


@contextmanager
def turn_of(person_id: int) -> Iterator[None]:
    """Wait until this person's plan may be parsed: one at a time, and few people at once.

    Raises: Busy after WAIT_SECONDS.
    """

    def is_free() -> bool:
        return person_id not in _busy and len(_busy) < MAX_PEOPLE

    release_connection()
    with _changed:
        if not _changed.wait_for(is_free, timeout=WAIT_SECONDS):
            raise Busy
        _busy.add(person_id)
    try:
        yield
    finally:
        with _changed:
            _busy.discard(person_id)
            _changed.notify_all()
