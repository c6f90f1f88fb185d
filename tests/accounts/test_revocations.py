"""Revoked credentials are refused by every process within a second."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import revocations, tokens
from accounts.models import Ended, Family, Mail, User
from accounts.revocations import Credential
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, permitted, signed_in, stranger, with_token

pytestmark = pytest.mark.django_db

MINE = "/api/reservations/"
LATER = 1e12


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD)


def expire_read_interval() -> None:
    revocations._cache.read_soon()


def _with_access(user: User) -> APIClient:
    client = stranger()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue_pair(user)['access']}")
    return client


def _new_password(user: User) -> None:
    user.set_password("another-long-word")
    user.save()


def _deactivate(user: User) -> None:
    user.is_active = False
    user.save()


ENDS: dict[str, Callable[[User], Any]] = {
    "a new password": _new_password,
    "deactivated": _deactivate,
    "everywhere": revocations.revoke_all,
    "deleted": lambda user: user.delete(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_tokens_and_cached_sessions_become_invalid(end: Callable[[User], Any], alice: User) -> None:
    by_session, by_token = signed_in(alice), _with_access(alice)
    others = signed_in(make_user()), _with_access(make_user())
    for client in (by_session, by_token, *others):
        assert client.get(MINE).status_code == 200
    end(alice)
    expire_read_interval()
    refusal(by_session.get(MINE), 401, "not_authenticated")
    refusal(by_token.get(MINE), 401, "token_not_valid")
    for client in others:
        assert client.get(MINE).status_code == 200


@pytest.mark.parametrize("end", [_deactivate, revocations.revoke_all])
def test_revoked_credentials_stay_revoked_after_a_reactivation(
    end: Callable[[User], Any], alice: User
) -> None:
    by_session, by_token = signed_in(alice), _with_access(alice)
    end(alice)
    alice.is_active = True
    alice.save()
    # The process has not read the revocations yet.
    refusal(by_session.get(MINE), 401, "not_authenticated")
    refusal(by_token.get(MINE), 401, "token_not_valid")
    assert _with_access(alice).get(MINE).status_code == 200


def test_a_removed_permission_takes_effect_at_once_and_keeps_the_session(
    alice: User,
) -> None:
    permitted(alice, "reservations.scan_ticket")
    clients = (signed_in(alice), with_token(alice))
    for client in clients:
        refusal(client.get("/api/tickets/none/"), 404, "ticket_not_found")
        assert "reservations.scan_ticket" in client.get("/api/me/").json()["permissions"]
    alice.user_permissions.clear()
    for client in clients:
        refusal(client.get("/api/tickets/none/"), 403, "permission_denied")
        assert "reservations.scan_ticket" not in client.get("/api/me/").json()["permissions"]


def test_ending_one_session_leaves_the_others(alice: User) -> None:
    one, other = signed_in(alice), signed_in(alice)
    cookie = one.cookies["sessionid"].value
    assert (one.get(MINE).status_code, other.get(MINE).status_code) == (200, 200)
    one.post("/api/logout/")
    expire_read_interval()
    held = Credential(alice.pk, revocations.session_name(cookie), alice.security_stamp(), LATER)
    still = other.cookies["sessionid"].value
    kept = revocations.credential_of_session(still, alice, expires_at=LATER)
    assert revocations.invalid_among([held, kept]) == {held}
    assert Session.objects.count() == 1


def test_many_credentials_are_checked_with_one_query_a_second(alice: User) -> None:
    many = [
        Credential(alice.pk, f"session-{n}", alice.security_stamp(), LATER) for n in range(1_000)
    ]
    revocations.revoke("session-7", person_id=alice.pk)
    with CaptureQueriesContext(connection) as captured:
        first = revocations.invalid_among(many)
        assert revocations.invalid_among(many) == first == {many[7]}
    assert len(captured) == 1


def test_an_expired_credential_is_invalid(alice: User) -> None:
    old = Credential(alice.pk, "session-1", alice.security_stamp(), 1.0)
    assert revocations.invalid_among([old]) == {old}


def test_the_latest_security_stamp_counts(alice: User) -> None:
    first = revocations.credential_of_session("x", alice, expires_at=LATER)
    _new_password(alice)
    second = revocations.credential_of_session("x", alice, expires_at=LATER)
    assert revocations.invalid_among([first, second]) == {first}
    _new_password(alice)
    expire_read_interval()
    third = revocations.credential_of_session("x", alice, expires_at=LATER)
    assert revocations.invalid_among([first, second, third]) == {first, second}


def test_a_revocation_that_is_committed_late_is_found(alice: User) -> None:
    revocations.revoke("session-1", person_id=alice.pk)
    held = [Credential(alice.pk, f"session-{n}", alice.security_stamp(), LATER) for n in (1, 2)]
    assert revocations.invalid_among(held) == {held[0]}
    written_before = timezone.now() - timedelta(seconds=20)
    Ended.objects.create(person_id=alice.pk, name="session-2", at=written_before)
    expire_read_interval()
    assert revocations.invalid_among(held) == set(held)


def test_expired_rows_are_pruned(alice: User) -> None:
    now, kept = timezone.now(), [Ended, Family, Mail]
    for days in (0, 4):
        then = now - timedelta(days=days)
        Ended.objects.create(person_id=alice.pk, at=then)
        Mail.objects.create(
            kind=Mail.Kind.LINK, address="a@example.com", created_at=then, done_at=then
        )
        Family.objects.create(pk=str(days), person=alice, expires_at=then + timedelta(days=1))
    call_command("prune_accounts")
    assert [model.objects.count() for model in kept] == [1, 1, 1]  # type: ignore[attr-defined]
