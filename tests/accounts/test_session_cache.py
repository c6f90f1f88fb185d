"""Sessions are loaded once a minute, and not served from the cache once they have ended."""

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts import revocations
from accounts.models import User
from infrastructure import shared_cache
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db

MINE = "/api/reservations/"


@pytest.fixture(autouse=True)
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def _queries_about_people(client: object) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(MINE).status_code == 200  # type: ignore[attr-defined]
    tables = ("accounts_user", "django_session")
    return sum(any(table in query["sql"] for table in tables) for query in captured)


def test_only_the_first_request_of_a_session_queries_the_database(alice: User) -> None:
    client = signed_in(alice)
    assert [_queries_about_people(client) for _ in range(3)] == [2, 0, 0]


def test_signing_out_takes_effect_at_once(alice: User) -> None:
    client = signed_in(alice)
    cookie = client.cookies["sessionid"].value
    assert client.get(MINE).status_code == 200
    assert client.post("/api/logout/").status_code == 200
    client.cookies["sessionid"] = cookie
    refusal(client.get(MINE), 401, "not_authenticated")


def test_signing_in_as_somebody_else_replaces_the_cached_user(alice: User) -> None:
    make_user("bob", password=PASSWORD)
    client = signed_in(alice)
    assert client.get(MINE).status_code == 200
    old = client.cookies["sessionid"].value
    client.post("/api/login/", {"username": "bob", "password": PASSWORD})
    client.cookies["sessionid"] = old
    refusal(client.get(MINE), 401, "not_authenticated")


def test_a_lookup_overtaken_by_signing_out_is_not_cached(alice: User) -> None:
    client = signed_in(alice)
    cookie = client.cookies["sessionid"].value
    add = cache.add

    def sign_out_before(*arguments: object) -> bool:
        # Signing out loads the session too; only the earlier request is overtaken.
        overtaken.undo()
        assert client.post("/api/logout/").status_code == 200
        return bool(add(*arguments))  # type: ignore[arg-type]

    overtaken = pytest.MonkeyPatch()
    overtaken.setattr(caches["default"], "add", sign_out_before)
    assert client.get(MINE).status_code == 200
    client.cookies["sessionid"] = cookie
    refusal(client.get(MINE), 401, "not_authenticated")


def test_an_entry_is_not_cached_beyond_the_sessions_expiry(alice: User, settings: Settings) -> None:
    settings.SESSION_COOKIE_AGE = 20
    client, kept = signed_in(alice), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "add", lambda *arguments: kept.append(arguments[2]))
        client.get(MINE)
    assert kept == [20]


def test_the_cache_contains_no_cookies(alice: User) -> None:
    client, names = signed_in(alice), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "add", lambda *arguments: names.append(arguments[0]))
        client.get(MINE)
    assert client.cookies["sessionid"].value not in names[0]


def test_an_unknown_session_key_is_refused() -> None:
    client = stranger()
    client.cookies["sessionid"] = "\x00 no such session"
    refusal(client.get(MINE), 401, "not_authenticated")


def test_without_the_shared_cache_every_request_loads_the_session(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "infrastructure.shared_cache.backends.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        },
    }
    monkeypatch.setattr(shared_cache, "_unavailable_until", 0.0)
    client = signed_in(alice)
    assert [_queries_about_people(client) for _ in range(2)] == [2, 2]
    assert client.post("/api/logout/").status_code == 200


def test_an_entry_with_a_forged_signature_is_ignored(alice: User) -> None:
    bob, client, another = make_user("bob"), signed_in(alice), signed_in(make_user("carol"))
    names = []
    for each in (client, another):
        assert each.get(MINE).status_code == 200
        names.append(revocations.session_name(each.cookies["sessionid"].value))
    [text, seal], carols = cache.get_many(names).values()
    for forged in (
        [text.replace(f": {alice.pk},", f": {bob.pk},"), seal],
        [text, "0" * 64],
        [text],
        {"user_id": bob.pk, "username": "bob", "is_staff": True, "stamp": bob.security_stamp()},
        carols,
    ):
        assert forged != [text, seal]
        cache.set(names[0], forged, 60)
        assert _queries_about_people(client) == 2
        cache.delete(names[0])
