"""The largest headers of anonymous requests cost a server little more CPU than a plain request.

Measured on a real API server as it runs behind the proxy, relative to plain requests in one run.
"""

import http.client
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from config.web.request_limits import MAX_HEADER_LENGTH
from deploy.ports import free_port
from deploy.server import granian_arguments
from reservations.models import Event
from tests.factories import make_event
from tests.servers import HOST, Running, running

pytestmark = pytest.mark.any_database

ROOM = MAX_HEADER_LENGTH - 100
MOST = 8.0
"""The allowed CPU time, in plain requests: reading 8 kB is not free."""
ROUNDS = 5


def _filled(beginning: str, repeated: str, end: str = "") -> str:
    return beginning + repeated * (ROOM // len(repeated)) + end


HEADERS: dict[str, tuple[str, str]] = {
    "blanks between codings": ("Accept-Encoding", _filled("gzip", " ", "x")),
    "many codings": ("Accept-Encoding", _filled("", "gzip;q=0.1,")),
    "a coding's long weight": ("Accept-Encoding", _filled("gzip;q=", "1")),
    "many media types": ("Accept", _filled("", "a/b;q=0.1,")),
    "a media type of many parts": ("Accept", _filled("a/b", ";a=b")),
    "quotes in a media type": ("Accept", _filled('a/b;a="', '\\"')),
    "what looks like tokens as the host": ("Host", _filled("", "eyJ-")),
    "colons as the host": ("Host", _filled("[", ":")),
    "a long origin": ("Origin", _filled("http://", "a.")),
    "escapes in a cookie": ("Cookie", _filled('sessionid="', '\\"', '"')),
    "octal escapes in a cookie": ("Cookie", _filled('sessionid="', "\\1", '"')),
    "many cookies": ("Cookie", _filled("", "a=b;")),
    "a long session": ("Cookie", _filled("sessionid=", "a")),
    "many tags": ("If-None-Match", _filled("", 'W/"a",')),
    "quotes for a tag": ("If-None-Match", _filled("", '"')),
    "blanks for a date": ("If-Modified-Since", _filled("Mon, ", " ")),
    "many proxies": ("X-Forwarded-For", _filled("", "1.1.1.1,")),
    "an address that is none": ("X-Forwarded-For", _filled("", ":")),
    "a token of dots": ("Authorization", _filled("Bearer ", ".")),
    "a token of words": ("Authorization", _filled("Bearer ", "e ")),
    "a long token": ("Authorization", _filled("Bearer eyJhbGciOiJIUzI1NiJ9.", "eyJ-")),
    "a content type of many parts": ("Content-Type", _filled("a/b", ";a=b")),
    "a content type of quotes": ("Content-Type", _filled('a/b; a="', '\\"')),
    "a long request id": ("X-Request-ID", _filled("", "0-")),
    "a long method to override": ("Access-Control-Request-Headers", _filled("", "a,")),
}
PATHS = {
    "slashes below the admin": _filled("/admin/", "r/", "x"),
    "slashes below the API": _filled("/api/", "a/"),
    "digits": _filled("/api/events/", "7", "/"),
    "escapes": _filled("/api/events/", "%2f", "/"),
    "a long query": _filled("/api/events/?", "a=b&"),
    "a long format": _filled("/api/events/?format=", "a;"),
}


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    port = free_port()
    arguments = granian_arguments(host=HOST, port=port)
    with running("granian", [sys.executable, "-m", "granian", *arguments], port) as server:
        yield server


@pytest.fixture
def layout(transactional_db: None) -> str:
    event = make_event(seats=4)
    event = Event.objects.get(pk=event.pk)
    return f"/api/events/{event.pk}/layouts/{event.layout}/"


def _cpu_ns(server: Running) -> int:
    """Return the CPU time of a server's worker process, not of its supervisor."""
    (worker,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    tasks = Path(f"/proc/{worker}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def _asked(server: Running, path: str, headers: dict[str, str]) -> tuple[int, int]:
    """Return a response's status and CPU time."""
    before = _cpu_ns(server)
    peer = http.client.HTTPConnection(HOST, server.port)
    peer.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
    answer = peer.getresponse()
    answer.read()
    answer.close()
    peer.close()
    return answer.status, _cpu_ns(server) - before


def _cost(server: Running, path: str, plain: str, headers: dict[str, str]) -> float:
    """Return the CPU time of a hostile request in plain ones, after checking its response."""
    for warm in (plain, path):
        _asked(server, warm, {})
    ratios = []
    for _ in range(ROUNDS):
        status, hostile = _asked(server, path, headers)
        assert status < 500
        ratios.append(hostile / max(_asked(server, plain, {})[1], 1))
    return median(ratios)


@pytest.mark.thorough
@pytest.mark.parametrize("name", HEADERS)
def test_a_hostile_header_costs_no_more_than_some_plain_requests(
    name: str, server: Running, layout: str
) -> None:
    headers = dict([HEADERS[name]])
    for path in (layout, "/api/me/"):
        assert _cost(server, path, "/api/me/", headers) < MOST


@pytest.mark.thorough
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_hostile_path_costs_no_more_than_some_plain_requests(
    path: str, server: Running, layout: str
) -> None:
    assert _cost(server, path, layout, {}) < MOST


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (PATHS["slashes below the admin"], {}, 414),
        ("/api/me/", {"Accept-Encoding": "gzip" + " " * 30_000 + "x"}, 431),
        ("/api/me/", {"X-Anything": "x" * 30_000}, 431),
    ],
    ids=["path", "known header", "unknown header"],
)
def test_a_long_path_or_header_is_refused_in_the_api_error_format(
    path: str, headers: dict[str, str], status: int, server: Running
) -> None:
    peer = http.client.HTTPConnection(HOST, server.port)
    peer.request("GET", path, headers=headers)
    answer = peer.getresponse()
    refusal = json.load(answer)
    answer.close()
    peer.close()
    assert (answer.status, refusal["code"]) == (status, "malformed")
    assert refusal["request_id"] == answer.headers["X-Request-ID"]
    assert refusal["error"]
