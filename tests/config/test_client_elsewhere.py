"""A client on another host: what CORS, CSRF and origin checks allow it, and no one else."""

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from config.web.origins import AllowedOrigins
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, stranger

CLIENT = "https://tickets.example.org"
STRANGER = "https://evil.example"

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def client_elsewhere(settings: Settings) -> None:
    settings.CLIENT_ORIGINS = settings.CORS_ALLOWED_ORIGINS = [CLIENT]


def _without_cookies() -> APIClient:
    client = stranger()
    client.cookies.clear()
    return client


def _asks_whether_it_may(origin: str, path: str, *headers: str) -> Any:
    return _without_cookies().options(
        path,
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS=",".join(headers),
    )


def test_tokens_and_idempotency_keys_are_allowed() -> None:
    wanted = ("authorization", "content-type", "idempotency-key", "if-none-match")
    answer = _asks_whether_it_may(CLIENT, "/api/events/1/lock/", *wanted)
    assert answer.headers["Access-Control-Allow-Origin"] == CLIENT
    allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert set(wanted) <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_other_origins_are_not_allowed() -> None:
    answer = _asks_whether_it_may(STRANGER, "/api/events/1/lock/", "authorization")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_needed_response_headers_are_exposed() -> None:
    event = make_event()
    answer = _without_cookies().get(f"/api/events/{event.pk}/seats/", HTTP_ORIGIN=CLIENT)
    assert answer.headers["Access-Control-Allow-Origin"] == CLIENT
    readable = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Date", "ETag", "Link", "Retry-After"} <= readable
    assert {"X-Request-ID", "X-Seatcast-Layout"} <= readable
    assert "origin" in answer.headers["Vary"].lower()


def test_error_responses_are_readable() -> None:
    answer = _without_cookies().get("/api/me/", HTTP_ORIGIN=CLIENT)
    refusal(answer, 401, "not_authenticated")
    assert answer.headers["Access-Control-Allow-Origin"] == CLIENT


def test_registering_without_cookies_and_getting_tokens_is_allowed() -> None:
    zoe = {"username": "zoe", "password": PASSWORD}
    client = _without_cookies()
    response = client.post("/api/register/", zoe, HTTP_ORIGIN=CLIENT)
    assert response.status_code == 201
    assert not response.cookies
    pair = client.post("/api/token/", zoe, HTTP_ORIGIN=CLIENT).json()
    bearer = f"Bearer {pair['access']}"
    assert client.get("/api/me/", HTTP_AUTHORIZATION=bearer).json()["username"] == "zoe"


@pytest.mark.parametrize("origin", [STRANGER, "null", "", f"{CLIENT}.evil.example"])
def test_registering_from_other_origins_needs_a_csrf_token(origin: str) -> None:
    answer = _without_cookies().post(
        "/api/register/", {"username": "zoe", "password": PASSWORD}, HTTP_ORIGIN=origin
    )
    refusal(answer, 403, "csrf_failed")
    assert not User.objects.exists()


def test_requests_with_cookies_always_need_a_csrf_token() -> None:
    make_user("alice", password=PASSWORD)
    client = _without_cookies()
    client.login(username="alice", password=PASSWORD)
    answer = client.post(
        "/api/register/", {"username": "zoe", "password": PASSWORD}, HTTP_ORIGIN=CLIENT
    )
    refusal(answer, 403, "csrf_failed")


@pytest.mark.parametrize(("origin", "is_let_in"), [(CLIENT, True), (STRANGER, False)])
async def test_only_allowed_origins_open_sockets(origin: str, is_let_in: bool) -> None:
    async def accepting(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    communicator = WebsocketCommunicator(
        AllowedOrigins(accepting), "/ws/events/1/", headers=[(b"origin", origin.encode())]
    )
    connected, _ = await communicator.connect()
    assert connected is is_let_in
