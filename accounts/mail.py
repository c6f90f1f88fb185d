"""Mail, sent after the answer: written down with what it is about, and sent by a thread.

A mail is a row of the same transaction. A thread sends it as soon as that is committed, and
`manage.py send_mail`, in the housekeeping's rounds, whatever is left: because the process was
killed, or the mail server was away. Each try is claimed before it is made, so two processes do
not make the same one; a process that dies between sending and noting it sends a mail twice.

Who asks for a link is not told whether anybody has the address, and cannot find out by the time
it takes: a row is written for any address, and looked at here. A link is made when it is sent,
and is not in the database.
"""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error, connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import letters
from accounts.models import Mail, User

MINUTES_BEFORE_TRIES = (1, 2, 4, 8, 16)
"""How long to wait after each try; after the last of them a mail is given up."""

LINKS_AT_MOST = 3
LINKS_WITHIN = timedelta(minutes=15)

logger = logging.getLogger(__name__)


def ask_for_link(address: str, *, language: str) -> None:
    """Have a link mailed to everybody who has an address, if anybody has it."""
    _post(Mail(kind=Mail.Kind.LINK, address=address, language=language))


def tell_of_change(person: User, *, language: str) -> None:
    """Have somebody told that their password was changed, if they gave an address."""
    if person.email:
        _post(Mail(kind=Mail.Kind.CHANGED, address=person.email, language=language, person=person))


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header in which there are letters."""
    for name, _ in parse_accept_lang_header(accepted):
        if (language := name.split("-")[0]) in letters.LANGUAGES:
            return language
    return letters.LANGUAGES[0]


def send_due() -> Iterator[bool]:
    """Try to send all mail that is due; yield for each whether it went well."""
    due = Mail.objects.filter(done_at=None, tries__lt=len(MINUTES_BEFORE_TRIES), due_at__lte=Now())
    for mail in due.order_by("pk").select_related("person").iterator():
        if _claim(mail):
            yield _send(mail)


def prune(*, older_than: timedelta) -> int:
    """Delete the mails of so long ago; return how many."""
    deleted, _ = Mail.objects.filter(created_at__lt=Now() - older_than).delete()
    return deleted


def _post(mail: Mail) -> None:
    mail.save()
    transaction.on_commit(_carrier.wake)


def _claim(mail: Mail) -> bool:
    rest = timedelta(minutes=MINUTES_BEFORE_TRIES[mail.tries])
    mine = Mail.objects.filter(pk=mail.pk, tries=mail.tries, done_at=None)
    return bool(mine.update(tries=F("tries") + 1, due_at=Now() + rest))


def _send(mail: Mail) -> bool:
    addressees = _addressees(mail)
    if not addressees:
        mail.delete()
        return True
    try:
        for person in addressees:
            subject, body = letters.write(mail, person)
            # To the address that they gave, not to one that only looks like it.
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email]).send()
    except (OSError, SMTPException) as error:
        # Not the error's text, which may have the address.
        logger.warning("Mail %s could not be sent: %s", mail.pk, type(error).__name__)
        return False
    Mail.objects.filter(pk=mail.pk).update(done_at=Now())
    return True


def _addressees(mail: Mail) -> list[User]:
    if mail.kind == Mail.Kind.CHANGED:
        return [mail.person] if mail.person else []
    lately = Mail.objects.filter(kind=mail.kind, done_at__gt=Now() - LINKS_WITHIN)
    if lately.filter(address__iexact=mail.address).count() >= LINKS_AT_MOST:
        return []
    people = User.objects.filter(email__iexact=mail.address, is_active=True)
    return [person for person in people if person.has_usable_password()]


class _Carrier:
    """The thread that sends mail: one for each process, and only while there is some."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._is_awake = self._is_asked_again = False

    def wake(self) -> None:
        with self._state:
            self._is_asked_again = True
            if self._is_awake:
                return
            self._is_awake = True
        # What a process that ends leaves behind, housekeeping sends.
        threading.Thread(target=self._run, name="mail", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._goes_on():
                list(send_due())
        except Error as error:
            logger.warning("Mail waits for the database: %s", error)
            with self._state:
                self._is_awake = False
        finally:
            connections.close_all()

    def _goes_on(self) -> bool:
        with self._state:
            self._is_awake, self._is_asked_again = self._is_asked_again, False
            return self._is_awake


_carrier = _Carrier()
