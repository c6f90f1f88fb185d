"""Asynchronous views respond exactly as they do through Django's own handler."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from django.utils.asyncio import async_unsafe
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import revocations, session_cache, throttles, tokens
from accounts.models import User
from config.web.async_views import with_async_views
from config.web.parsers import MAX_BODY_BYTES
from config.web.wsgi_threads import run_wsgi_in_threads
from infrastructure import shared_cache
from reservations.bookings import command_queue
from reservations.events import access
from reservations.models import Event, Reservation, Seat
from reservations.payments.demo import DemoProvider
from reservations.ports.payment_provider import provider
from reservations.runtime import threads
from reservations.seat_finder import alternatives
from tests.concurrent_commands import PATIENCE_SECONDS
from tests.factories import let_locks_run_out, make_event, make_user, seat_ids, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

ELSEWHERE = "https://seats.example"

Headers = dict[str, str]


@dataclass
class Answer:
    status: int
    headers: Headers
    body: Any


class Site:
    """A site by its asynchronous views, and by Django's WSGI handler. `left` counts the others."""

    def __init__(self) -> None:
        self._django = run_wsgi_in_threads(get_wsgi_application(), threads=2)
        self.application = with_async_views(self._counted)
        self.left = 0

    async def _counted(self, scope: Any, receive: Any, send: Any) -> None:
        self.left += 1
        await self._django(scope, receive, send)

    def send(self, path: str, headers: Headers, *body: bytes, **scope: Any) -> Answer:
        return async_to_sync(_request)(self.application, path, headers, body or (b"{}",), scope)

    def django(self, path: str, headers: Headers, *body: bytes, **scope: Any) -> Answer:
        return async_to_sync(_request)(self._django, path, headers, body or (b"{}",), scope)


async def _request(
    application: Any, path: str, headers: Headers, body: Sequence[bytes], more: dict[str, Any]
) -> Answer:
    """Send a request, with its body in so many pieces."""
    messages: list[Any] = []
    left = list(body)

    async def receive() -> Any:
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {**_scope(path, headers, size=sum(map(len, body))), **more}
    await application(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in messages[1:])
    found = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
    is_json = found.get("content-type") == "application/json"
    return Answer(messages[0]["status"], found, orjson.loads(content) if is_json else content)


def _scope(path: str, headers: Headers, *, size: int) -> dict[str, Any]:
    plain = {"host": "127.0.0.1:8000", "content-length": str(size)}
    if size:
        plain["content-type"] = "application/json"
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "headers": [(k.encode(), v.encode()) for k, v in {**plain, **headers}.items()],
    }


class Scene:
    """A public event, and Alice, who is signed in with a token."""

    def __init__(self, **headers: str) -> None:
        self.site, self.event, self.alice = Site(), make_event(seats=12), make_user("alice")
        self.seats = seat_ids(self.event)
        self.bearer = {**_bearer(self.alice), **headers}

    def one(self, call: str, seat: int) -> str:
        return f"/api/events/{self.event.pk}/seats/{seat}/{call}/"

    def many(self, call: str) -> str:
        return f"/api/events/{self.event.pk}/{call}/"

    def send(self, call: str, seats: tuple[int, ...], **fields: Any) -> Answer:
        body = orjson.dumps({"seat_ids": seats, **fields})
        return self.site.send(self.many(call), self.bearer, body)

    def same(
        self, path: str, headers: Headers, *body: bytes, key: bool = True, **scope: Any
    ) -> Answer:
        """Send a request to both handlers with one key; check that they agree and return it."""
        named = {"idempotency-key": "once"} if key else {}
        sent = self.site.send(path, {**named, **headers}, *body, **scope)
        assert self.site.left == 0
        django = self.site.django(path, {**named, **headers}, *body, **scope)
        assert _comparable(sent) == _comparable(django)
        return sent


def _bearer(user: User) -> Headers:
    return {"authorization": f"Bearer {tokens.issue_pair(user)['access']}"}


def _cookies(client: APIClient) -> Headers:
    token = client.cookies["csrftoken"].value
    cookie = f"csrftoken={token}; sessionid={client.cookies['sessionid'].value}"
    return {"cookie": cookie, "x-csrftoken": token}


def _comparable(answer: Answer) -> tuple[int, Headers, Any]:
    """Return what two responses must have in common: everything but the request's id."""
    headers = {name: text for name, text in answer.headers.items() if name != "x-request-id"}
    body = answer.body
    if isinstance(body, dict) and "request_id" in body:
        assert body["request_id"] == answer.headers["x-request-id"]
        body = {**body, "request_id": None}
    return answer.status, headers, body


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("call", ["lock", "unlock"])
def test_single_seat_commands_match_django(scene: Scene, call: str) -> None:
    if call == "unlock":
        scene.send("lock", scene.seats[:1])
    found = scene.same(scene.one(call, scene.seats[0]), scene.bearer)
    assert (found.status, found.body["seat"]["id"]) == (200, scene.seats[0])


@pytest.mark.parametrize("call", ["lock", "unlock", "reserve"])
def test_several_seat_commands_match_django(scene: Scene, call: str) -> None:
    seats, fields = scene.seats[:2], {}
    if call != "lock":
        scene.send("lock", seats)
    if call == "reserve":
        fields = {"payment_method": "cash"}
    found = scene.same(scene.many(call), scene.bearer, orjson.dumps({"seat_ids": seats, **fields}))
    assert found.status == (201 if call == "reserve" else 200)


def test_an_empty_body_is_an_empty_object(scene: Scene) -> None:
    assert scene.same(scene.one("lock", scene.seats[0]), scene.bearer, b"").status == 200


def test_session_authentication_matches_django(scene: Scene) -> None:
    cookies = _cookies(signed_in(make_user("bob")))
    path = scene.one("lock", scene.seats[0])
    # At first the session itself is read, so the response varies by cookie.
    scene.site.send(path, cookies)
    assert scene.same(path, {**cookies, "origin": "http://127.0.0.1:8000"}).status == 200


@pytest.mark.parametrize("by_cookie", [False, True])
def test_a_command_uses_no_thread_but_the_queues(
    scene: Scene, by_cookie: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PUBLIC_SECONDS", 600)
    monkeypatch.setattr(revocations, "SECONDS_BETWEEN_READS", 600)
    headers = _cookies(signed_in(make_user("bob"))) if by_cookie else scene.bearer
    path = scene.one("lock", scene.seats[0])
    # The user is queried first, then cached for all processes, then in this process.
    for _ in range(3):
        assert scene.site.send(path, headers).status == 200
    started: list[object] = []
    monkeypatch.setattr(threads, "_start", lambda *work: started.append(work))
    assert scene.site.send(path, headers).status == 200
    assert started == []


def test_a_cached_session_is_queried_again_after_a_minute(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PUBLIC_SECONDS", 600)
    monkeypatch.setattr(revocations, "SECONDS_BETWEEN_READS", 600)
    cookies, path = _cookies(signed_in(make_user("bob"))), scene.one("lock", scene.seats[0])
    for _ in range(3):
        scene.site.send(path, cookies)
    started, start = [], threads._start

    def record(*work: Any) -> Any:
        started.append(work)
        return start(*work)

    monkeypatch.setattr(threads, "_start", record)
    scene.site.send(path, cookies)
    assert not started
    later = time.time() + session_cache.CACHE_SECONDS
    monkeypatch.setattr(session_cache, "time", SimpleNamespace(time=lambda: later))
    assert scene.site.send(path, cookies).status == 200
    assert started


def test_every_tenth_request_is_counted_in_the_shared_cache(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    increments, count = [], shared_cache.incr_many

    @async_unsafe
    def record(counts: Mapping[str, float], *, by: int = 1) -> list[int]:
        increments.append(by)
        return count(counts, by=by)

    monkeypatch.setattr(shared_cache, "incr_many", record)
    # Counts begin anew with each minute.
    monkeypatch.setattr(throttles, "time", SimpleNamespace(time=lambda: 0.0))
    for _ in range(20):
        assert scene.site.send(scene.one("lock", scene.seats[0]), scene.bearer).status == 200
    throttles._sync_thread.submit(lambda: None).result(PATIENCE_SECONDS)
    assert increments == [10, 10]


def _taken(scene: Scene) -> None:
    scene.site.django(scene.one("lock", scene.seats[0]), _bearer(make_user("bob")))


def _out_of_time(scene: Scene) -> None:
    scene.send("lock", scene.seats[:1])
    let_locks_run_out(scene.event)


def _closed(scene: Scene) -> None:
    Event.objects.update(sales_close_at=timezone.now() - timedelta(seconds=1))


def _all_gone(scene: Scene) -> None:
    Seat.objects.filter(pk=scene.seats[0]).delete()


def _nothing(scene: Scene) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "call", "code"),
    [
        (_taken, "lock", "seat_unavailable"),
        (_taken, "reserve", "seat_unavailable"),
        (_out_of_time, "reserve", "lock_expired"),
        (_closed, "lock", "sales_closed"),
        (_all_gone, "lock", "seat_not_found"),
        (_nothing, "unlock", "not_holder"),
    ],
)
def test_errors_match_django(
    scene: Scene, before: Callable[[Scene], None], call: str, code: str
) -> None:
    before(scene)
    fields = {"payment_method": "cash"} if call == "reserve" else {}
    body = orjson.dumps({"seat_ids": scene.seats[:1], **fields})
    found = scene.same(scene.many(call), scene.bearer, body, key=False)
    assert found.body["code"] == code
    assert ("alternatives" in found.body) == (code in ("seat_unavailable", "lock_expired"))


def test_a_reused_key_matches_django(scene: Scene) -> None:
    scene.same(scene.one("lock", scene.seats[0]), scene.bearer)
    assert scene.same(scene.one("lock", scene.seats[1]), scene.bearer).status == 422


def test_cross_origin_requests_match_django(settings: Settings) -> None:
    settings.CLIENT_ORIGINS = settings.CORS_ALLOWED_ORIGINS = [ELSEWHERE]
    scene = Scene()
    path, headers = scene.one("lock", scene.seats[0]), {**scene.bearer, "origin": ELSEWHERE}
    assert scene.same(path, headers).headers["access-control-allow-origin"] == ELSEWHERE


def test_https_requests_match_django(settings: Settings) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 100
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    scene = Scene(**{"x-forwarded-proto": "https"})
    path = scene.one("lock", scene.seats[0])
    headers = {**scene.bearer, "origin": "https://127.0.0.1:8000"}
    assert "strict-transport-security" in scene.same(path, headers).headers
    plain = scene.same(path, {**headers, "x-forwarded-proto": "http"})
    assert (plain.status, plain.headers["location"]) == (301, f"https://127.0.0.1:8000{path}")


def test_the_proxys_id_is_kept(settings: Settings, scene: Scene) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    number = "8bc9da74-66c5-4eae-a071-099eeeadb3f4"
    path = scene.one("lock", scene.seats[0])
    found = scene.same(path, {**scene.bearer, "x-request-id": number})
    assert found.headers["x-request-id"] == number


UNUSUAL: dict[str, tuple[Headers, bytes, dict[str, Any]]] = {
    "anonymous": ({"authorization": ""}, b"{}", {}),
    "another scheme": ({"authorization": "Basic YTpi"}, b"{}", {}),
    "garbage for a token": ({"authorization": "Bearer a.b.c"}, b"{}", {}),
    "an unknown host": ({"host": "evil.example"}, b"{}", {}),
    "a foreign page": ({"origin": "https://evil.example"}, b"{}", {}),
    "no json wanted": ({"accept": "text/html"}, b"{}", {}),
    "no json sent": ({"content-type": "text/plain"}, b"{}", {}),
    "a key too long": ({"idempotency-key": "x" * 256}, b"{}", {}),
    "more than is wanted": ({}, b'{"x": 1}', {}),
    "no json at all": ({}, b"{", {}),
    "too long a body": ({}, b" " * (MAX_BODY_BYTES + 1), {}),
    "a query": ({}, b"{}", {"query_string": b"x=1"}),
    "chunks": ({"transfer-encoding": "chunked"}, b"{}", {}),
    "another method": ({}, b"", {"method": "GET"}),
    "a preflight": ({"access-control-request-method": "POST"}, b"", {"method": "OPTIONS"}),
    "what may be sent": ({}, b"", {"method": "OPTIONS"}),
}


@pytest.mark.parametrize("what", UNUSUAL)
def test_unusual_requests_match_django(scene: Scene, what: str) -> None:
    more, body, scope = UNUSUAL[what]
    found = scene.same(scene.one("lock", scene.seats[0]), {**scene.bearer, **more}, body, **scope)
    assert found.status < 500


@pytest.mark.parametrize(
    "fields",
    [
        {"seat_ids": []},
        {"seat_ids": [0]},
        {"seat_ids": [True]},
        {"seat_ids": ["1"]},
        {"seat_ids": [2**63]},
        {"seat_ids": 1},
        {"seat_ids": list(range(1, 502))},
        [],
    ],
)
def test_invalid_seat_lists_match_django(scene: Scene, fields: Any) -> None:
    assert scene.same(scene.many("lock"), scene.bearer, orjson.dumps(fields)).status in (
        400,
        404,
        409,
    )


@pytest.mark.parametrize("method", ["card", "gold", None, ["cash"]])
def test_payment_methods_match_django(scene: Scene, method: Any) -> None:
    scene.send("lock", scene.seats[-1:])
    body = orjson.dumps({"seat_ids": scene.seats[-1:], "payment_method": method})
    assert scene.same(scene.many("reserve"), scene.bearer, body).status in (201, 400)


def test_unknown_paths_are_passed_on(scene: Scene) -> None:
    scene.site.send("/api/nothing/", scene.bearer)
    scene.site.send("/api/logout/", scene.bearer)
    assert scene.site.left == 2


class Doubled(DemoProvider):
    """A provider one of whose methods is named as one that needs none."""

    @property
    def methods(self) -> Mapping[str, str]:
        return {"cash": "Cash that somebody fetches"}


def test_an_ambiguous_payment_method_books_nothing(scene: Scene, settings: Settings) -> None:
    settings.SEATCAST_PAYMENT_PROVIDER = f"{__name__}.{Doubled.__name__}"
    provider.cache_clear()
    try:
        assert scene.send("reserve", scene.seats[-1:], payment_method="cash").status == 500
        assert not Reservation.objects.exists()
        with pytest.raises(SystemCheckError, match="E002"):
            call_command("check")
    finally:
        provider.cache_clear()


def test_a_body_in_chunks_is_read(scene: Scene) -> None:
    path = scene.one("lock", scene.seats[0])
    assert scene.same(path, scene.bearer, b"", b"{", key=False).status == 400
    assert scene.same(path, scene.bearer, b"", b"{", b"}").status == 200


def test_an_endless_body_is_refused(scene: Scene) -> None:
    sent: list[Any] = []

    async def go_on() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b" " * 1024, "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = _scope(scene.one("lock", scene.seats[0]), scene.bearer, size=10**9)
        await asyncio.wait_for(scene.site.application(scope, receive, send), PATIENCE_SECONDS)

    async_to_sync(go_on)()
    assert sent[0]["status"] == 400


def test_a_client_may_disconnect_before_its_body_is_complete(scene: Scene) -> None:
    messages = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def leave() -> None:
        async def receive() -> Any:
            return messages.pop(0)

        scope = _scope(scene.one("lock", scene.seats[0]), scene.bearer, size=2)
        await scene.site.application(scope, receive, sent.append)

    async_to_sync(leave)()
    assert sent == []
    assert not Seat.objects.filter(locked_by=scene.alice).exists()


def test_a_session_without_its_csrf_token_is_refused(scene: Scene) -> None:
    cookies, path = _cookies(signed_in(make_user("bob"))), scene.one("lock", scene.seats[0])
    for _ in range(2):
        scene.site.send(path, cookies)
    for wrong in ("", "a" * 32):
        assert scene.site.send(path, {**cookies, "x-csrftoken": wrong}).status == 403


def test_a_signed_out_session_is_refused_immediately(scene: Scene) -> None:
    client = signed_in(make_user("bob"))
    cookies, path = _cookies(client), scene.one("lock", scene.seats[0])
    for _ in range(3):
        assert scene.site.send(path, cookies).status == 200
    assert client.post("/api/logout/").status_code == 200
    assert scene.site.send(path, cookies).status == 401


def test_revoked_tokens_are_refused_immediately(scene: Scene) -> None:
    revocations.revoke_all(scene.alice)
    assert scene.site.send(scene.one("lock", scene.seats[0]), scene.bearer).status == 401


def test_making_an_event_members_only_takes_effect_when_the_cache_expires(
    scene: Scene,
) -> None:
    group = Group.objects.create(name="members")
    Event.objects.update(visibility=Event.Visibility.MEMBERS, member_group=group)
    access.clear_visibility_cache()
    assert scene.site.send(scene.one("lock", scene.seats[0]), scene.bearer).status == 403


def test_throttled_requests_are_refused(scene: Scene, settings: Settings) -> None:
    rates = {**settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "person": "15/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    path = scene.one("lock", scene.seats[0])
    statuses = [scene.site.send(path, scene.bearer).status for _ in range(16)]
    assert statuses == [200] * 15 + [429]


def test_a_full_command_queue_matches_django(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_queue, "MAX_QUEUED_COMMANDS", 0)
    found = scene.same(scene.one("lock", scene.seats[0]), scene.bearer, key=False)
    assert (found.status, found.body["code"], found.headers["retry-after"]) == (503, "busy", "2")


def test_at_most_two_refused_commands_wait_for_alternatives(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = _bearer(make_user("bob"))
    scene.site.django(scene.many("lock"), bob, orjson.dumps({"seat_ids": scene.seats[:10]}))
    may_go_on, search = threading.Event(), alternatives._search
    answered: list[int] = []

    def slow(key: Any) -> Any:
        assert may_go_on.wait(PATIENCE_SECONDS)
        return search(key)

    monkeypatch.setattr(alternatives, "_search", slow)

    async def click(seat: int) -> None:
        path = scene.one("lock", seat)
        found = await _request(scene.site.application, path, scene.bearer, (b"{}",), {})
        answered.append(found.status)
        if len(answered) == 8:
            may_go_on.set()

    async def rush() -> None:
        await asyncio.gather(*map(click, scene.seats[:10]))

    async_to_sync(rush)()
    assert answered == [409] * 10


def test_internal_errors_match_django(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(command_queue, "asubmit", broken)
    found = scene.site.send(scene.one("lock", scene.seats[0]), scene.bearer)
    assert (found.status, found.body["code"]) == (500, "server_error")


def test_traced_requests_are_passed_to_django_except_those_for_event_streams(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    site = Site()
    assert site.send(f"/ws/events/{scene.event.pk}/", {}).status == 405
    assert site.left == 0
    assert site.send(scene.one("lock", scene.seats[0]), scene.bearer).status == 200
    assert site.left == 1


def _offering_nothing(scene: Scene) -> None:
    Event.objects.update(offline_methods=[])


def _asking_for_an_address(scene: Scene) -> None:
    Event.objects.update(requires_verified_email=True)


def _selling_one(scene: Scene) -> None:
    Event.objects.update(purchase_cap=1)


@pytest.mark.parametrize(
    ("before", "status", "code"),
    [
        (_offering_nothing, 400, "invalid"),
        (_asking_for_an_address, 403, "email_not_verified"),
        (_selling_one, 409, "purchase_limit"),
    ],
)
def test_rules_of_the_event_match_django(
    scene: Scene, before: Callable[[Scene], None], status: int, code: str
) -> None:
    scene.send("lock", scene.seats[:2])
    before(scene)
    body = orjson.dumps({"seat_ids": scene.seats[:2], "payment_method": "cash"})
    found = scene.same(scene.many("reserve"), scene.bearer, body, key=False)
    assert (found.status, found.body["code"]) == (status, code)
