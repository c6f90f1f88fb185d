"""Mail, sent after the answer: written down with what it is about, and sent by a thread.

A mail is a row of the same transaction. A thread sends it as soon as that is committed, and
`manage.py send_mail`, in the housekeeping's rounds, whatever is left: because the process was
killed, or the mail server was away. Each try is claimed before it is made, so two processes do
not make the same one; a process that dies between sending and noting it sends a mail twice.

Letters go to verified addresses only, but for two: the one that verifies an address, and a link
for a new password to the owner of an address that no account has verified. Each is one letter to
one address, for all accounts that it is about. How many there may be is in `mail_bounds`.

Who asks for a link is not told whether anybody has the address, and cannot find out by the time
it takes: a row is written for any address, and looked at here. A link is made when it is sent,
and is not in the database.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error, connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import mail_templates
from accounts.mail_limits import TooMuchMail, enforce_limits, network_key, recipient_key
from accounts.models import Mail, User

RETRY_DELAYS_MINUTES = (1, 2, 4, 8, 16)
"""How long to wait after each try; after the last of them a mail is given up."""

MAX_ACCOUNTS = 10
"""How many accounts one letter has links for."""

logger = logging.getLogger(__name__)


def send_password_link(address: str, *, language: str, client: str) -> None:
    """Have links mailed to an address for the accounts that have it, if any has.

    Nothing is sent, and nothing said, when there was too much mail already.
    """
    mail = Mail(kind=Mail.Kind.LINK, address=address, language=language)
    with suppress(TooMuchMail):
        _enqueue(mail, client=client)


def send_verification(person: User, address: str, *, language: str, client: str) -> None:
    """Have a link mailed by which somebody shows that an address is theirs. Raises: TooMuchMail."""
    mail = Mail(kind=Mail.Kind.VERIFY, address=address, language=language, person=person)
    _enqueue(mail, client=client)


def notify_password_changed(person: User, *, language: str) -> None:
    """Have somebody told that their password was changed, if they have a verified address."""
    if not person.email_verified_at:
        return
    mail = Mail(kind=Mail.Kind.CHANGED, address=person.email, language=language, person=person)
    # The change is made in any case; that many letters today have told of others.
    with suppress(TooMuchMail):
        _enqueue(mail)


def notify_email_change(person: User, address: str, *, is_done: bool, language: str) -> None:
    """Have an old, verified address told that another takes its place, or is to.

    Raises: TooMuchMail.
    """
    kind = Mail.Kind.MOVED if is_done else Mail.Kind.MOVING
    _enqueue(Mail(kind=kind, address=address, language=language, person=person))


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header in which there are letters."""
    for name, _ in parse_accept_lang_header(accepted):
        if (language := name.split("-")[0]) in mail_templates.LANGUAGES:
            return language
    return mail_templates.LANGUAGES[0]


def language_of_request(request: Any) -> str:
    """Return the language in which who sends a request gets mail."""
    return language_of(request.headers.get("Accept-Language", ""))


def send_due() -> Iterator[bool]:
    """Try to send all mail that is due; yield for each whether it went well."""
    due = Mail.objects.filter(done_at=None, tries__lt=len(RETRY_DELAYS_MINUTES), due_at__lte=Now())
    for mail in due.order_by("pk").select_related("person").iterator():
        if _claim(mail):
            yield _send(mail)


def prune(*, older_than: timedelta) -> int:
    """Delete the mails of so long ago, a day at least: younger ones count; return how many."""
    deleted, _ = Mail.objects.filter(created_at__lt=Now() - older_than).delete()
    return deleted


def _enqueue(mail: Mail, *, client: str = "") -> None:
    """Write a mail down if there is room for it. Raises: TooMuchMail."""
    mail.recipient = recipient_key(mail.address)
    mail.network = network_key(client) if client else ""
    with transaction.atomic():
        enforce_limits(mail)
        mail.save()
        transaction.on_commit(_sender.wake)


def _claim(mail: Mail) -> bool:
    rest = timedelta(minutes=RETRY_DELAYS_MINUTES[mail.tries])
    mine = Mail.objects.filter(pk=mail.pk, tries=mail.tries, done_at=None)
    return bool(mine.update(tries=F("tries") + 1, due_at=Now() + rest))


def _send(mail: Mail) -> bool:
    people = _recipients_of(mail)
    try:
        if people:
            subject, body = mail_templates.render(mail, people)
            # To the address that they gave, not to one that only looks like it.
            to = people[0].email if mail.kind == Mail.Kind.LINK else mail.address
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to]).send()
    except (OSError, SMTPException) as error:
        # Not the error's text, which may have the address.
        logger.warning("Mail %s could not be sent: %s", mail.pk, type(error).__name__)
        return False
    # Also if it was for nobody: it was asked for, and counts.
    Mail.objects.filter(pk=mail.pk).update(done_at=Now())
    return True


def _recipients_of(mail: Mail) -> list[User]:
    """Return the accounts that a mail is about; none if it is about nobody, or not any more."""
    if mail.kind == Mail.Kind.LINK:
        return _owners(mail.address)
    person = mail.person
    if person is None or not person.is_active:
        return []
    if mail.kind == Mail.Kind.VERIFY:
        is_wanted = mail.address in (person.new_email, person.email)
        return [person] if is_wanted else []
    return [person]


def _owners(address: str) -> list[User]:
    """Return the accounts that have verified an address; if there is none, those that claim it."""
    found = User.objects.filter(email__iexact=address, is_active=True).order_by("pk")
    # The database takes more letters for the same than mail servers do.
    same = [
        each for each in found.iterator() if _ascii_folded(each.email) == _ascii_folded(address)
    ]
    people = [person for person in same if person.has_usable_password()]
    verified = [person for person in people if person.email_verified_at]
    return (verified or people)[:MAX_ACCOUNTS]


def _ascii_folded(address: str) -> bytes:
    return address.encode(errors="replace").lower()


class _Sender:
    """The thread that sends mail: one for each process, and only while there is some."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._is_running = self._is_woken = False

    def wake(self) -> None:
        with self._state:
            self._is_woken = True
            if self._is_running:
                return
            self._is_running = True
        # What a process that ends leaves behind, housekeeping sends.
        threading.Thread(target=self._run, name="mail", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._should_continue():
                list(send_due())
        except Error as error:
            logger.warning("Mail waits for the database: %s", error)
            with self._state:
                self._is_running = False
        finally:
            connections.close_all()

    def _should_continue(self) -> bool:
        with self._state:
            self._is_running, self._is_woken = self._is_woken, False
            return self._is_running


_sender = _Sender()
