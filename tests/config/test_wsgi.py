"""The site under a plain WSGI server, which has one thread and no WebSockets."""

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import httpx
import pytest

from config.version import VERSION
from config.web.request_limits import MAX_HEADER_LENGTH, MAX_PATH_LENGTH
from config.wsgi import application
from reservations.models import Event
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, seat_ids

JSON = "application/json"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a server that also checks for violations of PEP 3333."""
    with make_server("127.0.0.1", 0, validator(application), handler_class=_Quiet) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=4)


class _Browser(httpx.Client):
    """Sends the value of the CSRF cookie with writes, as the client does."""

    def post(self, url: str, json: Any = None, **more: Any) -> httpx.Response:  # type: ignore[override]
        headers = {"X-CSRFToken": self.cookies.get("csrftoken", ""), **more.pop("headers", {})}
        return super().post(url, json={} if json is None else json, headers=headers, **more)


@pytest.fixture
def visitor(site: str, event: Event) -> Iterator[_Browser]:
    with _Browser(base_url=site) as browser:
        browser.get("/api/csrf/")
        yield browser


@pytest.fixture
def alice(visitor: _Browser) -> _Browser:
    make_user("alice", password=PASSWORD)
    answer = visitor.post("/api/login/", {"username": "alice", "password": PASSWORD})
    assert answer.status_code == 200
    return visitor


def test_signing_in_buying_and_cancelling_works(alice: _Browser, event: Event) -> None:
    assert alice.get("/api/me/").json()["username"] == "alice"
    seat, other, _, _ = seat_ids(event)
    locked = alice.post(f"/api/events/{event.pk}/seats/{seat}/lock/")
    assert locked.json()["message"] == "Seat A1 locked for 5 minutes"
    assert alice.post(f"/api/events/{event.pk}/lock/", {"seat_ids": [other]}).status_code == 200
    released = alice.post(f"/api/events/{event.pk}/seats/{other}/unlock/")
    assert released.json()["seat"]["status"] == "available"
    order = {"seat_ids": [seat], "payment_method": "invoice"}
    booked = alice.post(f"/api/events/{event.pk}/reserve/", order)
    assert booked.status_code == 201
    listed = alice.get(f"/api/events/{event.pk}/seats/")
    assert [each["status"] for each in listed.json()] == ["reserved", *["available"] * 3]
    unchanged = {"If-None-Match": listed.headers["ETag"]}
    assert alice.get(listed.request.url.path, headers=unchanged).status_code == 304
    number = booked.json()["reservation_id"]
    assert alice.post(f"/api/reservations/{number}/cancel/").json()["success"] is True
    assert alice.post("/api/logout/").status_code == 200
    refusal(alice.get("/api/me/"), 401, "not_authenticated")


def test_an_idempotency_key_runs_a_command_once(alice: _Browser, event: Event) -> None:
    seat, key = seat_ids(event)[0], {"Idempotency-Key": "once"}
    path = f"/api/events/{event.pk}/seats/{seat}/lock/"
    first, again = (alice.post(path, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())


def test_errors_have_the_common_format(alice: _Browser, event: Event) -> None:
    path = f"/api/events/{event.pk}/"
    seat = seat_ids(event)[0]
    refusal(alice.post(f"{path}lock/", {"seat_ids": ["?"]}), 400, "invalid")
    refusal(alice.post(f"{path}seats/{seat}/unlock/"), 409, "not_holder")
    refusal(alice.get("/api/nope/"), 404, "not_found")
    refusal(alice.get(f"/api/{'x' * MAX_PATH_LENGTH}/"), 414, "malformed")
    long = {"Accept-Language": "x" * (MAX_HEADER_LENGTH + 1)}
    refusal(alice.get(path, headers=long), 431, "malformed")
    alice.cookies.delete("csrftoken")
    refusal(alice.post(f"{path}seats/{seat}/lock/"), 403, "csrf_failed")


def test_tokens_work(visitor: _Browser, event: Event) -> None:
    bob = {"username": "bob", "password": PASSWORD}
    make_user("bob", password=PASSWORD)
    visitor.cookies.clear()
    pair = visitor.post("/api/token/", bob).json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    path = f"/api/events/{event.pk}/seats/{seat_ids(event)[0]}/lock/"
    assert visitor.post(path, headers=bearer).status_code == 200
    wrong = {**bob, "password": "not-the-right-one"}
    refusal(visitor.post("/api/token/", wrong), 401, "invalid_credentials")


def test_probes_respond(site: str, event: Event) -> None:
    assert httpx.get(f"{site}/healthz").json() == {"healthy": True, "version": VERSION}
    assert httpx.get(f"{site}/readyz").status_code == 200
    assert "seatcast_request_seconds" in httpx.get(f"{site}/metrics").text
    assert httpx.head(f"{site}/healthz").content == b""


def test_static_files_are_served_and_sockets_are_404(site: str, event: Event) -> None:
    style = httpx.get(f"{site}/static/admin/css/base.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    assert httpx.get(f"{site}/ws/events/{event.pk}/", headers=upgrade).status_code == 404


def test_escaped_cookies_are_dropped(visitor: _Browser) -> None:
    cookies = {"Cookie": 'csrftoken=fine; evil="' + "\\" * 4000}
    assert visitor.get("/api/csrf/", headers=cookies).status_code == 200
