"""The probe of the site notes each answer that was decided, and waits for none."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.address import Address
from deploy.waiting import wait_until
from laboratory.cluster.probes import SiteProbe

DECIDED = (404, b'{"error": "There is no such seat.", "code": "seat_not_found"}')
AWAY = (503, b'{"error": "Try again.", "code": "unavailable"}')
NOT_JSON = (502, b"Bad gateway")


class Site(ThreadingHTTPServer):
    """Answers requests with `answers`, in turn. None is answered with DECIDED after `is_thawed`."""

    daemon_threads = True
    answers: tuple[tuple[int, bytes] | None, ...] = ()
    asked = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.is_thawed = threading.Event()
        self._counting = threading.Lock()

    def was_asked(self, times: int) -> bool:
        return self.asked == times

    def next_answer(self) -> tuple[int, bytes]:
        with self._counting:
            answer = self.answers[self.asked]
            self.asked += 1
        if answer is None:
            self.is_thawed.wait(20)
        return answer or DECIDED


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        status, body = self.server.next_answer()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        serving = threading.Thread(target=server.serve_forever, args=[0.01])
        serving.start()
        yield server
        server.is_thawed.set()
        server.shutdown()
        serving.join()


def _probe(site: Site) -> SiteProbe:
    address = Address(host="127.0.0.1", port=site.server_port)
    return SiteProbe([address], event_id=1, token="a.b.c")


def _ask_three_times(probe: SiteProbe, site: Site) -> None:
    """Ask one after the other, so that each request has its answer."""
    for count in (1, 2, 3):
        probe.attempt()
        assert wait_until(partial(site.was_asked, count), seconds=20)


def test_it_asks_again_while_an_answer_is_missing(site: Site) -> None:
    site.answers = (None, DECIDED, DECIDED)
    probe = _probe(site)
    _ask_three_times(probe, site)
    assert wait_until(lambda: len(probe.decided) == 2, seconds=20)
    site.is_thawed.set()
    assert wait_until(lambda: len(probe.decided) == 3, seconds=20)


def test_only_answers_of_the_rules_count(site: Site) -> None:
    site.answers = (AWAY, NOT_JSON, DECIDED)
    probe = _probe(site)
    _ask_three_times(probe, site)
    assert wait_until(lambda: len(probe.decided) >= 1, seconds=20)
    assert len(probe.decided) == 1
