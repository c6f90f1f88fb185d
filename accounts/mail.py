"""Queue mail in the database. `mail_worker` sends it after the commit, beside housekeeping.

Mail goes to verified addresses only, with four exceptions: the mail that verifies an address, an
invitation to an organisation, a password link to the owner of an address that no account has
verified, and mail about bookings, which goes to the address that bought. `mail_limits` has the rate
limits.

A request for links does not reveal whether an account or guest has the address, not even by its
response time: a row is written for any address, and accounts are looked up when it is sent. Links
are made at that time too, and are not in the database.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import mail_templates
from accounts.mail_limits import (
    BY_SELLERS,
    Allowance,
    TooMuchMail,
    enforce_limits,
    is_to_verified_account,
    lock,
    network_key,
    recipient_key,
)
from accounts.models import Mail, User
from infrastructure.security_log.prefixes import Folded
from infrastructure.security_log.request_context import current_request

UNSENT_KEPT = timedelta(days=14)
"""How long mail is kept that waits for the mail server, or that was given up."""


class Notice(NamedTuple):
    """A mail to be queued, and whether mail limits can refuse it."""

    mail: Mail
    is_limited: bool = True


def send_password_link(address: str, *, language: str, client: str) -> None:
    """Mail password links for all accounts that have an address.

    Does nothing if the address or the client's network has reached a mail limit.
    """
    mail = Mail(kind=Mail.Kind.LINK, address=address, language=language)
    with suppress(TooMuchMail):
        _enqueue(mail, client=client)


def send_verification(person: User, address: str, *, language: str, client: str) -> None:
    """Mail a link that verifies an address for a person. Raises: TooMuchMail."""
    _enqueue(_verification(person, address, language=language), client=client)


def send_email_change(person: User, address: str, *, language: str, client: str) -> None:
    """Mail a link that verifies a new address, and tell the old one if it is verified.

    Raises: TooMuchMail.
    """
    mails = [_verification(person, address, language=language)]
    if person.email_verified_at and address != person.email:
        old = person.email
        mails.append(Mail(kind=Mail.Kind.MOVING, address=old, language=language, person=person))
    _enqueue(*mails, client=client)


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


def notify_email_changed(person: User, address: str, *, language: str) -> None:
    """Mail the old, verified address that another one was confirmed. Raises: TooMuchMail."""
    _enqueue(Mail(kind=Mail.Kind.MOVED, address=address, language=language, person=person))


def send_invitation(
    inviter: User, address: str, *, key: str, organisation: str, language: str, client: str
) -> None:
    """Mail an invitation with a key to an organisation. Raises: TooMuchMail."""
    details = {"key": key, "organisation": organisation}
    mail = Mail(
        kind=Mail.Kind.INVITED, address=address, language=language, person=inviter, details=details
    )
    _enqueue(mail, client=client)


def notify_all(notices: Iterable[Notice]) -> list[bool]:
    """Queue notices in a few statements, in the caller's transaction; return which are sent.

    A notice about a changed event replaces one about the same booking that waits to be sent; what
    the buyer knows already is not sent again. Notices count towards the mail limits, and those to
    an address that nobody has verified are refused by them: anybody could have given it. Of changes
    and cancellations such an address is told later, as soon as the limit allows.
    """
    found = list(notices)
    mails = [notice.mail for notice in found]
    _prepare(found)
    merged = _merged_changes(mails)
    allowance = Allowance.of(
        mail for mail, is_limited in found if is_limited and id(mail) not in merged
    )
    is_sent = [
        id(mail) in merged or allowance.admits(mail, is_limited=is_limited)
        for mail, is_limited in found
    ]
    Mail.objects.bulk_create(
        mail
        for mail, is_queued in zip(mails, is_sent, strict=True)
        if is_queued and id(mail) not in merged
    )
    return is_sent


def _verification(person: User, address: str, *, language: str) -> Mail:
    return Mail(kind=Mail.Kind.VERIFY, address=address, language=language, person=person)


def _prepare(notices: Sequence[Notice]) -> None:
    """Set for whom each mail is counted: its recipient, and if nobody has verified the address,
    the organisation and the network of the seller.
    """
    for mail, is_limited in notices:
        mail.recipient = recipient_key(mail.address)
        if not is_limited or is_to_verified_account(mail):
            mail.organisation_id = None
    counted = [mail for mail, _ in notices if mail.organisation_id is not None]
    verified = _verified_among({mail.address for mail in counted})
    for mail in counted:
        if mail.address.lower() in verified:
            mail.organisation_id = None
        elif mail.kind in BY_SELLERS and (by := _seller()):
            mail.network = network_key(by)


def _merged_changes(mails: Sequence[Mail]) -> set[int]:
    """Compare notices about changed events with the latest ones about the same bookings.

    One that waits to be sent gets the new text. What the latest one said is what the buyer knows:
    that is what has changed, and if it has not, nothing is sent. Return the `id()` of the mails
    that need no row of their own.
    """
    changes = [mail for mail in mails if mail.kind == Mail.Kind.CHANGED_EVENT]
    if not changes:
        return set()
    rows = Mail.objects.select_for_update(of=("self",)).filter(
        kind=Mail.Kind.CHANGED_EVENT,
        event_id__in={mail.event_id for mail in changes},
        recipient__in={mail.recipient for mail in changes},
    )
    latest = {(row.recipient, row.details["booking"]): row for row in rows.order_by("pk")}
    merged = set()
    for mail in changes:
        earlier = latest.get((mail.recipient, mail.details["booking"]))
        known = _known(mail) if earlier is None else _known(earlier)
        mail.details |= known
        is_said = (known["old_venue"], known["old_date"]) == _place_and_time(mail)
        is_waiting = earlier is not None and _is_untried(earlier)
        if is_said or is_waiting:
            merged.add(id(mail))
        if earlier is not None and is_waiting:
            if is_said:
                earlier.delete()
            else:
                Mail.objects.filter(pk=earlier.pk).update(details=mail.details)
    return merged


def _known(change: Mail) -> dict[str, str]:
    """Return which place and time the buyer knows, before or after a notice about a change."""
    if change.done_at is None and (change.given_up_at is not None or _is_untried(change)):
        return {name: change.details[name] for name in ("old_venue", "old_date")}
    venue, date = _place_and_time(change)
    return {"old_venue": venue, "old_date": date}


def _place_and_time(change: Mail) -> tuple[str, str]:
    return change.details["venue"], change.details["date"]


def _is_untried(mail: Mail) -> bool:
    return mail.done_at is None and mail.given_up_at is None and mail.tries == 0


def _verified_among(addresses: Collection[str]) -> set[str]:
    """Return which addresses somebody has verified, in small letters."""
    found = User.objects.annotate(folded_email=Folded("email")).filter(
        folded_email__in={address.lower() for address in addresses},
        email_verified_at__isnull=False,
        is_active=True,
    )
    return set(found.values_list("folded_email", flat=True))


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

    Mail that was not sent is kept for UNSENT_KEPT, so that it can be sent again.
    """
    is_kept = Q(done_at=None, created_at__gte=Now() - UNSENT_KEPT)
    deleted, _ = Mail.objects.filter(~is_kept, created_at__lt=Now() - older_than).delete()
    return deleted


class Unsent(NamedTuple):
    """How many mails wait for their first attempt, and for another one, and were given up."""

    waiting: int
    retrying: int
    given_up: int


def unsent(*, event_id: int | None = None) -> Unsent:
    """Count the mail that is due and not sent, of an event or of all."""
    has_failed, is_given_up = Q(failed_at__isnull=False), Q(given_up_at__isnull=False)
    found = _unsent(event_id).aggregate(
        waiting=Count("pk", filter=~has_failed & Q(due_at__lte=Now())),
        retrying=Count("pk", filter=has_failed & ~is_given_up),
        given_up=Count("pk", filter=is_given_up),
    )
    return Unsent(**found)


def send_again(*, event_id: int | None = None) -> int:
    """Have the mail that failed, also what was given up, sent at once; return how many."""
    failed = _unsent(event_id).filter(failed_at__isnull=False)
    return failed.update(tries=0, due_at=Now(), failed_at=None, given_up_at=None)


def _unsent(event_id: int | None) -> QuerySet[Mail]:
    found = Mail.objects.filter(done_at=None)
    return found if event_id is None else found.filter(event_id=event_id)


def _enqueue(*mails: Mail, client: str = "") -> None:
    """Queue mails within the mail limits, all or none. Raises: TooMuchMail.

    A transaction calls it once, because it takes the locks of all mails in order.
    """
    for mail in mails:
        mail.recipient = recipient_key(mail.address)
        mail.network = network_key(client) if client else ""
    with transaction.atomic():
        lock(mails)
        for mail in mails:
            enforce_limits(mail)
            mail.save()
