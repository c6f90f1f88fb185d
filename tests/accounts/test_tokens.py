"""JWT pairs for clients on other hosts."""

import base64
import json
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import authentication, revocations, tokens
from accounts.authentication import TokenAuthentication
from accounts.models import Family, User
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, stranger, with_token

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


class _SixMinutesLater(datetime):
    """A clock to patch over `time` and `datetime`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(minutes=6)

    @staticmethod
    def time() -> float:  # type: ignore[override]
        return _SixMinutesLater.now().timestamp()


def _refresh(token: object, key: str = "") -> Any:
    named: Any = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return stranger().post("/api/token/refresh/", {"refresh": str(token)}, **named)


def _revoke(token: object) -> Any:
    return stranger().post("/api/token/revoke/", {"refresh": str(token)})


def _me(token: object) -> Any:
    return stranger().get("/api/me/", HTTP_AUTHORIZATION=f"Bearer {token}")


def test_a_token_pair_authenticates_without_cookies(alice: User) -> None:
    response = stranger().post("/api/token/", {"username": "alice", "password": PASSWORD})
    pair = response.json()
    assert "sessionid" not in response.cookies
    assert _me(pair["access"]).json()["username"] == "alice"


def test_pairs_for_many_people_take_as_many_statements_as_for_one(
    alice: User, django_assert_num_queries: Any
) -> None:
    admin = make_user("admin", is_staff=True)
    people = [alice, admin, *(make_user(f"person{number}") for number in range(20))]
    for some in (people[:1], people):
        # Organisers, families, sign-ins, `last_login`, and the transaction.
        with django_assert_num_queries(6):
            pairs = tokens.issue_pairs(some)
        for person, pair in zip(some, pairs, strict=True):
            assert _me(pair["access"]).json()["username"] == person.username
            assert _refresh(pair["refresh"]).status_code == 200
    expiries = dict(Family.objects.values_list("person__username", "expires_at"))
    assert expiries["admin"] < expiries["person0"]


def test_a_refresh_returns_a_valid_new_pair(alice: User) -> None:
    first = _refresh_token(alice)
    pair = _refresh(first).json()
    assert pair["refresh"] != first
    assert _me(pair["access"]).status_code == 200
    assert _refresh(pair["refresh"]).status_code == 200


def _refresh_token(person: User) -> str:
    return tokens.issue_pair(person)["refresh"]


def _jti(refresh: Any) -> object:
    return RefreshToken(refresh)["jti"]


def _let_a_minute_go_by() -> None:
    Family.objects.update(rotated_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize(("key", "again"), [("", ""), ("mine", ""), ("", "mine"), ("mine", "its")])
def test_reusing_a_refresh_token_revokes_its_family_at_once(
    key: str, again: str, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    token, elsewhere = _refresh_token(alice), _refresh_token(alice)
    pair = _refresh(token, key).json()
    refusal(_refresh(token, again), 401, "token_not_valid")
    refusal(_refresh(pair["refresh"]), 401, "token_not_valid")
    revocations.reset()
    refusal(_me(pair["access"]), 401, "token_not_valid")
    assert f"person {alice.pk} was used twice" in caplog.text
    assert _refresh(elsewhere).status_code == 200


def test_reusing_an_old_refresh_token_revokes_its_family(alice: User) -> None:
    first = _refresh_token(alice)
    second = _refresh(_refresh(first).json()["refresh"]).json()["refresh"]
    refusal(_refresh(first), 401, "token_not_valid")
    refusal(_refresh(second), 401, "token_not_valid")


def test_repeating_an_exchange_with_its_key_returns_the_same_pair(alice: User) -> None:
    token = _refresh_token(alice)
    first, again = (_refresh(token, "my-secret").json()["refresh"] for _ in range(2))
    assert _jti(first) == _jti(again)
    assert _refresh(again).status_code == 200


def test_an_exchange_cannot_be_repeated_after_a_minute(alice: User) -> None:
    token = _refresh_token(alice)
    _refresh(token, "my-secret")
    _let_a_minute_go_by()
    refusal(_refresh(token, "my-secret"), 401, "token_not_valid")


def test_a_family_expires_however_often_it_is_refreshed(alice: User) -> None:
    token = _refresh_token(alice)
    Family.objects.update(created_at=timezone.now() - timedelta(days=29))
    left = datetime.fromtimestamp(_claims(_refresh(token).json()["refresh"])["exp"], UTC)
    assert timedelta(hours=23) < left - timezone.now() <= timedelta(days=1)


@pytest.mark.parametrize("sign_out", ["revoke", "logout"])
def test_signing_out_invalidates_the_tokens(sign_out: str, alice: User) -> None:
    pair, elsewhere = tokens.issue_pair(alice), tokens.issue_pair(alice)
    assert _me(pair["access"]).status_code == 200
    if sign_out == "revoke":
        assert _revoke(pair["refresh"]).status_code == 200
    else:
        client = stranger()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
        assert client.post("/api/logout/").status_code == 200
    revocations.reset()
    refusal(_me(pair["access"]), 401, "token_not_valid")
    refusal(_refresh(pair["refresh"]), 401, "token_not_valid")
    refusal(_revoke(pair["refresh"]), 401, "token_not_valid")
    assert _me(elsewhere["access"]).status_code == 200


def test_a_new_password_invalidates_the_tokens(alice: User) -> None:
    token = _refresh_token(alice)
    alice.set_password("another-long-word")
    alice.save()
    refusal(_refresh(token), 401, "token_not_valid")


def test_an_access_token_cannot_be_revoked(alice: User) -> None:
    refusal(_revoke(AccessToken.for_user(alice)), 401, "token_not_valid")


@pytest.mark.django_db(transaction=True)
def test_parallel_refreshes_without_a_key_revoke_the_family(
    alice: User,
) -> None:
    token = _refresh_token(alice)
    answers: list[Any] = at_once([lambda: _refresh(token)] * 8)
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) <= 1
    assert not Family.objects.exists()
    for pair in won:
        refusal(_refresh(pair["refresh"]), 401, "token_not_valid")


@pytest.mark.django_db(transaction=True)
def test_parallel_refreshes_with_one_key_return_the_same_pair(alice: User) -> None:
    token = _refresh_token(alice)
    answers: list[Any] = at_once([lambda: _refresh(token, "my-secret")] * 4)
    got = {_jti(answer.json()["refresh"]) for answer in answers}
    assert len(got) == 1


@pytest.mark.django_db(transaction=True)
def test_a_stolen_token_used_later_revokes_the_family(alice: User) -> None:
    stolen = _refresh_token(alice)
    newest = _refresh(_refresh(stolen).json()["refresh"]).json()["refresh"]
    at_once([lambda: _refresh(stolen), lambda: _refresh(newest)])
    assert not Family.objects.exists()


def test_an_access_token_lasts_minutes_and_a_refresh_token_days(alice: User) -> None:
    pair = tokens.issue_pair(alice)
    token, access = RefreshToken(pair["refresh"]), AccessToken(pair["access"])  # type: ignore[arg-type]
    ends_at = Family.objects.get().created_at + timedelta(days=14)
    assert token["exp"] == int(ends_at.timestamp())
    assert access["exp"] - access["iat"] == timedelta(minutes=5).total_seconds()


def test_an_expired_token_is_refused(alice: User) -> None:
    access, refresh = AccessToken.for_user(alice), RefreshToken(_refresh_token(alice))  # type: ignore[arg-type]
    access.set_exp(lifetime=timedelta(seconds=-1))
    refresh.set_exp(lifetime=timedelta(seconds=-1))
    refusal(_me(access), 401, "token_not_valid")
    refusal(_refresh(refresh), 401, "token_not_valid")


def test_a_cached_token_is_refused_once_it_has_expired(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = AccessToken.for_user(alice)
    assert _me(access).status_code == 200
    monkeypatch.setattr(authentication, "time", _SixMinutesLater)
    monkeypatch.setattr(jwt.api_jwt, "datetime", _SixMinutesLater)
    refusal(_me(access), 401, "token_not_valid")


def test_access_and_refresh_tokens_cannot_replace_each_other(alice: User) -> None:
    refusal(_me(_refresh_token(alice)), 401, "token_not_valid")
    refusal(_refresh(AccessToken.for_user(alice)), 401, "token_not_valid")


def _forged(header: dict[str, str], claims: dict[str, object], signature: str) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    texts = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
    return ".".join([*texts, signature])


@pytest.mark.parametrize("kind", ["unsigned", "wrongly signed", "changed"])
def test_a_forged_token_is_refused(kind: str, alice: User) -> None:
    good = AccessToken.for_user(alice)
    signature = str(good).rsplit(".", 1)[1]
    token = {
        "unsigned": _forged({"alg": "none"}, dict(good.payload), ""),
        "wrongly signed": _forged({"alg": "HS256"}, dict(good.payload), "A" * 43),
        "changed": _forged({"alg": "HS256"}, {**good.payload, "user_id": "1"}, signature),
    }[kind]
    refusal(_me(token), 401, "token_not_valid")


def test_a_token_without_a_user_is_refused() -> None:
    refusal(_me(AccessToken()), 401, "token_not_valid")
    refusal(_refresh(RefreshToken()), 401, "token_not_valid")
    refusal(_revoke(RefreshToken()), 401, "token_not_valid")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
def test_garbage_is_refused(token: str) -> None:
    refusal(_refresh(token), 401, "token_not_valid")


def test_tokens_of_deleted_and_inactive_users_are_refused() -> None:
    for user in (make_user(), make_user()):
        access, refresh = AccessToken.for_user(user), _refresh_token(user)
        if user.username.endswith(("0", "2", "4", "6", "8")):
            user.delete()
        else:
            User.objects.filter(pk=user.pk).update(is_active=False)
        response = _me(access)
        refusal(response, 401, response.json()["code"])
        refusal(_refresh(refresh), 401, "token_not_valid")


def test_a_token_allows_what_a_session_allows(alice: User) -> None:
    assert with_token(alice).get("/api/me/").json()["user_id"] == alice.pk


def test_tokens_are_signed_with_the_secret_key(alice: User) -> None:
    token = AccessToken.for_user(alice)
    assert len(settings.SECRET_KEY) >= 50
    assert token["user_id"] == str(alice.pk)


def test_tokens_stay_valid_when_the_secret_key_is_rotated(alice: User, settings: Settings) -> None:
    old = "the-key-that-was-in-use-before-and-is-long-enough"
    pair = tokens.issue_pair(alice)
    access, refresh = (
        jwt.encode(_claims(pair[kind]), old, "HS256") for kind in ("access", "refresh")
    )
    refusal(_me(access), 401, "token_not_valid")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert _me(access).json()["username"] == "alice"
    assert _me(_refresh(refresh).json()["access"]).status_code == 200
    expired = jwt.encode({**_claims(access), "exp": 1}, old, "HS256")
    refusal(_me(expired), 401, "token_not_valid")


def test_authenticating_a_token_takes_no_query(alice: User, django_assert_num_queries: Any) -> None:
    access = tokens.issue_pair(alice)["access"]
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {access}")
    revocations.invalid_among([])  # what has ended is read once a second
    with django_assert_num_queries(0):
        found: Any = TokenAuthentication().authenticate(Request(request))
    user = found[0]
    assert (int(user.pk), user.get_username(), user.is_staff) == (alice.pk, "alice", False)


def test_an_inactive_user_gets_no_new_token_and_is_unauthenticated(alice: User) -> None:
    pair = tokens.issue_pair(alice)
    User.objects.update(is_active=False)
    refusal(_refresh(pair["refresh"]), 401, "token_not_valid")
    refusal(_me(pair["access"]), 401, "not_authenticated")


def test_a_token_contains_no_permissions(alice: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    pair = tokens.issue_pair(User.objects.get(pk=alice.pk))
    names = {"user_id", "username", "mailbox", "stamp", "mfa"}
    assert set(_claims(pair["access"])) == names | {"sid", "jti", "exp", "iat", "token_type"}


def _claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found
