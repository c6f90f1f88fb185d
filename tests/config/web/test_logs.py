"""Log lines name their request, contain no secrets, and are not repeated endlessly."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework_simplejwt.tokens import AccessToken

from config.web.logs import (
    MAX_LINE_LENGTH,
    MAX_TEXT_LENGTH,
    QUIET_SECONDS,
    JsonLines,
    OncePerMinute,
    PlainLines,
    RefusalsOncePerMinute,
)
from config.web.request_ids import with_request_id


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str = "realtime.hub", text: str = "Redis is away") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 0, text, (), None)


def test_the_same_message_passes_once_a_minute() -> None:
    clock = Clock()
    news = OncePerMinute(clock)
    assert news.filter(record())
    clock.now = QUIET_SECONDS - 1
    assert not news.filter(record())
    clock.now = QUIET_SECONDS
    assert news.filter(record())


def test_other_messages_and_loggers_are_not_affected() -> None:
    news = OncePerMinute(Clock())
    assert news.filter(record())
    assert news.filter(record(text="The database is away"))
    assert news.filter(record(name="realtime.publisher"))


def _logged_while_responding(
    formatter: logging.Formatter, log: Callable[[], Any]
) -> tuple[str, str]:
    """Return the id of a request to event 7, and what is logged while it is handled."""
    written: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        try:
            log()
        except LookupError:
            wrong = logging.LogRecord("x", logging.ERROR, "", 0, "Broken", (), sys.exc_info())
            wrong.request = request
            written.append(formatter.format(wrong))
        return HttpResponse()

    headers = {"Cookie": "sessionid=s3cret", "Authorization": "Bearer s3cret"}
    request = RequestFactory().post("/api/events/7/lock/", {"password": "s3cret"}, headers=headers)
    response: Any = with_request_id(view)(request)
    (line,) = written
    return response.headers["X-Request-ID"], line


def _fail_with_secrets() -> None:
    raise LookupError(f"{AccessToken()} at redis://:s3cret@valkey:6379/0\nand \udcff")


def test_json_lines_contain_the_request_and_the_event() -> None:
    number, line = _logged_while_responding(JsonLines(version="1.0.0"), _fail_with_secrets)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["request_id"], found["event_id"]) == (number, 7)
    assert (found["level"], found["logger"], found["message"]) == ("ERROR", "x", "Broken")
    assert found["version"] == "1.0.0"
    assert "[token] at redis://:…@valkey" in found["traceback"]
    assert "s3cret" not in line


def test_plain_lines_contain_the_request() -> None:
    number, line = _logged_while_responding(PlainLines("{message}", style="{"), _fail_with_secrets)
    assert line.startswith(f"Broken [{number}]\nTraceback")
    assert "s3cret" not in line


def test_a_record_outside_of_requests_may_name_its_event() -> None:
    about = record()
    about.event_id = 9
    found = json.loads(JsonLines(version="1.0.0").format(about))
    assert found["event_id"] == 9
    assert "request_id" not in found


def _written(text: str) -> str:
    written = JsonLines(version="1.0.0").format(
        logging.LogRecord("x", logging.ERROR, "", 0, text, (), None)
    )
    found: str = json.loads(written)["message"]
    return found


def test_a_long_line_is_truncated_at_a_word() -> None:
    token = str(AccessToken())
    line = "a " * ((MAX_LINE_LENGTH - len(token)) // 2 + 5) + token + "b" * 100_000
    found = _written(f"{line}\nnext")
    first, second = found.split("\n")
    assert first.startswith("a a a")
    assert first.endswith("characters left out]")
    assert "eyJ" not in found
    assert second == "next"


def test_a_long_text_keeps_its_start_and_end() -> None:
    found = _written("\n".join(["first", *["line"] * MAX_TEXT_LENGTH, "last"]))
    assert found.startswith("first\nline")
    assert found.endswith("line\nlast")
    assert len(found) <= MAX_TEXT_LENGTH + 100


def test_a_text_of_one_long_word_is_omitted() -> None:
    assert len(_written("x" * 1_000_000)) < 100


def test_rejected_requests_are_logged_once_a_minute_per_kind() -> None:
    clock = Clock()
    news = RefusalsOncePerMinute(clock)
    hosts = [news.filter(record("django.security.DisallowedHost", f"host {n}")) for n in range(9)]
    assert hosts == [True, *[False] * 8]
    assert news.filter(record("django.security.csrf", "no token"))
    assert news.filter(record("django.request", "a fault"))
    assert news.filter(record("django.request", "a fault"))
    clock.now = QUIET_SECONDS
    assert news.filter(record("django.security.DisallowedHost", "another"))


def test_the_number_of_remembered_messages_is_limited() -> None:
    news = OncePerMinute(Clock())
    for number in range(5_000):
        assert news.filter(record(text=f"message {number}"))
    assert len(news._passed) <= 1_000
