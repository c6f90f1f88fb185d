"""Mail abuse: much mail, with words of the attacker, to the address of somebody else."""

from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import mail, mail_limits, mail_templates, mail_worker
from accounts.models import Mail, User
from accounts.usernames import safe_in_mail
from tests.concurrent_commands import at_once
from tests.factories import PASSWORD, make_user, signed_in, stranger

pytestmark = pytest.mark.django_db

VICTIM = "victim@example.com"
SPELLINGS = (VICTIM, "Victim@EXAMPLE.COM", "vic.tim@example.com", "victim+7@example.com")
ACCOUNTS = 60


def _to_victim(outbox: list[Any]) -> list[Any]:
    call_command("send_mail")
    return [sent for sent in outbox if sent.to[0].lower() in SPELLINGS]


def _ask_for_reset(address: str = VICTIM) -> Any:
    return stranger().post("/api/password/reset/", {"email": address})


def _register(name: str, address: str) -> Any:
    body = {"username": name, "password": PASSWORD, "email": address}
    return stranger().post("/api/register/", body)


def test_a_password_change_sends_no_mail_to_an_unverified_address(
    mailoutbox: list[Any],
) -> None:
    client = signed_in(make_user(password=PASSWORD, email=VICTIM))
    words = [PASSWORD, *(f"another-long-word-{number}" for number in range(5))]
    for old, new in pairwise(words):
        body = {"old_password": old, "password": new}
        assert client.post("/api/password/change/", body).status_code == 200
    assert _to_victim(mailoutbox) == []


def test_three_resets_for_sixty_accounts_on_one_address_send_three_mails(
    mailoutbox: list[Any],
) -> None:
    password = make_password(PASSWORD)
    for number in range(ACCOUNTS):
        make_user(f"zoe{number}", email=VICTIM)
    User.objects.update(password=password)
    for _ in range(3):
        assert _ask_for_reset().status_code == 200
    found = _to_victim(mailoutbox)
    assert len(found) == 3
    assert found[0].body.count("/password/reset#") == mail_worker.MAX_ACCOUNTS


def test_a_reset_is_for_the_account_that_verified_the_address(
    mailoutbox: list[Any],
) -> None:
    make_user("throwaway", password=PASSWORD, email=VICTIM)
    owner = make_user("owner", password=PASSWORD, email=VICTIM, email_verified_at=timezone.now())
    _ask_for_reset()
    (sent,) = _to_victim(mailoutbox)
    assert sent.body.startswith("Hello owner,")
    assert sent.body.count("/password/reset#") == 1
    assert owner.email == VICTIM


def test_repeated_registrations_with_one_address_send_few_mails(
    mailoutbox: list[Any],
) -> None:
    for number in range(12):
        assert _register(f"zoe{number}", SPELLINGS[number % 4]).status_code == 201
    assert len(_to_victim(mailoutbox)) == mail_limits.VERIFICATIONS_PER_DAY


def test_a_recipients_mail_is_limited_with_a_reserve_for_notices(
    mailoutbox: list[Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_MAIL_PER_ADDRESS = 8
    monkeypatch.setattr(mail_limits, "RESET_BURST", (6, mail_limits.DAY))
    owner = make_user("owner", password=PASSWORD, email=VICTIM, email_verified_at=timezone.now())
    for number in range(6):
        _register(f"zoe{number}", SPELLINGS[number % 4])
        _ask_for_reset(SPELLINGS[number % 4])
    asked_for = Mail.objects.filter(recipient=mail_limits.recipient_key(VICTIM)).count()
    assert asked_for == 8 - mail_limits.RESERVED_FOR_NOTICES
    for _ in range(6):
        mail.notify_password_changed(owner, language="en")
    assert Mail.objects.filter(recipient=mail_limits.recipient_key(VICTIM)).count() == 8


def test_mail_requested_by_a_network_is_limited_by_address_and_in_total(
    mailoutbox: list[Any], settings: Settings
) -> None:
    settings.SEATCAST_MAIL_PER_NETWORK = 10
    for number in range(20):
        mail.send_password_link(f"person{number}@example.com", language="en", client="10.0.0.1")
    assert Mail.objects.count() == 10
    Mail.objects.all().delete()
    for subnet in range(9):
        client = f"2001:db8:1:{subnet}::/64"
        mail.send_password_link(f"person{subnet % 2}@example.com", language="en", client=client)
    assert Mail.objects.count() == 2 * mail_limits.RESET_BURST[0]


def test_one_networks_requests_leave_room_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_limits, "RESET_BURST", (6, mail_limits.DAY))
    for client, most in {
        "10.0.0.1": mail_limits.PER_NETWORK_AND_RECIPIENT,
        "10.0.0.2": mail_limits.RESETS_PER_DAY,
    }.items():
        for _ in range(6):
            mail.send_password_link(VICTIM, language="en", client=client)
        assert Mail.objects.count() == most


@pytest.mark.django_db(transaction=True)
def test_parallel_mail_requests_are_limited_like_consecutive_ones() -> None:
    ask = partial(mail.send_password_link, VICTIM, language="en")
    at_once([partial(ask, client=f"10.0.{number}.1") for number in range(12)])
    assert Mail.objects.count() == mail_limits.RESET_BURST[0]


def test_an_unknown_address_is_limited_like_a_known_one() -> None:
    for address in (VICTIM, "nobody@example.com"):
        make_user(email=VICTIM)
        for _ in range(6):
            _ask_for_reset(address)
        call_command("send_mail")
        key = mail_limits.recipient_key(address)
        assert Mail.objects.filter(recipient=key).count() == mail_limits.RESET_BURST[0]


LINKS = ("www.evil.example", "evil.example", "a@evil.example", "evil.example+x", "x" * 41)


@pytest.mark.parametrize("name", LINKS)
def test_a_username_that_could_become_a_link_is_not_in_mail(
    name: str, mailoutbox: list[Any]
) -> None:
    assert safe_in_mail(name) == ""
    owner = make_user(name, password=PASSWORD, email=VICTIM, email_verified_at=timezone.now())
    make_user("owner", password=PASSWORD, email=VICTIM, email_verified_at=timezone.now())
    mail.notify_password_changed(owner, language="en")
    mail.notify_email_changed(owner, VICTIM, language="de")
    _ask_for_reset()
    found = _to_victim(mailoutbox)
    assert len(found) == 3
    assert all(name not in sent.body for sent in found)


@pytest.mark.parametrize("language", mail_templates.LANGUAGES)
def test_mail_to_an_unverified_address_contains_no_username(
    language: str, mailoutbox: list[Any]
) -> None:
    person = make_user("buynow", password=PASSWORD, email=VICTIM)
    mail.send_verification(person, VICTIM, language=language, client="10.0.0.1")
    mail.send_password_link(VICTIM, language=language, client="10.0.0.1")
    found = _to_victim(mailoutbox)
    assert len(found) == 2
    assert all("buynow" not in sent.body for sent in found)
    assert all(settings.SEATCAST_SITE_URL in sent.body for sent in found)
