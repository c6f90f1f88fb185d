"""Queue mail in the database. `mail_worker` sends it after the commit, beside housekeeping.

Mail goes to verified addresses only, with four exceptions: the mail that verifies an address, an
invitation to an organisation, a password link to the owner of an address that no account has
verified, and mail to guests about their bookings. `mail_limits` has the rate limits.

A request for links does not reveal whether an account or guest has the address, not even by its
response time: a row is written for any address, and accounts are looked up when it is sent. Links
are made at that time too, and are not in the database.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import mail_templates
from accounts.mail_limits import (
    CONFIRMATIONS_PER_DAY,
    DAY,
    TooMuchMail,
    enforce_limits,
    left_of,
    network_key,
    recipient_key,
    usages,
)
from accounts.mail_worker import RETRY_DELAYS_MINUTES
from accounts.models import Mail, User
from security_log.request_context import current_request

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

    A notice about a changed event replaces one about the same booking that waits to be sent; if the
    event is again what the buyer knows, neither is sent. Notices count towards the mail limits.
    Those to an address that nobody has verified are also refused by them: anybody could have given
    it. Of changes such an address is told the last one, as soon as the limit allows.
    """
    found = list(mails)
    for mail in found:
        mail.recipient = recipient_key(mail.address)
    Mail.objects.bulk_create(_within_limits(_unless_merged(found)))


def notify(mail: Mail) -> bool:
    """Queue a notice within the mail limits; return False beyond them."""
    organisation_id = mail.organisation_id
    if _is_verified(mail.address):
        mail.organisation_id = None
    elif left_of(organisation_id, kind=mail.kind) < 1:
        return False
    try:
        _enqueue(mail, client=_seller() if mail.organisation_id is not None else "")
    except TooMuchMail:
        return False
    return True


def _unless_merged(mails: Sequence[Mail]) -> list[Mail]:
    """Merge notices about changed events into those that wait to be sent; return the others."""
    changes = [mail for mail in mails if mail.kind == Mail.Kind.CHANGED_EVENT]
    if not changes:
        return list(mails)
    rows = Mail.objects.select_for_update(of=("self",)).filter(
        kind=Mail.Kind.CHANGED_EVENT,
        done_at=None,
        tries=0,
        recipient__in={mail.recipient for mail in changes},
    )
    waiting = {(row.recipient, row.details.get("booking")): row for row in rows.order_by("pk")}
    left = []
    for mail in mails:
        earlier = waiting.get((mail.recipient, mail.details.get("booking")))
        if mail.kind != Mail.Kind.CHANGED_EVENT or earlier is None:
            left.append(mail)
            continue
        earlier.details = {**mail.details, "before": earlier.details["before"]}
        if earlier.details["before"] == f"{mail.details['venue']}, {mail.details['date']}":
            earlier.delete()
        else:
            earlier.save(update_fields=["details"])
    return left


def _within_limits(mails: Sequence[Mail]) -> list[Mail]:
    """Return mails without those to unverified addresses that a limit refuses.

    The first notice about a changed event beyond the limit of its recipient is sent later.
    """
    unverified = [mail for mail in mails if _is_unverified(mail)]
    known = usages({mail.recipient for mail in unverified})
    sources = {(mail.organisation_id, mail.kind) for mail in unverified}
    left = {source: left_of(source[0], kind=source[1]) for source in sources}
    kept = []
    for mail in mails:
        if not _is_unverified(mail):
            kept.append(mail)
            continue
        usage, source = known[mail.recipient], (mail.organisation_id, mail.kind)
        is_confirmation = mail.kind == Mail.Kind.BOOKED
        if left[source] < 1 or (is_confirmation and usage.confirmations >= CONFIRMATIONS_PER_DAY):
            continue
        if not usage.is_exhausted:
            known[mail.recipient] = usage._replace(
                mails=usage.mails + 1, confirmations=usage.confirmations + is_confirmation
            )
        elif mail.kind == Mail.Kind.CHANGED_EVENT and not usage.has_deferred:
            known[mail.recipient] = usage._replace(has_deferred=True)
            mail.due_at = (usage.oldest or timezone.now()) + DAY
        else:
            continue
        left[source] -= 1
        kept.append(mail)
    return kept


def _is_unverified(mail: Mail) -> bool:
    return mail.person is not None and mail.person.email_verified_at is None


def _is_verified(address: str) -> bool:
    """Return whether somebody has verified an address."""
    same = User.objects.filter(email__iexact=address, email_verified_at__isnull=False)
    return same.filter(is_active=True).exists()


def _seller() -> str:
    """Return the address of the client for whose request mail is queued; empty without one."""
    sent = current_request.get()
    return sent.address() if sent else ""


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
