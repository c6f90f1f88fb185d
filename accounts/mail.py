"""Queue mail in the database. `mail_worker` sends it after the commit, beside housekeeping.

Mail goes to verified addresses only, with four exceptions: the mail that verifies an address, an
invitation to an organisation, a password link to the owner of an address that no account has
verified, and mail to guests about their bookings. `mail_limits` has the rate limits.

A request for links does not reveal whether an account or guest has the address, not even by its
response time: a row is written for any address, and accounts are looked up when it is sent. Links
are made at that time too, and are not in the database.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
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
from accounts.mail_worker import RETRY_DELAYS_MINUTES
from accounts.models import Mail, User

WAITING_KEPT = timedelta(days=3)
"""How long mail is kept that waits for the mail server."""


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
    """Mail the links to all bookings of guests that have an address, as `send_password_link`."""
    mail = Mail(kind=Mail.Kind.GUEST, address=address, language=language)
    with suppress(TooMuchMail):
        _enqueue(mail, client=client)


def send_guest_links(address: str, *, guest: User, language: str, client: str) -> None:
    """Mail the links to one guest's bookings. Raises: TooMuchMail."""
    mail = Mail(kind=Mail.Kind.GUEST, address=address, language=language, person=guest)
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


def prune(*, older_than: timedelta) -> int:
    """Delete mail older than that; return how many. Limits count mail of the last day.

    Mail that was not given up is kept for WAITING_KEPT: the mail server may be away.
    """
    has_tries = Q(tries__lt=len(RETRY_DELAYS_MINUTES))
    is_waiting = has_tries & Q(done_at=None, created_at__gte=Now() - WAITING_KEPT)
    old = Mail.objects.filter(created_at__lt=Now() - older_than)
    deleted, _ = old.exclude(is_waiting).delete()
    return deleted


def _enqueue(mail: Mail, *, client: str = "") -> None:
    """Queue a mail within the mail limits. Raises: TooMuchMail."""
    mail.recipient = recipient_key(mail.address)
    mail.network = network_key(client) if client else ""
    with transaction.atomic():
        enforce_limits(mail)
        mail.save()
