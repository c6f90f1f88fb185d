"""Sessions that somebody else chose, kept or looks for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PLANTED = "abcdefghijklmnopqrstuvwxyz012345"
CREDENTIALS = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def alice() -> User:
    return make_user("alice", password=PASSWORD, is_staff=True, is_superuser=True)


def _kept_by_the_attacker() -> str:
    """Return the key of a session that there is, and in which nobody is signed in."""
    session = Client().session
    session["anything"] = "planted"
    session.save()
    return str(session.session_key)


@pytest.mark.parametrize("key", [lambda: PLANTED, _kept_by_the_attacker], ids=["made up", "kept"])
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/api/login/", CREDENTIALS),
        ("/api/register/", {"username": "zoe", "password": PASSWORD}),
        ("/admin/login/?next=/admin/", {**CREDENTIALS, "next": "/admin/"}),
    ],
)
def test_a_planted_session_is_not_the_one_that_somebody_signs_in_to(
    path: str, form: dict[str, str], key: Callable[[], str]
) -> None:
    victim, attacker, planted = stranger(), stranger(), key()
    victim.cookies["sessionid"] = attacker.cookies["sessionid"] = planted
    answer = victim.post(path, form, format="json" if "api" in path else "multipart")
    assert answer.status_code in (200, 201, 302)
    assert victim.get("/api/me/").status_code == 200
    assert victim.cookies["sessionid"].value != planted
    refusal(attacker.get("/api/me/"), 401, "not_authenticated")


@pytest.mark.parametrize(
    "hidden_in",
    [
        {"path": "/api/me/?sessionid={key}"},
        {"HTTP_SESSIONID": "{key}"},
        {"HTTP_X_SESSIONID": "{key}"},
        {"HTTP_AUTHORIZATION": "Session {key}"},
        {"HTTP_COOKIE": "Sessionid={key}"},
        {"HTTP_COOKIE": "__Host-sessionid={key}"},
    ],
)
def test_a_session_is_in_its_cookie_and_nowhere_else(
    hidden_in: dict[str, Any], alice: User
) -> None:
    key = signed_in(alice).cookies["sessionid"].value
    more = {name: value.format(key=key) for name, value in hidden_in.items()}
    answer = stranger().get(more.pop("path", "/api/me/"), **more)
    refusal(answer, 401, "not_authenticated")


def test_the_admins_sign_out_ends_the_session_for_the_api_too(alice: User) -> None:
    client = signed_in(alice)
    key = client.cookies["sessionid"].value
    assert client.get("/api/me/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    client.cookies["sessionid"] = key
    refusal(client.get("/api/me/"), 401, "not_authenticated")


def test_keys_are_long_and_never_the_same(alice: User) -> None:
    keys = {signed_in(alice).cookies["sessionid"].value for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 32 for key in keys)
