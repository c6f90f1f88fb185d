"""Sign in and out by session cookie."""

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from pytest_django import Settings

from accounts.models import User
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, signed_in_without_csrf, stranger

pytestmark = pytest.mark.django_db

CREDENTIALS = {"username": "alice", "password": PASSWORD}


@pytest.fixture(autouse=True)
def alice() -> User:
    return make_user("alice", password=PASSWORD)


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_sign_in_accepts_json_and_forms(form: str, alice: User) -> None:
    client = stranger()
    answer = client.post("/api/login/", CREDENTIALS, format=form)
    assert answer.json() == {"success": True, "user_id": alice.pk, "username": "alice"}
    assert client.get("/api/me/").json()["username"] == "alice"


def test_sign_in_accepts_a_plain_html_form() -> None:
    response = stranger().generic(
        "POST",
        "/api/login/",
        f"username=alice&password={PASSWORD}",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200


def test_the_session_cookie_is_http_only_and_same_site() -> None:
    cookie = stranger().post("/api/login/", CREDENTIALS).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_over_https_the_cookies_are_secure(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    cookies = stranger().post("/api/login/", CREDENTIALS).cookies
    assert cookies["sessionid"]["secure"]
    assert cookies["csrftoken"]["secure"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "alice", "password": "wrong"},
        {"username": "alice", "password": PASSWORD + " "},
        {"username": "alice", "password": PASSWORD.upper()},
        {"username": "ALICE", "password": PASSWORD},
        {"username": "nobody", "password": PASSWORD},
        {"username": "' OR 1=1 --", "password": "x"},
    ],
)
def test_wrong_credentials_are_401_without_saying_which_is_wrong(
    wrong: dict[str, str],
) -> None:
    response = stranger().post("/api/login/", wrong)
    assert refusal(response, 401, "invalid_credentials") == {
        "error": "Invalid credentials",
        "code": "invalid_credentials",
    }
    assert "sessionid" not in response.cookies
    refusal(stranger().post("/api/token/", wrong), 401, "invalid_credentials")


def test_every_refused_sign_in_computes_one_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("robot")
    make_user("gone", password=PASSWORD, is_active=False)
    hashed: list[str] = []
    for name in ("encode", "verify"):
        work = _noted(getattr(Argon2PasswordHasher, name), hashed)
        monkeypatch.setattr(Argon2PasswordHasher, name, work)
    for name in ("alice", "robot", "gone", "nobody"):
        hashed.clear()
        assert stranger().post("/api/login/", {"username": name, "password": "wrong"}).json()
        assert len(hashed) == 1, name


def _noted(work: Any, notes: list[str]) -> Any:
    def noting(*arguments: Any, **more: Any) -> Any:
        notes.append(work.__name__)
        return work(*arguments, **more)

    return noting


def test_a_deactivated_account_is_signed_out_and_cannot_sign_in(alice: User) -> None:
    client = signed_in(alice)
    User.objects.update(is_active=False)
    refusal(client.get("/api/me/"), 401, "not_authenticated")
    refusal(stranger().post("/api/login/", CREDENTIALS), 401, "invalid_credentials")
    refusal(stranger().post("/api/token/", CREDENTIALS), 401, "invalid_credentials")


def test_an_account_without_a_usable_password_cannot_sign_in() -> None:
    make_user("robot")
    response = stranger().post("/api/login/", {"username": "robot", "password": "!"})
    refusal(response, 401, "invalid_credentials")


def test_sign_in_requires_the_csrf_token() -> None:
    client = signed_in_without_csrf(make_user())
    refusal(client.post("/api/login/", CREDENTIALS), 403, "csrf_failed")


def test_sign_in_changes_the_session_key() -> None:
    client = stranger()
    client.session["basket"] = "left by nobody"
    client.session.save()
    fixed = str(client.session.session_key)
    client.cookies["sessionid"] = fixed
    client.post("/api/login/", CREDENTIALS)
    assert client.cookies["sessionid"].value != fixed
    assert not Session.objects.filter(pk=fixed).exists()


def test_sign_in_changes_the_csrf_token() -> None:
    client = stranger()
    before = client.cookies["csrftoken"].value
    client.post("/api/login/", CREDENTIALS)
    assert client.cookies["csrftoken"].value != before


def test_signing_in_as_somebody_else_ends_the_first_session() -> None:
    client = signed_in(make_user("bob"))
    before = client.cookies["sessionid"].value
    assert client.post("/api/login/", CREDENTIALS).status_code == 200
    assert client.get("/api/me/").json()["username"] == "alice"
    assert not Session.objects.filter(pk=before).exists()


def test_signing_out_ends_the_session(alice: User) -> None:
    client = signed_in(alice)
    key = client.cookies["sessionid"].value
    assert client.post("/api/logout/").status_code == 200
    assert not Session.objects.filter(pk=key).exists()
    again = stranger()
    again.cookies["sessionid"] = key
    refusal(again.get("/api/me/"), 401, "not_authenticated")


def test_a_changed_password_ends_all_sessions(alice: User) -> None:
    client = signed_in(alice)
    alice.set_password("another-long-word")
    alice.save()
    refusal(client.get("/api/me/"), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/login/", CREDENTIALS),
        ("/api/register/", {"username": "zoe", "password": "Zoe-likes-3"}),
    ],
)
def test_signing_in_replaces_the_csrf_cookie(path: str, body: dict[str, str]) -> None:
    """The client knows by it that there may be a session, whose cookie it cannot read."""
    client = stranger()
    client.get("/api/csrf/")
    before = client.cookies["csrftoken"].value
    assert client.post(path, body).status_code in (200, 201)
    assert client.cookies["csrftoken"].value not in ("", before)
