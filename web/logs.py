"""What log lines look like, and which are left out.

A line says of which request it is, and of which event where that is known. It says only what is
named here: other things that libraries hang on a record, such as a whole request, stay where they
are. Tokens, codes of tickets, and passwords in addresses are made unreadable wherever they turn up.
What clients send can be long, so lines and messages are cut before any pattern reads them.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from web.request_ids import active_request

QUIET_SECONDS = 60.0
MAX_LINE_LENGTH = 1_000
MAX_TEXT_LENGTH = 20_000
"""Of a message or a traceback; of a longer one its beginning and its end are kept."""
_MAX_REMEMBERED = 1_000

_OF_AN_EVENT = re.compile(r"/api/events/(\d{1,19})/")
# Possessive, and only at the beginning of a word: else each "eyJ" would be read to the word's end.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]++\.[\w-]++\.[\w-]*+")
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
        return self._passes(now, key)

    def _passes(self, now: float, key: tuple[str, str]) -> bool:
        if now - self._passed.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return False
        if len(self._passed) >= _MAX_REMEMBERED:
            self._passed.clear()
        self._passed[key] = now
        return True


class RefusalsOncePerMinute(OncePerMinute):
    """Limit Django's lines on requests that it refuses to one a minute for each kind.

    Anybody can send such requests without end, each with another text, and no throttle is asked
    before. The metrics count all of them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security"):
            return True
        return self._passes(self._clock(), (record.name, ""))


def without_secrets(text: str) -> str:
    """Return a text that can be shown to who may read logs, cut to a length, as UTF-8."""
    text = "\n".join(_cut(line, MAX_LINE_LENGTH) for line in _shortened(text).split("\n"))
    text = _PASSWORD_IN_ADDRESS.sub(r"\1…@", _JWT.sub("[token]", text))
    text = _TICKET.sub(r"\1…", text)
    return text.encode(errors="backslashreplace").decode()


def _shortened(text: str) -> str:
    """Return the beginning and the end of a long text, in whole lines."""
    if len(text) <= MAX_TEXT_LENGTH:
        return text
    half = MAX_TEXT_LENGTH // 2
    _, _, end = text[-half:].partition("\n")
    return f"{_cut(text[: half + 1], half)}\n{end}"


def _cut(line: str, length: int) -> str:
    """Cut a text before the word in which it gets too long: half a secret would not be known."""
    if len(line) <= length:
        return line
    found = line[:length]
    end = max(found.rfind(" "), found.rfind("\n")) + 1
    return f"{found[:end]}[{len(line) - end} characters left out]"


def _about(record: logging.LogRecord) -> dict[str, Any]:
    """Return which request and which event a record is about, as far as is known."""
    request = active_request()
    event_id = getattr(record, "event_id", None)
    if event_id is None and request and (found := _OF_AN_EVENT.match(request.path)):
        event_id = int(found[1])
    about = {"request_id": request and request.id, "event_id": event_id}
    return {name: value for name, value in about.items() if value is not None}
