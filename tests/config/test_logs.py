"""What is logged says of which request it is, tells no secrets, and is not said again and again."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework_simplejwt.tokens import AccessToken

from config.logs import QUIET_SECONDS, JsonLines, OncePerMinute, PlainLines
from config.request_ids import with_request_id


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str = "realtime.hub", text: str = "Redis is away") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 0, text, (), None)


def test_the_same_message_passes_again_only_after_a_while() -> None:
    clock = Clock()
    news = OncePerMinute(clock)
    assert news.filter(record())
    clock.now = QUIET_SECONDS - 1
    assert not news.filter(record())
    clock.now = QUIET_SECONDS
    assert news.filter(record())


def test_other_messages_and_other_loggers_are_heard_meanwhile() -> None:
    news = OncePerMinute(Clock())
    assert news.filter(record())
    assert news.filter(record(text="The database is away"))
    assert news.filter(record(name="realtime.publisher"))


def _told_while_answering(formatter: logging.Formatter, tell: Callable[[], Any]) -> tuple[str, str]:
    """Return the id of a request to event 7, and what is logged while it is answered."""
    told: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        try:
            tell()
        except LookupError:
            wrong = logging.LogRecord("x", logging.ERROR, "", 0, "Broken", (), sys.exc_info())
            wrong.request = request
            told.append(formatter.format(wrong))
        return HttpResponse()

    headers = {"Cookie": "sessionid=s3cret", "Authorization": "Bearer s3cret"}
    request = RequestFactory().post("/api/events/7/lock/", {"password": "s3cret"}, headers=headers)
    response: Any = with_request_id(view)(request)
    (line,) = told
    return response.headers["X-Request-ID"], line


def _fail_with_secrets() -> None:
    raise LookupError(f"{AccessToken()} at redis://:s3cret@valkey:6379/0\nand \udcff")


def test_a_line_for_programs_is_an_object_that_names_its_request_and_event() -> None:
    number, line = _told_while_answering(JsonLines(), _fail_with_secrets)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["request_id"], found["event_id"]) == (number, 7)
    assert (found["level"], found["logger"], found["message"]) == ("ERROR", "x", "Broken")
    assert "[token] at redis://:…@valkey" in found["traceback"]
    assert "s3cret" not in line


def test_a_line_for_people_names_its_request_too() -> None:
    number, line = _told_while_answering(PlainLines("{message}", style="{"), _fail_with_secrets)
    assert line.startswith(f"Broken [{number}]\nTraceback")
    assert "s3cret" not in line


def test_what_is_logged_of_no_request_may_still_name_its_event() -> None:
    about = record()
    about.event_id = 9
    found = json.loads(JsonLines().format(about))
    assert found["event_id"] == 9
    assert "request_id" not in found
