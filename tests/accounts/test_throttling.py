"""How often one may try to sign in or to register."""

import secrets

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.throttles import LoginThrottle, RegisterThrottle
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let through two tries a minute; DRF reads its rates once, when it is imported."""
    monkeypatch.setattr(LoginThrottle, "THROTTLE_RATES", {"login": "2/min"})
    monkeypatch.setattr(RegisterThrottle, "THROTTLE_RATES", {"register": "2/min"})


def _try(client: APIClient, name: str, path: str = "/api/login/") -> int:
    return int(client.post(path, {"username": name, "password": "wrong"}).status_code)


@pytest.mark.parametrize("path", ["/api/login/", "/api/token/"])
def test_too_many_tries_are_a_429_that_says_when_to_come_back(path: str) -> None:
    client, name = stranger(), secrets.token_hex(8)
    assert [_try(client, name, path) for _ in range(2)] == [401, 401]
    response = client.post(path, {"username": name, "password": "wrong"})
    refusal(response, 429, "throttled")
    assert 1 <= int(response.headers["Retry-After"]) <= 61


def test_the_right_password_does_not_help_any_more() -> None:
    client, alice = stranger(), make_user(secrets.token_hex(8), password=PASSWORD)
    for _ in range(2):
        _try(client, alice.username)
    response = client.post("/api/login/", {"username": alice.username, "password": PASSWORD})
    refusal(response, 429, "throttled")


def test_tries_at_signing_in_count_together_however_they_are_made() -> None:
    client, name = stranger(), secrets.token_hex(8)
    assert _try(client, name) == 401
    assert _try(client, name, "/api/token/") == 401
    assert _try(client, name.upper()) == 429


def test_nobody_can_lock_others_out_from_elsewhere() -> None:
    name = secrets.token_hex(8)
    assert [_try(stranger(), name) for _ in range(4)] == [401] * 4


def test_a_forwarded_address_is_believed_of_no_client(settings: Settings) -> None:
    client, name = stranger(), secrets.token_hex(8)
    codes = []
    for number in range(3):
        client.credentials(HTTP_X_FORWARDED_FOR=f"10.9.8.{number}")
        codes.append(_try(client, name))
    assert codes == [401, 401, 429]


def test_registering_is_counted_by_address() -> None:
    client = stranger()
    names = [secrets.token_hex(8) for _ in range(3)]
    answers = [
        client.post("/api/register/", {"username": name, "password": PASSWORD}) for name in names
    ]
    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    refusal(answers[2], 429, "throttled")


def test_weird_names_are_counted_without_a_fault() -> None:
    for name in ("x" * 10_000, "é\u0000", ["a"], {"a": 1}, None, 5):
        assert stranger().post("/api/login/", {"username": name}).status_code == 400


def test_while_the_cache_is_away_people_can_still_sign_in(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    alice = make_user("alice", password=PASSWORD)
    response = stranger().post("/api/login/", {"username": "alice", "password": PASSWORD})
    assert response.json()["user_id"] == alice.pk
