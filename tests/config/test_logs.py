"""What is tried twice a second while a server is away is said once."""

import logging

from config.logs import QUIET_SECONDS, OncePerMinute


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
