"""Change a password, or reset it by a mailed link."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts import revocations, tokens
from accounts.mail_limits import RESET_BURST
from accounts.mail_links import password_fragment
from accounts.mail_worker import Outcome, send_all
from accounts.models import Mail, User
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW = "another-long-word"
ADDRESS = "alice@example.com"


@pytest.fixture
def alice() -> User:
    return make_user("alice", password=PASSWORD, email=ADDRESS, email_verified_at=timezone.now())


def _change(client: APIClient, old: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/api/password/change/", {"old_password": old, "password": new})


def _ask(address: str = ADDRESS, **headers: Any) -> Any:
    return stranger().post("/api/password/reset/", {"email": address}, **headers)


def _confirm(link: dict[str, str], password: str = NEW) -> Any:
    return stranger().post("/api/password/reset/confirm/", {**link, "password": password})


def _link(person: User) -> dict[str, str]:
    return dict(part.split("=", 1) for part in password_fragment(person).split("&"))


def _signs_in(password: str) -> bool:
    credentials = {"username": "alice", "password": password}
    return bool(stranger().post("/api/login/", credentials).status_code == 200)


def _me(client: APIClient) -> int:
    revocations.reset()
    return int(client.get("/api/me/").status_code)


def _with_access(access: str) -> APIClient:
    client = stranger()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def test_a_password_change_ends_all_other_sessions(alice: User) -> None:
    here, there = signed_in(alice), signed_in(alice)
    cookie, pair = here.cookies["sessionid"].value, tokens.issue_pair(alice)
    assert (here.get("/api/me/").status_code, there.get("/api/me/").status_code) == (200, 200)
    assert _change(here).json() == {"success": True, "message": "Password changed"}
    assert here.cookies["sessionid"].value != cookie
    assert (_me(here), _me(there), _me(_with_access(pair["access"]))) == (200, 401, 401)
    there.cookies["sessionid"] = cookie
    assert _me(there) == 401
    assert (_signs_in(PASSWORD), _signs_in(NEW)) == (False, True)


def test_a_password_change_with_a_token_returns_a_new_pair(alice: User) -> None:
    pair = tokens.issue_pair(alice)
    answer = _change(_with_access(pair["access"])).json()
    assert (_me(_with_access(pair["access"])), _me(_with_access(answer["access"]))) == (401, 200)
    for refresh, status in ((pair["refresh"], 401), (answer["refresh"], 200)):
        answer = stranger().post("/api/token/refresh/", {"refresh": refresh})
        assert answer.status_code == status


def test_a_wrong_old_or_weak_new_password_is_refused(alice: User) -> None:
    client = signed_in(alice)
    found = refusal(_change(client, old="wrong"), 400, "invalid")
    assert found["fields"] == {"old_password": ["This is not your password."]}
    assert set(refusal(_change(client, new="alice"), 400, "invalid")["fields"]) == {"password"}
    assert _signs_in(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_password_changes_one_succeeds(alice: User) -> None:
    clients = [signed_in(alice) for _ in range(4)]
    works = [partial(_change, client, new=f"{NEW}-{n}") for n, client in enumerate(clients)]
    answers: list[Any] = at_once(works)
    codes = [answer.status_code for answer in answers]
    # Whoever comes late has an old password (400) or, once the sessions have ended, no session.
    assert codes.count(200) == 1
    assert set(codes) <= {200, 400, 401}
    assert _signs_in(f"{NEW}-{codes.index(200)}")


def test_signing_out_everywhere_ends_all_sessions_and_tokens(alice: User) -> None:
    here, there, pair = signed_in(alice), signed_in(alice), tokens.issue_pair(alice)
    assert here.post("/api/logout/everywhere/").json()["success"]
    assert (_me(here), _me(there), _me(_with_access(pair["access"]))) == (401, 401, 401)
    again = stranger().post("/api/token/refresh/", {"refresh": pair["refresh"]})
    refusal(again, 401, "token_not_valid")
    assert _signs_in(PASSWORD)


def test_a_mailed_link_resets_the_password_once(
    alice: User, mailoutbox: list[Any], settings: Settings
) -> None:
    settings.SEATCAST_SITE_URL = "https://tickets.example.org"
    client = signed_in(alice)
    assert _ask(HTTP_HOST="localhost").json()["success"]
    call_command("send_mail")
    (sent,) = mailoutbox
    assert sent.to == [ADDRESS]
    found = re.search(
        r"^https://tickets\.example\.org/password/reset#uid=(\S+?)&token=(\S+)$", sent.body, re.M
    )
    assert found
    link = {"uid": found[1], "token": found[2]}
    assert set(refusal(_confirm(link, "short"), 400, "invalid")["fields"]) == {"password"}
    assert _confirm(link).json() == {"success": True, "message": "Password changed"}
    refusal(_confirm(link, f"{NEW}-2"), 400, "invalid_link")
    assert _me(client) == 401
    assert _signs_in(NEW)
    call_command("send_mail")
    assert mailoutbox[-1].subject == "Your password was changed"


@pytest.mark.django_db(transaction=True)
def test_of_two_parallel_uses_of_a_link_one_succeeds(alice: User) -> None:
    link = _link(alice)
    answers: list[Any] = at_once([partial(_confirm, link, f"{NEW}-{n}") for n in range(4)])
    codes = [answer.status_code for answer in answers]
    assert sorted(codes) == [200, 400, 400, 400]
    assert _signs_in(f"{NEW}-{codes.index(200)}")


def _an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now().replace(tzinfo=None) + timedelta(minutes=61)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: later)


SPOILED: dict[str, Callable[[User, dict[str, str], pytest.MonkeyPatch], Any]] = {
    "an hour later": lambda _, __, monkeypatch: _an_hour_later(monkeypatch),
    "signed out everywhere": lambda user, _, __: revocations.revoke_all(user),
    "shut out": lambda _, __, ___: User.objects.update(is_active=False),
    "another's": lambda _, link, __: link.update(uid=_link(make_user("bob"))["uid"]),
    "nobody's": lambda _, link, __: link.update(uid="OTk5OTk5"),
    "garbage": lambda _, link, __: link.update(uid="\u00e9\u0000", token="x"),
    "a huge number": lambda _, link, __: link.update(uid="OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_bad_link_is_refused(
    spoil: Callable[..., Any], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = _link(alice)
    spoil(alice, link, monkeypatch)
    response = _confirm(link)
    assert response.status_code == 400
    assert response.json()["code"] in ("invalid_link", "invalid")


def test_a_reset_request_does_not_reveal_whether_an_address_is_known(
    alice: User, mailoutbox: list[Any]
) -> None:
    found = []
    for address in (ADDRESS, "nobody@example.com"):
        with CaptureQueriesContext(connection) as captured:
            answer = _ask(address)
        found.append((answer.status_code, answer.content, len(captured)))
    assert found[0] == found[1]
    call_command("send_mail")
    assert [sent.to for sent in mailoutbox] == [[ADDRESS]]


def test_reset_mail_goes_to_the_stored_address_and_is_limited(
    alice: User, mailoutbox: list[Any]
) -> None:
    make_user("robot", email=ADDRESS)
    make_user("gone", email=ADDRESS, password=PASSWORD, is_active=False)
    for _ in range(5):
        _ask(ADDRESS.upper())
        call_command("send_mail")
    assert [sent.to for sent in mailoutbox] == [[ADDRESS]] * RESET_BURST[0]


@pytest.mark.parametrize(
    ("accepted", "subject"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "Neues Passwort wählen"),
        ("fr, de;q=0.5", "Neues Passwort wählen"),
        ("en-GB", "Choose a new password"),
        ("", "Choose a new password"),
    ],
)
def test_mail_follows_accept_language(
    accepted: str, subject: str, alice: User, mailoutbox: list[Any]
) -> None:
    _ask(HTTP_ACCEPT_LANGUAGE=accepted)
    call_command("send_mail")
    assert [sent.subject for sent in mailoutbox] == [subject]


def test_the_password_change_mail_follows_accept_language(
    alice: User, mailoutbox: list[Any]
) -> None:
    client = signed_in(alice)
    client.credentials(HTTP_ACCEPT_LANGUAGE="de")
    assert _change(client).status_code == 200
    call_command("send_mail")
    assert [sent.subject for sent in mailoutbox] == ["Ihr Passwort wurde geändert"]


def test_failed_mail_is_retried_and_finally_given_up(
    alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise ConnectionRefusedError

    _ask()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        with pytest.raises(CommandError, match="1 could not be sent"):
            call_command("send_mail")
    call_command("send_mail")
    assert not mailoutbox
    Mail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    call_command("send_mail")
    assert len(mailoutbox) == 1
    Mail.objects.update(done_at=None, given_up_at=timezone.now(), due_at=timezone.now())
    call_command("send_mail")
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_senders_send_a_mail_once(alice: User, mailoutbox: list[Any]) -> None:
    _ask()
    at_once([lambda: send_all(Outcome())] * 4)
    assert len(mailoutbox) == 1
