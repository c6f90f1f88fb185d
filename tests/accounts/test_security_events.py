"""Events of accounts in the security log."""

from typing import Any

import pytest
from django.utils import timezone

from accounts import login_throttle, mail_links, tokens
from accounts.models import User
from infrastructure.security_log.models import Kind, SecurityEvent
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db

NEW = "another-long-word"


@pytest.fixture
def alice() -> User:
    address = "alice@example.com"
    return make_user("alice", password=PASSWORD, email=address, email_verified_at=timezone.now())


def _logged(kind: Kind) -> list[tuple[int | None, dict[str, Any]]]:
    found = SecurityEvent.objects.filter(kind=kind).order_by("pk")
    return list(found.values_list("subject_id", "details"))


def test_a_sign_in_is_logged_and_a_wrong_password_is_not(alice: User) -> None:
    for path in ("/api/login/", "/api/token/"):
        stranger().post(path, {"username": "alice", "password": "wrong"})
        stranger().post(path, {"username": "alice", "password": PASSWORD})
    assert _logged(Kind.SIGNED_IN) == [(alice.pk, {"by": "session"}), (alice.pk, {"by": "token"})]


def test_registering_is_logged() -> None:
    made = stranger().post("/api/register/", {"username": "zoe", "password": PASSWORD}).json()
    assert _logged(Kind.REGISTERED) == [(made["user_id"], {})]


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_reaching_the_ceiling_is_logged_once(alice: User, name: str) -> None:
    most, seconds = login_throttle.CEILINGS[0]
    for number in range(most + 5):
        stranger_at = stranger()
        stranger_at.defaults["REMOTE_ADDR"] = f"10.{number}.0.1"
        stranger_at.post("/api/login/", {"username": name, "password": "wrong"})
    subject = alice.pk if name == "alice" else None
    assert _logged(Kind.GUESSING_STOPPED) == [
        (subject, {"wrong_tries": most, "in_seconds": seconds})
    ]


def test_every_way_to_a_new_password_is_logged(alice: User) -> None:
    client = signed_in(alice)
    client.post("/api/password/change/", {"old_password": PASSWORD, "password": NEW})
    alice.refresh_from_db()
    link = dict(part.split("=", 1) for part in mail_links.password_fragment(alice).split("&"))
    stranger().post("/api/password/reset/confirm/", {**link, "password": PASSWORD})
    assert _logged(Kind.PASSWORD_CHANGED) == _logged(Kind.PASSWORD_RESET) == [(alice.pk, {})]


def test_a_new_address_is_logged_without_the_address(alice: User) -> None:
    client = signed_in(alice)
    client.post("/api/email/change/", {"email": "alice@example.org", "password": PASSWORD})
    alice.refresh_from_db()
    fragment = mail_links.address_fragment(alice, alice.new_email)
    client.post("/api/email/confirm/", dict(p.split("=", 1) for p in fragment.split("&")))
    assert _logged(Kind.EMAIL_CHANGE_ASKED) == _logged(Kind.EMAIL_CHANGED) == [(alice.pk, {})]


def test_the_reuse_of_a_refresh_token_is_logged_once(alice: User) -> None:
    refresh = tokens.issue_pair(alice)["refresh"]
    for _ in range(3):
        stranger().post("/api/token/refresh/", {"refresh": refresh})
    assert _logged(Kind.TOKENS_REUSED) == [(alice.pk, {})]


def test_signing_out_everywhere_is_logged(alice: User) -> None:
    signed_in(alice).post("/api/logout/everywhere/")
    assert _logged(Kind.SIGNED_OUT_EVERYWHERE) == [(alice.pk, {})]
