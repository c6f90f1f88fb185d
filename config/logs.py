"""What log lines look like, and which are left out.

A line says of which request it is, and of which event where that is known. It says only what is
named here: other things that libraries hang on a record, such as a whole request, stay where they
are. Tokens, codes of tickets, and passwords in addresses are made unreadable wherever they turn up.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from config.request_ids import asked

QUIET_SECONDS = 60.0

_OF_AN_EVENT = re.compile(r"/api/events/(\d{1,19})/")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_TICKET = re.compile(r"(/api/tickets/)[^/?\s]+")
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^\s:/@]*:)[^\s/@]+@")


class PlainLines(logging.Formatter):
    """For a person at a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """Return the first line, which names its request."""
        about = _about(record).get("request_id")
        return super().formatMessage(record) + (f" [{about}]" if about else "")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """For a program: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "process": record.process,
            **_about(record),
        }
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


class OncePerMinute(logging.Filter):
    """Lets a message pass, and then none of the same logger and text for a minute.

    For what is tried twice a second while a server is away: once is news, the rest is noise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._passed: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now, key = self._clock(), (record.name, str(record.msg))
        if now - self._passed.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return False
        self._passed[key] = now
        return True


def without_secrets(text: str) -> str:
    """Return a text that can be shown to who may read logs, and written as UTF-8."""
    text = _PASSWORD_IN_ADDRESS.sub(r"\1…@", _JWT.sub("[token]", text))
    text = _TICKET.sub(r"\1…", text)
    return text.encode(errors="backslashreplace").decode()


def _about(record: logging.LogRecord) -> dict[str, Any]:
    """Return which request and which event a record is about, as far as is known."""
    request = asked()
    event_id = getattr(record, "event_id", None)
    if event_id is None and request and (found := _OF_AN_EVENT.match(request.path)):
        event_id = int(found[1])
    about = {"request_id": request and request.id, "event_id": event_id}
    return {name: value for name, value in about.items() if value is not None}
