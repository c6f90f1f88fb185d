"""Retries of the chaos client, and the violations it reports."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.address import Address
from laboratory.chaos import shop as module
from laboratory.chaos.shop import AnswerLog, Shop

Answer = tuple[int, dict[str, Any]]


@contextmanager
def shop(*answers: Answer) -> Iterator[tuple[Shop, list[str | None]]]:
    """Yield a client of a server with these answers, and the keys that it is asked with."""
    left, keys = list(answers), list[str | None]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            keys.append(self.headers.get("Idempotency-Key"))
            status, body = left.pop(0)
            self.send_response(status)
            if status == 503:
                self.send_header("Retry-After", "2")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        address = Address(host="127.0.0.1", port=server.server_port)
        yield Shop(address, "token", AnswerLog(), random.Random(1)), keys
        server.shutdown()
        thread.join()


@pytest.fixture
def once_more(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    monkeypatch.setattr(module, "_MOST_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(module, "_ONCE_MORE", 0.0)
    return lambda chance: monkeypatch.setattr(module, "_ONCE_MORE", chance)


def _locked(until: str) -> Answer:
    return 200, {"seats": [{"id": 7, "locked_until": until}]}


def test_requests_are_retried_with_the_same_key(
    once_more: Callable[[float], None],
) -> None:
    busy = (503, {"error": "Busy.", "code": "busy"})
    in_flight = (409, {"error": "Wait.", "code": "idempotency_key_in_flight"})
    with shop(busy, in_flight, _locked("now")) as (client, keys):
        serve_client = client.post("/lock/")
    assert serve_client is not None
    assert serve_client.status == 200
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert client.answer_log.violations == []


@pytest.mark.parametrize(("second", "violations"), [("12:00", 0), ("12:01", 1)])
def test_different_responses_to_one_key_are_a_violation(
    second: str, violations: int, once_more: Callable[[float], None]
) -> None:
    once_more(1.0)
    with shop(_locked("12:00"), _locked(second)) as (client, keys):
        client.post("/lock/")
    assert keys[0] == keys[1]
    assert len(client.answer_log.violations) == violations


@pytest.mark.parametrize("status", [500, 502, 504, 409])
def test_unexpected_responses_are_violations(
    status: int, once_more: Callable[[float], None]
) -> None:
    with shop((status, {}), _locked("12:00")) as (client, _):
        client.post("/lock/", is_keyed=False)
    assert len(client.answer_log.violations) == 1
