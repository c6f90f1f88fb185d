"""Of a thousand wrong passwords few are hashed, and the owner can still sign in."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.cache import caches
from django.http import HttpRequest
from pytest_django import Settings
from rest_framework.exceptions import Throttled
from rest_framework.test import APIRequestFactory

from accounts.api.views import TokenView
from accounts.known_devices import device_token
from accounts.login_throttle import ADDRESS_PAUSE_SECONDS, CEILINGS, FREE_PER_ADDRESS, attempt
from accounts.mail_links import password_fragment
from accounts.models import User
from tests.factories import PASSWORD, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TRIES = 1_000
HOME = "198.51.100.7"
HOURLY, DAILY = (most for most, _ in CEILINGS)

_sign_in = TokenView.as_view()
_requests = APIRequestFactory()


class QuickHasher(MD5PasswordHasher):
    """Counts the passwords that were hashed."""

    looked_at = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).looked_at += 1
        encoded: str = super().encode(password, salt)
        return encoded


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    """Count in this process, with a fast hasher."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "infrastructure.shared_cache.backends.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
    }
    caches["default"].clear()
    settings.PASSWORD_HASHERS = [f"{__name__}.{QuickHasher.__name__}"]


@pytest.fixture(autouse=True)
def device(quick: None) -> str:
    """Return the token of a device on which alice has signed in."""
    alice = User.objects.create(username="alice", password=make_password(PASSWORD))
    QuickHasher.looked_at = 0
    return device_token(_requests.get("/"), alice)


def _try(name: str, address: str, password: str = "wrong", *, device: str | None = None) -> int:
    body = {"username": name, "password": password, **({"device": device} if device else {})}
    answer = _sign_in(_requests.post("/api/token/", body, format="json", REMOTE_ADDR=address))
    if answer.status_code == 429:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.data["code"] == "throttled"
    return int(answer.status_code)


def _addresses() -> Iterator[str]:
    return (f"10.{number >> 8}.{number & 255}.1" for number in range(TRIES))


# Attackers' addresses, and how many of their guesses may be hashed.
ATTACKS: dict[str, tuple[Callable[[], Iterator[tuple[str, str]]], Callable[[], int]]] = {
    "one name from one address": (
        lambda: (("alice", "10.0.0.1") for _ in range(TRIES)),
        lambda: settings.SEATCAST_LOGIN_TRIES,
    ),
    "one name, in all ways to write it": (
        lambda: (
            ("".join(c.upper() if n >> i & 1 else c for i, c in enumerate("alice")), "10.0.0.1")
            for n in range(TRIES)
        ),
        lambda: settings.SEATCAST_LOGIN_TRIES,
    ),
    "many names from one address": (
        lambda: ((f"buyer{number}", "10.0.0.1") for number in range(TRIES)),
        lambda: FREE_PER_ADDRESS,
    ),
    "one name from many addresses": (
        lambda: (("alice", address) for address in _addresses()),
        lambda: HOURLY,
    ),
    "one name from 90 networks of one /48": (
        lambda: (("alice", f"2001:db8:1:{number % 90:x}00::1") for number in range(TRIES)),
        lambda: 3 * settings.SEATCAST_LOGIN_TRIES,
    ),
    "one name from a /56": (
        lambda: (("alice", f"2001:db8:1:{number % 256:x}::1") for number in range(TRIES)),
        lambda: 2 * settings.SEATCAST_LOGIN_TRIES,
    ),
    "one name from a /24": (
        lambda: (("alice", f"10.0.0.{number % 256}") for number in range(TRIES)),
        lambda: 2 * settings.SEATCAST_LOGIN_TRIES,
    ),
    "many names from all networks of a /48": (
        lambda: ((f"buyer{n}", f"2001:db8:1:{n % 65_536:x}::1") for n in range(TRIES)),
        lambda: 3 * FREE_PER_ADDRESS,
    ),
    "one name from all addresses of a network": (
        lambda: (("alice", f"2001:db8::{number:x}") for number in range(TRIES)),
        lambda: settings.SEATCAST_LOGIN_TRIES,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_of_a_thousand_guesses_few_are_hashed(attack: str, device: str) -> None:
    tries, most = ATTACKS[attack]
    began = time.monotonic()
    looked_at = sum(_is_looked_at(name, address) for name, address in tries())
    # The widest network has the shortest pause, a third of this one.
    pauses = 3 * (time.monotonic() - began) / ADDRESS_PAUSE_SECONDS
    # One more passes if a pause ends during the test.
    assert most() <= looked_at <= most() + 1 + pauses
    assert _try("alice", HOME, PASSWORD, device=device) == 200


def _is_looked_at(name: str, address: str) -> bool:
    """Return whether the throttle lets a wrong password pass."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    try:
        with attempt(request, name):
            return True
    except Throttled:
        return False


def test_a_correct_guess_above_the_limit_is_refused() -> None:
    for _ in range(50):
        _try("alice", "10.0.0.1")
    assert _try("alice", "10.0.0.1", PASSWORD) == 429


def test_a_response_does_not_reveal_whether_a_username_exists() -> None:
    answers: dict[str, list[Any]] = {
        name: [_try(name, f"10.1.1.{len(name)}") for _ in range(50)]
        for name in ("alice", "nobody1")
    }
    assert answers["alice"] == answers["nobody1"]
    assert QuickHasher.looked_at == 2 * settings.SEATCAST_LOGIN_TRIES


def _guess_all_day(monkeypatch: pytest.MonkeyPatch, name: str) -> int:
    """Return how many guesses pass when a botnet guesses once a minute for a day."""
    midnight, looked_at = time.time() // 86_400 * 86_400, 0
    for minute in range(24 * 60):
        monkeypatch.setattr(time, "time", lambda minute=minute: midnight + 60.0 * minute)
        looked_at += _is_looked_at(name, f"10.{minute >> 8}.{minute & 255}.1")
    return looked_at


def test_the_daily_ceiling_does_not_stop_a_known_device(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    assert _guess_all_day(monkeypatch, "alice") == DAILY
    assert _try("alice", HOME, PASSWORD) == 429
    assert _try("alice", HOME, PASSWORD, device=device) == 200


def test_an_unknown_username_has_the_same_ceiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _guess_all_day(monkeypatch, "nobody") == DAILY
    assert _try("nobody", HOME, PASSWORD) == 429


def test_a_locked_out_owner_can_sign_in_after_a_password_reset() -> None:
    for address in _addresses():
        _is_looked_at("alice", address)
    alice, client = User.objects.get(username="alice"), stranger()
    new = {"username": "alice", "password": "another-long-word"}
    assert client.post("/api/login/", {**new, "password": PASSWORD}).status_code == 429
    link = dict(part.split("=", 1) for part in password_fragment(alice).split("&"))
    assert client.post(
        "/api/password/reset/confirm/", {**link, "password": new["password"]}
    ).json()["success"]
    assert client.post("/api/login/", new).status_code == 200
