"""Log formatters and filters.

A line names its request and, if known, its event. It contains only the fields listed here: other
attributes that libraries attach to a record, such as a whole request, are left out. Tokens, ticket
codes and passwords in URLs are redacted wherever they occur. Clients can send long text, so lines
and messages are truncated before any pattern is matched against them.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from config.web.request_ids import active_request

QUIET_SECONDS = 60.0
MAX_LINE_LENGTH = 1_000
MAX_TEXT_LENGTH = 20_000
"""Of a message or a traceback. The beginning and the end of a longer one are kept."""
_MAX_KEYS = 1_000

_EVENT_PATH = re.compile(r"/api/events/(\d{1,19})/")
# Possessive, and only at the start of a word; otherwise matching takes quadratic time.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]++\.[\w-]++\.[\w-]*+")
_TICKET = re.compile(r"(/api/tickets/)[^/?\s]+")
_PASSWORD_IN_URL = re.compile(r"(://[^\s:/@]*:)[^\s/@]+@")


class PlainLines(logging.Formatter):
    """For people at a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """Return the first line, with the request's id."""
        context = _context(record).get("request_id")
        return super().formatMessage(record) + (f" [{context}]" if context else "")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """For programs: one JSON object per line. `version` is that of the release."""

    def __init__(self, *, version: str) -> None:
        super().__init__()
        self._version = version

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "process": record.process,
            "version": self._version,
            **_context(record),
        }
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


class OncePerMinute(logging.Filter):
    """Passes a message at most once a minute for each logger and text.

    For operations that are retried twice a second while a server is away.
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
        if len(self._passed) >= _MAX_KEYS:
            self._passed.clear()
        self._passed[key] = now
        return True


class RefusalsOncePerMinute(OncePerMinute):
    """Limits Django's log lines on rejected requests to one a minute for each kind.

    Anyone can send such requests, each with a different text, before any throttle applies. The
    metrics count all of them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security"):
            return True
        return self._passes(self._clock(), (record.name, ""))


def without_secrets(text: str) -> str:
    """Return a text with secrets redacted, truncated, and encodable as UTF-8."""
    text = "\n".join(_truncated(line, MAX_LINE_LENGTH) for line in _shortened(text).split("\n"))
    text = _PASSWORD_IN_URL.sub(r"\1…@", _JWT.sub("[token]", text))
    text = _TICKET.sub(r"\1…", text)
    return text.encode(errors="backslashreplace").decode()


def _shortened(text: str) -> str:
    """Return the first and last whole lines of a long text."""
    if len(text) <= MAX_TEXT_LENGTH:
        return text
    half = MAX_TEXT_LENGTH // 2
    _, _, end = text[-half:].partition("\n")
    return f"{_truncated(text[: half + 1], half)}\n{end}"


def _truncated(line: str, length: int) -> str:
    """Truncate a text before a word: half a secret would not match any pattern."""
    if len(line) <= length:
        return line
    found = line[:length]
    end = max(found.rfind(" "), found.rfind("\n")) + 1
    return f"{found[:end]}[{len(line) - end} characters left out]"


def _context(record: logging.LogRecord) -> dict[str, Any]:
    """Return the ids of a record's request and event, if known."""
    request = active_request()
    event_id = getattr(record, "event_id", None)
    if event_id is None and request and (found := _EVENT_PATH.match(request.path)):
        event_id = int(found[1])
    context = {"request_id": request and request.id, "event_id": event_id}
    return {name: value for name, value in context.items() if value is not None}
