"""Session fixation, leaked session keys, and guessing them."""

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
    """Return the key of an existing anonymous session."""
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
def test_a_planted_session_key_is_replaced_at_sign_in(
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
def test_a_session_key_is_accepted_only_in_the_cookie(
    hidden_in: dict[str, Any], alice: User
) -> None:
    key = signed_in(alice).cookies["sessionid"].value
    more = {name: value.format(key=key) for name, value in hidden_in.items()}
    answer = stranger().get(more.pop("path", "/api/me/"), **more)
    refusal(answer, 401, "not_authenticated")


def test_signing_out_of_the_admin_ends_the_session_for_the_api(alice: User) -> None:
    client = signed_in(alice)
    key = client.cookies["sessionid"].value
    assert client.get("/api/me/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    client.cookies["sessionid"] = key
    refusal(client.get("/api/me/"), 401, "not_authenticated")


def test_session_keys_are_long_and_unique(alice: User) -> None:
    keys = {signed_in(alice).cookies["sessionid"].value for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 32 for key in keys)
