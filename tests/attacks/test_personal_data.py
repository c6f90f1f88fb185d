"""Read, end or erase another person's data, or one's own with only a stolen session."""

from typing import Any

import pytest
from django.core.cache import cache

from accounts import throttles
from accounts.models import SignIn, User
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger, with_token

pytestmark = pytest.mark.django_db

ERASE = "/api/me/erase/"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


@pytest.fixture
def bob() -> User:
    return make_user("bob", password=PASSWORD, email="bob@example.org")


def test_another_persons_session_cannot_be_ended(alice: User, bob: User) -> None:
    bobs = signed_in(bob)
    assert bobs.get("/api/me/").status_code == 200
    theirs = SignIn.objects.get(person=bob)
    for name in (theirs.pk, theirs.session_key, "x" * 500, "%00", str(bob.pk)):
        refusal(signed_in(alice).delete(f"/api/sessions/{name}/"), 404, "not_found")
    assert bobs.get("/api/me/").status_code == 200
    assert SignIn.objects.filter(pk=theirs.pk).exists()


def test_the_session_list_contains_no_credentials(alice: User) -> None:
    client = signed_in(alice)
    text = client.get("/api/sessions/").content.decode()
    assert client.cookies["sessionid"].value not in text


@pytest.mark.parametrize("query", ["?user={bob}", "?user_id={bob}&id={bob}", "?username=bob"])
def test_an_export_ignores_parameters_that_name_another_person(
    alice: User, bob: User, query: str
) -> None:
    SecurityEvent.objects.create(
        kind=Kind.ROLES_CHANGED, actor_id=bob.pk, subject_id=alice.pk, address="192.0.2.7"
    )
    found: Any = signed_in(alice).get(f"/api/me/export/{query.format(bob=bob.pk)}")
    text = found.content.decode()
    assert found.json()["account"]["username"] == "alice"
    # Also without other people who acted on the account.
    for theirs in ("bob@example.org", "192.0.2.7"):
        assert theirs not in text


def test_exports_are_throttled(alice: User) -> None:
    client = signed_in(alice)
    for _ in range(10):
        assert client.get("/api/me/export/").status_code == 200
    refusal(client.get("/api/me/export/"), 429, "throttled")
    assert signed_in(make_user()).get("/api/me/export/").status_code == 200
    cache.clear()
    throttles.reset()


def test_an_erasure_requires_the_password(alice: User, bob: User) -> None:
    for client in (signed_in(alice), with_token(alice)):
        for body in ({}, {"password": ""}, {"password": "wrong"}, {"keep_tickets": True}):
            refusal(client.post(ERASE, body), 400, "invalid")
    refusal(stranger().post(ERASE, {"password": PASSWORD}), 401, "not_authenticated")
    assert User.objects.filter(is_active=True).count() == 2


def test_another_person_cannot_be_erased(alice: User, bob: User) -> None:
    body = {"password": PASSWORD, "user": bob.pk, "user_id": bob.pk, "username": "bob"}
    assert signed_in(alice).post(ERASE, body).status_code == 200
    assert User.objects.get(pk=bob.pk).username == "bob"


def test_password_attempts_at_an_erasure_are_throttled(alice: User) -> None:
    client = signed_in(alice)
    for _ in range(5):
        refusal(client.post(ERASE, {"password": "wrong"}), 400, "invalid")
    refusal(client.post(ERASE, {"password": "wrong"}), 429, "throttled")
