"""Verify and change an e-mail address."""

import re
import time
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import mail_links, revocations
from accounts.models import User
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db

OLD = "alice@example.com"
NEW = "alice@example.org"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD, email=OLD, email_verified_at=timezone.now())


def _link(person: User, address: str) -> dict[str, str]:
    person.refresh_from_db()
    fragment = mail_links.address_fragment(person, address)
    return dict(part.split("=", 1) for part in fragment.split("&"))


def _mailed(outbox: list[Any], address: str) -> dict[str, str]:
    """Return the link in the only mail to an address."""
    call_command("send_mail")
    (sent,) = [each for each in outbox if each.to == [address]]
    found = re.search(r"/email/confirm#uid=(\S+?)&token=(\S+)$", sent.body, re.M)
    assert found
    return {"uid": found[1], "token": found[2]}


def _confirm(link: dict[str, str], person: User) -> Any:
    """Follow a link in a browser that is signed in to an account."""
    return signed_in(User.objects.get(pk=person.pk)).post("/api/email/confirm/", link)


def _change(client: APIClient, email: str = NEW, password: str = PASSWORD) -> Any:
    return client.post("/api/email/change/", {"email": email, "password": password})


def _me(client: APIClient) -> tuple[str, bool, str]:
    found = client.get("/api/me/").json()
    return found["email"], found["email_verified"], found["new_email"]


def test_registering_with_an_address_mails_a_link_that_verifies_it_once(
    mailoutbox: list[Any],
) -> None:
    client = stranger()
    client.post("/api/register/", {"username": "zoe", "password": PASSWORD, "email": NEW})
    assert _me(client) == (NEW, False, "")
    link = _mailed(mailoutbox, NEW)
    done = client.post("/api/email/confirm/", link)
    assert done.json() == {"success": True, "message": "Address confirmed"}
    assert _me(client) == (NEW, True, "")
    refusal(client.post("/api/email/confirm/", link), 400, "invalid_link")


def test_registering_without_an_address_mails_nothing(mailoutbox: list[Any]) -> None:
    client = stranger()
    client.post("/api/register/", {"username": "zoe", "password": PASSWORD})
    call_command("send_mail")
    assert mailoutbox == []
    refusal(client.post("/api/email/verify/"), 409, "nothing_to_verify")


def test_another_verification_mail_is_limited_by_day(mailoutbox: list[Any]) -> None:
    client = signed_in(make_user("zoe", email=NEW))
    answers = [client.post("/api/email/verify/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refusal(answers[-1], 429, "throttled")
    assert int(answers[-1].headers["Retry-After"]) > 80_000
    call_command("send_mail")
    assert len(mailoutbox) == 3


def test_a_verified_address_cannot_be_verified_again(alice: User) -> None:
    refusal(signed_in(alice).post("/api/email/verify/"), 409, "nothing_to_verify")


def test_a_new_address_changes_nothing_before_it_is_confirmed(
    alice: User, mailoutbox: list[Any]
) -> None:
    client = signed_in(alice)
    assert _change(client).json()["success"]
    assert _me(client) == (OLD, True, NEW)
    link = _mailed(mailoutbox, NEW)
    assert [each.subject for each in mailoutbox if each.to == [OLD]] == [
        "A new e-mail address for your account"
    ]
    assert _confirm(link, alice).status_code == 200
    assert _me(client) == (NEW, True, "")
    call_command("send_mail")
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == ([OLD], "Your e-mail address was changed")


def test_an_unverified_old_address_is_not_notified(mailoutbox: list[Any]) -> None:
    zoe = make_user("zoe", password=PASSWORD, email=OLD)
    assert _change(signed_in(zoe)).status_code == 200
    assert _confirm(_mailed(mailoutbox, NEW), zoe).status_code == 200
    call_command("send_mail")
    assert [each.to for each in mailoutbox] == [[NEW]]


def test_an_address_change_requires_password_and_address(alice: User) -> None:
    client = signed_in(alice)
    assert set(refusal(_change(client, password="wrong"), 400, "invalid")["fields"]) == {"password"}
    assert set(refusal(_change(client, email="x"), 400, "invalid")["fields"]) == {"email"}
    assert refusal(_change(client, email=OLD), 400, "invalid")["field_codes"] == {"email": ["same"]}
    assert _me(client) == (OLD, True, "")


def test_wrong_passwords_at_an_address_change_are_throttled(alice: User) -> None:
    client = signed_in(alice)
    answers = [_change(client, password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]


SPOILED: dict[str, Any] = {
    "a new password": lambda _: User.objects.update(password="another"),
    "signed out everywhere": revocations.revoke_all,
    "another new address": lambda _: User.objects.update(new_email="x@example.net"),
    "another address": lambda _: User.objects.update(email="x@example.net"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_link_becomes_invalid_after(spoil: Any, alice: User) -> None:
    User.objects.update(new_email=NEW)
    link = _link(alice, NEW)
    spoil(alice)
    refusal(_confirm(link, alice), 400, "invalid_link")
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_confirms_nothing_for_who_is_not_signed_in_to_its_account(alice: User) -> None:
    User.objects.update(new_email=NEW)
    bob, link = make_user("bob"), _link(alice, NEW)
    refusal(stranger().post("/api/email/confirm/", link), 401, "not_authenticated")
    refusal(_confirm(link, bob), 409, "other_account")
    client = signed_in(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    refusal(client.post("/api/email/confirm/", link), 401, "not_authenticated")
    assert not User.objects.filter(email=NEW).exists()


def test_a_guests_address_is_not_confirmed_like_an_accounts(mailoutbox: list[Any]) -> None:
    guest = make_user("guest-2345abcd", email=NEW, guest_since=timezone.now())
    refusal(signed_in(guest).post("/api/email/verify/"), 409, "nothing_to_verify")
    refusal(_confirm(_link(guest, NEW), guest), 400, "invalid_link")
    call_command("send_mail")
    assert mailoutbox == []


def test_a_link_expires_after_a_day(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.update(new_email=NEW)
    link, now = _link(alice, NEW), time.time
    monkeypatch.setattr(time, "time", lambda: now() + mail_links.ADDRESS_LINK_SECONDS + 1)
    refusal(_confirm(link, alice), 400, "invalid_link")


def test_a_link_is_for_one_account_and_one_address(alice: User) -> None:
    bob = make_user("bob", new_email=NEW)
    User.objects.update(new_email=NEW)
    for wrong in (
        {**_link(bob, NEW), "uid": _link(alice, NEW)["uid"]},
        _link(alice, "another@example.org"),
        {**_link(alice, NEW), "token": PasswordResetTokenGenerator().make_token(alice)},
        {"uid": "é", "token": "\u0000"},
        {"uid": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "token": "a:b:c"},
    ):
        assert _confirm(wrong, alice).status_code == 400
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_an_address_link_one_succeeds(alice: User) -> None:
    User.objects.update(new_email=NEW)
    confirm = partial(_confirm, _link(alice, NEW), alice)
    answers: list[Any] = at_once([confirm] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert User.objects.get().email == NEW


def test_an_address_of_another_account_can_be_confirmed_and_leaves_that_account_alone(
    alice: User, mailoutbox: list[Any]
) -> None:
    bob = make_user("bob", password=PASSWORD, email=NEW, email_verified_at=timezone.now())
    assert _change(signed_in(alice)).status_code == 200
    assert _confirm(_mailed(mailoutbox, NEW), alice).status_code == 200
    assert _me(signed_in(bob)) == (NEW, True, "")


def test_a_password_reset_verifies_the_address_that_the_link_was_mailed_to() -> None:
    zoe = make_user("zoe", password=PASSWORD, email=NEW, new_email="evil@example.net")
    link = dict(part.split("=", 1) for part in mail_links.password_fragment(zoe).split("&"))
    body = {**link, "password": "another-long-word"}
    assert stranger().post("/api/password/reset/confirm/", body).status_code == 200
    assert _me(signed_in(User.objects.get())) == (NEW, True, "")


def test_an_address_that_an_organiser_enters_is_not_verified(alice: User) -> None:
    admin = make_user("admin", is_staff=True, is_superuser=True)
    client, path = signed_in(admin), f"/admin/accounts/user/{alice.pk}/change/"
    joined = timezone.localtime(alice.date_joined)
    form = {
        "username": "alice",
        "email": NEW,
        "is_active": "on",
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
    }
    assert client.post(path, form, format="multipart").status_code == 302
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified_at) == (NEW, None)
