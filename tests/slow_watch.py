"""Watch where slow work begins, and whether a database connection is held there."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import xlsxwriter
from django.conf import settings
from django.db import connections
from PIL import Image

_EVENTS = {"socket.connect", "subprocess.Popen"}
_watches: list["Watch"] = []


class Watch:
    """What has begun, and what of it while its thread held a connection."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.held: set[str] = set()

    def note(self, what: str) -> None:
        self.begun.add(what)
        if any(each.connection is not None for each in connections.all(initialized_only=True)):
            self.held.add(what)


@contextmanager
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch connections to servers, started processes, and slow libraries."""
    watch = Watch()
    for owner, name in ((Image, "open"), (xlsxwriter.Workbook, "close")):
        monkeypatch.setattr(owner, name, _noted(watch, name, getattr(owner, name)))
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)


def _noted(watch: Watch, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        watch.note(name)
        return do(*arguments, **named)

    return noted


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watches and event in _EVENTS and not _is_of_redis(event, arguments):
        for watch in _watches:
            watch.note(event)


def _is_of_redis(event: str, arguments: tuple[Any, ...]) -> bool:
    """Return whether it is a connection to Redis, which answers at once or is given up."""
    if event != "socket.connect":
        return False
    redis, address = urlsplit(settings.REDIS_URL or ""), arguments[1]
    return isinstance(address, str) or address[1] == (redis.port or 6379)


# It cannot be removed, so there is one for all tests.
sys.addaudithook(_audit)
