"""The client's address behind a static host that forwards and signs calls."""

import time
from typing import Any

import jwt
import pytest
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.settings import api_settings

from accounts.client_ip import client_ip, client_ip_of_scope
from tests.contract.calls import refusal
from tests.factories import make_event, stranger

pytestmark = pytest.mark.any_database

SECRET = "a-secret-that-only-the-static-host-knows"
BUYER, HOST = "203.0.113.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def _a_secret(settings: Settings) -> None:
    settings.SEATCAST_FORWARDING_SECRET = SECRET


def _signature(secret: str = SECRET, *, seconds: float = 300, **claims: Any) -> str:
    found = {"iss": "netlify", "exp": time.time() + seconds, "netlify_id": "1", **claims}
    return jwt.encode({name: value for name, value in found.items() if value}, secret)


def _clients(signature: str, client: str = BUYER) -> set[str]:
    """Return the client of a call, by Django's request and by the ASGI scope."""
    headers = {"X-Nf-Sign": signature, "X-Nf-Client-Connection-Ip": client}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=HOST)
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {client_ip(request), client_ip_of_scope({"client": (HOST, 1), "headers": pairs})}


def test_a_signed_client_address_is_used() -> None:
    assert _clients(_signature()) == {BUYER}
    assert _clients(_signature(), "2001:db8::7") == {"2001:db8::/64"}


@pytest.mark.parametrize(
    "signature",
    [
        *("", "rubbish", _signature("another-secret-that-is-long-enough-too")),
        *(_signature(seconds=-1), _signature(exp=None), _signature(iss=None)),
        *(_signature(iss="somebody"), jwt.encode({"iss": "netlify", "exp": 2e9}, "", "none")),
    ],
)
def test_an_invalid_signature_is_ignored(signature: str) -> None:
    assert _clients(signature) == {HOST}


def test_without_a_secret_every_signature_is_ignored(settings: Settings) -> None:
    settings.SEATCAST_FORWARDING_SECRET = ""
    assert _clients(_signature()) == {HOST}


def test_an_expired_signature_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    signature = _signature()
    assert _clients(signature) == {BUYER}
    later = time.time() + 301
    monkeypatch.setattr("accounts.client_ip.time.time", lambda: later)
    assert _clients(signature) == {HOST}


def test_throttles_count_by_client_behind_a_forwarding_host(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "address": "2/day"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    path, host = f"/api/events/{make_event().pk}/changes/", stranger()

    def ask(client: str) -> Any:
        headers = {"X-Nf-Sign": _signature(), "X-Nf-Client-Connection-Ip": client}
        return host.get(path, headers=headers)

    assert [ask(BUYER).status_code for _ in range(2)] == [200, 200]
    refusal(ask(BUYER), 429, "throttled")
    assert ask("203.0.113.8").status_code == 200
    assert host.get(path).status_code == 200
