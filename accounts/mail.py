"""Send mail after the response: queue it in the database, and send it in a thread.

A mail is a row, written in the caller's transaction. A thread sends it right after the commit, and
`manage.py send_mail`, run by housekeeping, sends what is left over because a process was killed or
the mail server was unavailable. An attempt is claimed before it is made, so two processes do not
make the same one; a process that dies between sending and recording it sends a mail twice.

Mail goes to verified addresses only, with four exceptions: the mail that verifies an address, an
invitation to an organisation, a password link to the owner of an address that no account has
verified, and mail to guests about their bookings. `mail_limits` has the rate limits.

A request for links does not reveal whether an account or guest has the address, not even by its
response time: a row is written for any address, and accounts are looked up when it is sent. Links
are made at that time too, and are not in the database.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import Error, connections, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import mail_templates
from accounts.mail_limits import (
    TooMuchMail,
    enforce_limits,
    exhausted,
    network_key,
    recipient_key,
)
from accounts.mail_message import message_of
from accounts.models import Mail, User

RETRY_DELAYS_MINUTES = (1, 2, 4, 8, 16)
"""How long to wait after each attempt; after the last one a mail is given up."""

MAX_ACCOUNTS = 10
"""How many accounts one mail has links for."""

_TO_OWNERS = (Mail.Kind.LINK, Mail.Kind.GUEST)

logger = logging.getLogger(__name__)


def send_password_link(address: str, *, language: str, client: str) -> None:
    """Mail password links for all accounts that have an address.

    Does nothing if the address or the client's network has reached a mail limit.
    """
    mail = Mail(kind=Mail.Kind.LINK, address=address, language=language)
    with suppress(TooMuchMail):
        _enqueue(mail, client=client)


def send_verification(person: User, address: str, *, language: str, client: str) -> None:
    """Mail a link that verifies an address for a person. Raises: TooMuchMail."""
    mail = Mail(kind=Mail.Kind.VERIFY, address=address, language=language, person=person)
    _enqueue(mail, client=client)


def request_guest_links(address: str, *, language: str, client: str) -> None:
    """Mail the links of all guests that have an address, as `send_password_link`."""
    with suppress(TooMuchMail):
        send_guest_links(address, language=language, client=client)


def send_guest_links(address: str, *, language: str, client: str) -> None:
    """Mail the links of all guests that have an address. Raises: TooMuchMail."""
    mail = Mail(kind=Mail.Kind.GUEST, address=address, language=language)
    _enqueue(mail, client=client)


def notify_password_changed(person: User, *, language: str) -> None:
    """Mail a person with a verified address that their password was changed."""
    if not person.email_verified_at:
        return
    mail = Mail(kind=Mail.Kind.CHANGED, address=person.email, language=language, person=person)
    # The change must not fail; so many mails today have reported others.
    with suppress(TooMuchMail):
        _enqueue(mail)


def notify_email_change(person: User, address: str, *, is_done: bool, language: str) -> None:
    """Mail the old, verified address that another one was requested or, `is_done`, confirmed.

    Raises: TooMuchMail.
    """
    kind = Mail.Kind.MOVED if is_done else Mail.Kind.MOVING
    _enqueue(Mail(kind=kind, address=address, language=language, person=person))


def send_invitation(
    inviter: User, address: str, *, key: str, organisation: str, language: str, client: str
) -> None:
    """Mail an invitation with a key to an organisation. Raises: TooMuchMail."""
    details = {"key": key, "organisation": organisation}
    mail = Mail(
        kind=Mail.Kind.INVITED, address=address, language=language, person=inviter, details=details
    )
    _enqueue(mail, client=client)


def notify_all(mails: Iterable[Mail]) -> None:
    """Queue notices to accounts and guests in a few statements, in the caller's transaction.

    They count towards the mail limits. Only those to guests with an unverified address are refused
    by one: anybody could have given it.
    """
    found = list(mails)
    for mail in found:
        mail.recipient = recipient_key(mail.address)
    unverified = {
        mail.recipient for mail in found if mail.person and mail.person.email_verified_at is None
    }
    if unverified:
        full = exhausted(unverified)
        found = [mail for mail in found if mail.recipient not in unverified & full]
    if found:
        Mail.objects.bulk_create(found)
        transaction.on_commit(_sender.wake)


def notify(mail: Mail) -> bool:
    """Queue a notice within the mail limits; return False beyond them."""
    try:
        _enqueue(mail)
    except TooMuchMail:
        return False
    return True


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header that has mail templates."""
    for name, _ in parse_accept_lang_header(accepted):
        if (language := name.split("-")[0]) in mail_templates.LANGUAGES:
            return language
    return mail_templates.LANGUAGES[0]


def language_of_request(request: Any) -> str:
    """Return the language of mail for the client of a request."""
    return language_of(request.headers.get("Accept-Language", ""))


def send_due() -> Iterator[bool]:
    """Try to send all mail that is due; yield for each whether it was sent.

    During an upgrade, mail that this server has no text for is left to the newer ones.
    """
    due = Mail.objects.filter(
        kind__in=Mail.Kind.values,
        language__in=mail_templates.LANGUAGES,
        done_at=None,
        tries__lt=len(RETRY_DELAYS_MINUTES),
        due_at__lte=Now(),
    )
    for mail in due.order_by("pk").select_related("person").iterator():
        if _claim(mail):
            yield _send(mail)


def prune(*, older_than: timedelta) -> int:
    """Delete mail older than that; return how many. Limits count mail of the last day."""
    deleted, _ = Mail.objects.filter(created_at__lt=Now() - older_than).delete()
    return deleted


def _enqueue(mail: Mail, *, client: str = "") -> None:
    """Queue a mail within the mail limits. Raises: TooMuchMail."""
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
        if people or mail.kind in mail_templates.ABOUT_BOOKINGS:
            # To the stored address, never to the spelling in the request.
            to = people[0].email if mail.kind in _TO_OWNERS else mail.address
            message_of(mail, people, to=to).send()
    except Exception as error:  # noqa: BLE001 - one mail must not hold up the others
        # The error's text can contain the address.
        logger.warning("Mail %s could not be sent: %s", mail.pk, type(error).__name__)
        return False
    # Also if no account has the address: the request counts towards the limits.
    Mail.objects.filter(pk=mail.pk).update(done_at=Now())
    return True


def _recipients_of(mail: Mail) -> list[User]:
    """Return the accounts that a mail is about; none if it is not wanted any more."""
    if mail.kind in _TO_OWNERS:
        return _owners(mail)
    person = mail.person
    if person is None or not person.is_active:
        return []
    if mail.kind == Mail.Kind.VERIFY:
        is_wanted = mail.address in (person.new_email, person.email)
        return [person] if is_wanted else []
    return [person]


def _owners(mail: Mail) -> list[User]:
    """Return the guests with the address, or the accounts that a password link is for.

    Those are the accounts that have verified it or, if there are none, that claim it.
    """
    found = User.objects.filter(email__iexact=mail.address, is_active=True).order_by("pk")
    # The database folds the case of more characters than mail servers do.
    same = [
        each
        for each in found.iterator()
        if _ascii_folded(each.email) == _ascii_folded(mail.address)
    ]
    if mail.kind == Mail.Kind.GUEST:
        return [person for person in reversed(same) if person.is_guest][:MAX_ACCOUNTS]
    people = [person for person in same if person.has_usable_password()]
    verified = [person for person in people if person.email_verified_at]
    return (verified or people)[:MAX_ACCOUNTS]


def _ascii_folded(address: str) -> bytes:
    return address.encode(errors="replace").lower()


class _Sender:
    """A thread that sends mail, one in each process, started when there is some."""

    def __init__(self) -> None:
        self._state = threading.Lock()
        self._is_running = self._is_woken = False

    def wake(self) -> None:
        with self._state:
            self._is_woken = True
            if self._is_running:
                return
            self._is_running = True
        # Housekeeping sends what a process that exits leaves behind.
        threading.Thread(target=self._run, name="mail", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._should_continue():
                list(send_due())
        except Exception as error:
            if isinstance(error, Error):
                logger.warning("Mail is delayed, the database is unavailable: %s", error)
            else:
                logger.exception("Mail is delayed")
            with self._state:
                self._is_running = False
        finally:
            connections.close_all()

    def _should_continue(self) -> bool:
        with self._state:
            self._is_running, self._is_woken = self._is_woken, False
            return self._is_running


_sender = _Sender()
