"""The mail queue, which servers of several releases share during an upgrade."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import mail, mail_templates
from accounts.models import Mail, User
from tests.concurrent_commands import wait_until
from tests.factories import make_user

pytestmark = pytest.mark.any_database


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice", email="alice@example.com", email_verified_at=timezone.now())


@pytest.mark.parametrize("newer", [{"kind": "newer"}, {"language": "fr"}])
def test_mail_that_only_newer_servers_can_write_is_left_to_them(
    alice: User, mailoutbox: list[Any], newer: dict[str, str]
) -> None:
    known = {"kind": Mail.Kind.CHANGED, "address": alice.email, "person": alice}
    left = Mail.objects.create(**{**known, **newer})
    sent = Mail.objects.create(**known)
    call_command("send_mail")
    assert len(mailoutbox) == 1
    left.refresh_from_db()
    sent.refresh_from_db()
    assert (left.tries, left.done_at) == (0, None)
    assert sent.done_at is not None


def test_a_mail_that_cannot_be_written_does_not_hold_up_the_others(
    alice: User, mailoutbox: list[Any]
) -> None:
    for kind in (Mail.Kind.CANCELLED, Mail.Kind.CHANGED):
        # A cancelled event's mail needs details.
        Mail.objects.create(kind=kind, address=alice.email, person=alice)
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_mail")
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_after_an_unexpected_failure_the_next_mail_starts_a_new_thread(
    alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(mail_templates, "LANGUAGES", None)
        mail.notify_password_changed(alice, language="en")
        wait_until(lambda: not mail._sender._is_running)
    assert not mailoutbox
    mail.notify_password_changed(alice, language="en")
    wait_until(lambda: not mail._sender._is_running)
    assert len(mailoutbox) == 2
