"""The mail queue, which servers of several releases share during an upgrade."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import mail as mail_queue
from accounts import mail_templates, mail_worker
from accounts.mail import prune
from accounts.mail_limits import recipient_key
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
def test_the_worker_sends_until_it_is_stopped_also_after_an_unexpected_failure(
    alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(_: float) -> None:
        monkeypatch.undo()

    Mail.objects.create(kind=Mail.Kind.CHANGED, address=alice.email, person=alice)
    monkeypatch.setattr(mail_templates, "LANGUAGES", None)
    is_stopped = threading.Event()
    # In a thread of its own, whose priority it lowers.
    worker = threading.Thread(target=mail_worker.run, args=[is_stopped.is_set, wait])
    worker.start()
    try:
        wait_until(lambda: Mail.objects.exclude(done_at=None).exists())
    finally:
        is_stopped.set()
        worker.join()
    assert len(mailoutbox) == 1


class MailServer(EmailBackend):
    """Django's backend for tests; it breaks, or refuses recipients."""

    is_away = False
    breaks_after: int | None = None
    refused: set[str] = set()
    failure: Exception | None = None

    def open(self) -> bool:
        if MailServer.is_away:
            raise ConnectionRefusedError
        return True

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if MailServer.refused.intersection(messages[0].to):
            raise SMTPRecipientsRefused({})
        if MailServer.failure is not None:
            raise MailServer.failure
        if MailServer.breaks_after == 0:
            raise SMTPServerDisconnected
        if MailServer.breaks_after is not None:
            MailServer.breaks_after -= 1
        return int(super().send_messages(messages))


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[MailServer]:
    settings.EMAIL_BACKEND = f"{__name__}.MailServer"
    for name in ("is_away", "breaks_after", "refused", "failure"):
        monkeypatch.setattr(MailServer, name, getattr(MailServer, name))
    return MailServer


def changed(person: User, count: int) -> None:
    for number in range(count):
        address = f"person{number}@example.org"
        Mail.objects.create(kind=Mail.Kind.CHANGED, address=address, person=person)


def test_while_the_mail_server_is_away_no_attempt_is_counted(
    alice: User, mailoutbox: list[Any], server: type[MailServer]
) -> None:
    changed(alice, 3)
    server.is_away = True
    for _ in range(10):
        with pytest.raises(CommandError, match="The mail server is unavailable"):
            call_command("send_mail")
    assert set(Mail.objects.values_list("tries", flat=True)) == {0}
    server.is_away = False
    call_command("send_mail")
    assert len(mailoutbox) == 3


def test_a_connection_that_breaks_costs_one_mail_an_attempt(
    alice: User, mailoutbox: list[Any], server: type[MailServer]
) -> None:
    changed(alice, 5)
    server.breaks_after = 2
    with pytest.raises(CommandError):
        call_command("send_mail")
    server.breaks_after = None
    call_command("send_mail")
    tries = sorted((mail.tries, mail.done_at is None) for mail in Mail.objects.all())
    # The second connection broke before it sent one, and gave back the last mail.
    assert tries == [(1, False), (1, False), (1, False), (1, True), (1, True)]


def test_a_refused_recipient_does_not_end_the_connection(
    alice: User, mailoutbox: list[Any], server: type[MailServer]
) -> None:
    changed(alice, 3)
    server.refused = {"person1@example.org"}
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_mail")
    assert [mail.to for mail in mailoutbox] == [["person0@example.org"], ["person2@example.org"]]


def test_a_later_mail_about_a_booking_waits_for_an_earlier_one_to_the_same_recipient(
    alice: User, mailoutbox: list[Any], server: type[MailServer]
) -> None:
    for name in ("zoe", "yan"):
        for event in ("First", "Second"):
            Mail.objects.create(
                kind=Mail.Kind.CANCELLED,
                address=f"{name}@example.org",
                recipient=recipient_key(f"{name}@example.org"),
                person=alice,
                details={
                    **dict.fromkeys(("venue", "date", "booking", "refund"), ""),
                    "event": event,
                },
            )
    server.refused = {"zoe@example.org"}
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_mail")
    server.refused = set()
    call_command("send_mail")
    # The second mail to the other recipient becomes free when the first one is sent.
    assert [mail.to for mail in mailoutbox] == [["yan@example.org"]] * 2
    Mail.objects.filter(done_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
    call_command("send_mail")
    subjects = [mail.subject for mail in mailoutbox]
    assert ["First" in subject for subject in subjects] == [True, False] * 2


def test_a_second_copy_of_a_mail_has_the_same_message_id(
    alice: User, mailoutbox: list[Any]
) -> None:
    changed(alice, 2)
    for _ in range(2):
        # As if the process was killed before it recorded what it had sent.
        Mail.objects.update(done_at=None, due_at=timezone.now() - timedelta(seconds=1))
        call_command("send_mail")
    ids = {mail.to[0]: set[str]() for mail in mailoutbox}
    for mail in mailoutbox:
        ids[mail.to[0]].add(mail.message()["Message-ID"])
    assert len(mailoutbox) == 4
    assert [len(found) for found in ids.values()] == [1, 1]
    assert set.intersection(*ids.values()) == set()


def test_what_a_killed_process_had_claimed_is_sent_only_at_the_time_of_the_next_attempt(
    alice: User, mailoutbox: list[Any]
) -> None:
    changed(alice, 2)
    assert len(mail_worker._claim(is_prompt=True)) == 2
    call_command("send_mail")
    assert mailoutbox == []
    Mail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    call_command("send_mail")
    assert len(mailoutbox) == 2


def test_mail_that_waits_for_the_mail_server_is_kept_for_days(alice: User) -> None:
    now = timezone.now()
    changed(alice, 4)
    waiting, old, sent, given_up = Mail.objects.order_by("pk")
    for mail, days, fields in (
        (waiting, 6, {}),
        (old, 15, {}),
        (sent, 2, {"done_at": now}),
        (given_up, 6, {"given_up_at": now}),
    ):
        found = Mail.objects.filter(pk=mail.pk)
        found.update(created_at=now - timedelta(days=days), **fields)
    assert prune(older_than=timedelta(days=1)) == 2
    assert list(Mail.objects.order_by("pk")) == [waiting, given_up]


REFUSED_FOR_NOW = {"zoe@example.org": (451, b"Try again later")}


@pytest.mark.parametrize(
    "failure",
    [
        SMTPRecipientsRefused(REFUSED_FOR_NOW),
        SMTPDataError(452, "Out of space"),
        SMTPSenderRefused(550, b"Not from here", "shop@example.org"),
        SMTPServerDisconnected(),
        TimeoutError(),
    ],
)
def test_mail_that_is_refused_for_now_is_sent_again_for_five_days(
    alice: User, mailoutbox: list[Any], server: type[MailServer], failure: Exception
) -> None:
    changed(alice, 1)
    server.failure = failure
    waited = timedelta()
    while Mail.objects.filter(given_up_at=None).exists():
        before = timezone.now()
        with pytest.raises(CommandError):
            call_command("send_mail")
        waited += Mail.objects.get().due_at - before
        Mail.objects.update(due_at=before)
    assert timedelta(days=5) < waited < timedelta(days=5.5)
    server.failure = None
    call_command("send_mail")
    assert mailoutbox == []


def test_the_pauses_grow_to_a_few_hours() -> None:
    delays = mail_worker.RETRY_DELAYS_MINUTES
    assert list(delays) == sorted(delays)
    assert (delays[0], delays[-1]) == (1, 180)


@pytest.mark.parametrize(
    "failure",
    [SMTPRecipientsRefused({"zoe@example.org": (550, b"No such user")}), SMTPDataError(554, "No")],
)
def test_mail_that_is_refused_for_good_is_given_up_until_it_is_sent_again(
    alice: User, mailoutbox: list[Any], server: type[MailServer], failure: Exception
) -> None:
    changed(alice, 1)
    server.failure = failure
    with pytest.raises(CommandError, match="1 could not be sent"):
        call_command("send_mail")
    server.failure = None
    Mail.objects.update(due_at=timezone.now())
    call_command("send_mail")
    assert mailoutbox == []
    call_command("send_mail", "--again")
    assert len(mailoutbox) == 1


def test_the_command_tells_what_is_not_sent(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(alice, 3)
    first, second, _ = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=first.pk).update(failed_at=timezone.now())
    Mail.objects.filter(pk=second.pk).update(failed_at=timezone.now(), given_up_at=timezone.now())
    call_command("send_mail", "--dry-run")
    told = "1 waiting, 1 to be sent again later, 1 given up."
    assert capsys.readouterr().out.strip() == told


@pytest.mark.django_db
def test_mail_that_waits_for_a_limit_is_not_sent_again_early() -> None:
    later = timezone.now() + timedelta(hours=3)
    Mail.objects.create(kind=Mail.Kind.CANCELLED, address="zoe@example.org", due_at=later)
    assert mail_queue.send_again() == 0
    assert Mail.objects.get().due_at == later
