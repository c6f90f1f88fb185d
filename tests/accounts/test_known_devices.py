"""Devices that are known from a sign-in."""

from typing import Any

import pytest
from django.core import signing
from django.test import RequestFactory

from accounts import known_devices
from accounts.models import User
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW = "another-long-word"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def _request(cookie: str = "") -> Any:
    request = RequestFactory().get("/")
    request.COOKIES[known_devices.COOKIE] = cookie
    return request


def _knows(token: str, name: str = "alice") -> bool:
    return known_devices.known_device(_request(token), name) is not None


def test_a_sign_in_sets_an_http_only_device_cookie(alice: User) -> None:
    client = stranger()
    client.post("/api/login/", {"username": "alice", "password": PASSWORD})
    cookie = client.cookies[known_devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == known_devices.KEPT_SECONDS
    assert _knows(cookie.value)
    assert _knows(cookie.value, "ALICE")
    assert not _knows(cookie.value, "bob")


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_failed_sign_in_sets_no_device_cookie(alice: User, wrong: dict[str, str]) -> None:
    client = stranger()
    client.post("/api/login/", {"username": "alice", "password": PASSWORD, **wrong})
    assert known_devices.COOKIE not in client.cookies


def test_a_registration_sets_a_device_cookie() -> None:
    client = stranger()
    client.post("/api/register/", {"username": "zoe", "password": PASSWORD})
    assert _knows(client.cookies[known_devices.COOKIE].value, "zoe")


def test_a_token_client_is_recognised_by_its_device_token(alice: User) -> None:
    body = {"username": "alice", "password": PASSWORD}
    first = stranger().post("/api/token/", body)
    assert known_devices.COOKIE not in first.cookies
    device = first.json()["device"]
    assert _knows(device)
    again = stranger().post("/api/token/", {**body, "device": device}).json()["device"]
    assert known_devices._read(again)[0] == known_devices._read(device)[0]  # type: ignore[index]


def test_an_admin_sign_in_sets_a_device_cookie(alice: User) -> None:
    User.objects.update(is_staff=True)
    client = stranger()
    client.post("/admin/login/", {"username": "alice", "password": PASSWORD}, format="multipart")
    assert _knows(client.cookies[known_devices.COOKIE].value)


def test_a_password_change_makes_other_devices_unknown(alice: User) -> None:
    elsewhere, here = known_devices.device_token(_request(), alice), signed_in(alice)
    here.post("/api/password/change/", {"old_password": PASSWORD, "password": NEW})
    assert not _knows(elsewhere)
    assert _knows(here.cookies[known_devices.COOKIE].value)


def test_a_device_is_known_for_the_last_few_people(alice: User) -> None:
    token = known_devices.device_token(_request(), alice)
    for number in range(known_devices.MOST_PEOPLE):
        assert _knows(token)
        token = known_devices.device_token(_request(token), make_user(f"buyer-{number}"))
    assert not _knows(token)
    assert _knows(token, "buyer-0")
    assert len(token) <= known_devices.MAX_LENGTH


@pytest.mark.parametrize(
    "token", ["", "x", "é", "a:b:c", "x" * 5_000, signing.dumps(["id", []], salt="another")]
)
def test_an_invalid_device_token_is_ignored(alice: User, token: str) -> None:
    assert not _knows(token)
    body = {"username": "alice", "password": PASSWORD}
    client = stranger()
    client.cookies[known_devices.COOKIE] = token.encode("ascii", "replace").decode()
    assert client.post("/api/login/", body).status_code == 200
