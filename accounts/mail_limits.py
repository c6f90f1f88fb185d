"""Limit how much mail one address receives, and how much one network can request.

Whoever knows an address can have mail sent to it, by registering with it or by requesting a link.
So mail is counted by recipient, across all accounts, and by requesting network. Part of a
recipient's limit is reserved for notices to the owner of an account.

Organisers choose what mail about their events says, and to whom they sell. So mail to addresses
that nobody has verified is counted by organisation too, as long as that has a limit
(`Organisation.mails_per_day`), and sales at the box office by the seller's network. Mail about a
booking that was paid online is not counted: somebody has paid for it.

Concurrency: a mail is counted in the transaction that writes its row. On PostgreSQL an advisory
lock on the recipient, and one on the network, serialise these transactions; SQLite has one writer
at a time anyway.
"""

import math
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from accounts.models import Mail
from organisations.models import Organisation
from security_log.networks import customer_network

DAY = timedelta(days=1)
RESET_BURST = (3, timedelta(minutes=15))
RESETS_PER_DAY = 6
VERIFICATIONS_PER_DAY = 3
CONFIRMATIONS_PER_DAY = 5
"""How many bookings of guests are confirmed to an unverified address in a day."""

INVITATIONS_PER_DAY = 3
"""How many invitations one address receives in a day, to any organisation."""

INVITATIONS_PER_PERSON = 50
"""How many invitations one person can send in a day."""

CHANGES_PER_MAIL = 10
"""How many times as many mails of an organisation may be about changed and cancelled events."""

PER_NETWORK_AND_RECIPIENT = 4
"""How many mails to one address one network can request in a day."""

RESERVED_FOR_NOTICES = 3
"""How many of a recipient's mails in a day are reserved for notices to an account's owner."""

# Stored hashes depend on this value.
_SALT = "accounts.mail_bounds"
_LINKS = (Mail.Kind.LINK, Mail.Kind.GUEST)
_REQUESTED = (*_LINKS, Mail.Kind.VERIFY, Mail.Kind.INVITED)
_SALES = (Mail.Kind.BOOKED, Mail.Kind.BOOKING, Mail.Kind.SEATS)
_CHANGES = (Mail.Kind.CHANGED_EVENT, Mail.Kind.REMINDER, Mail.Kind.CANCELLED)


class TooMuchMail(Throttled):
    """A mail limit is reached, of an address or of a network."""

    default_detail = "Too much mail was sent to this address, or asked for from your network."


class _Limit(NamedTuple):
    mails: QuerySet[Mail]
    most: int
    within: timedelta = DAY


def recipient_key(address: str) -> str:
    """Return a keyed hash that is the same for all spellings of one mailbox.

    Many providers ignore dots in the local part, and a + with what follows. Counting two people as
    one does little harm: each can be sent less mail.
    """
    name, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    name = name.partition("+")[0].replace(".", "")
    return _key(f"to {name}@{domain}")


def network_key(client: str) -> str:
    """Return a keyed hash of a client's network."""
    return _key(f"from {customer_network(client)}")


def enforce_limits(mail: Mail) -> None:
    """Check all limits for a mail, in the transaction that writes it. Raises: TooMuchMail."""
    _lock(*{mail.recipient, mail.network} - {""})
    now = timezone.now()
    for limit in _limits(mail):
        newest = limit.mails.filter(created_at__gt=Now() - limit.within).order_by("-created_at")
        found = list(newest.values_list("created_at", flat=True)[: limit.most])
        if len(found) >= limit.most:
            left = found[-1] + limit.within - now
            raise TooMuchMail(wait=max(0.0, left.total_seconds()))


class Usage(NamedTuple):
    """How many mails a recipient got in the last day, of them confirmations, and the oldest one.

    `has_deferred` tells whether one waits until the limit allows it.
    """

    mails: int = 0
    confirmations: int = 0
    oldest: datetime | None = None
    has_deferred: bool = False

    @property
    def is_exhausted(self) -> bool:
        """Whether an address that nobody has verified gets no more mail."""
        return self.mails >= settings.SEATCAST_MAIL_PER_ADDRESS


def usages(recipients: Collection[str]) -> dict[str, Usage]:
    """Return how much mail of the last day recipients got, or will get.

    Nothing is locked: mail about several events at once can exceed a limit by one each.
    """
    rows = (
        Mail.objects.filter(recipient__in=recipients, created_at__gt=Now() - DAY)
        .values("recipient")
        .annotate(
            mails=Count("pk"),
            confirmations=Count("pk", filter=Q(kind=Mail.Kind.BOOKED)),
            oldest=Min("created_at"),
            deferred=Count("pk", filter=Q(done_at=None, tries=0, due_at__gt=Now())),
        )
    )
    found = {
        row["recipient"]: Usage(
            row["mails"], row["confirmations"], row["oldest"], bool(row["deferred"])
        )
        for row in rows
    }
    return {each: found.get(each, Usage()) for each in recipients}


def left_of(organisation_id: int | None, *, kind: str) -> float:
    """Return how many more mails of a kind an organisation may cause to unverified addresses."""
    if organisation_id is None:
        return math.inf
    limits = Organisation.objects.filter(pk=organisation_id)
    most = limits.values_list("mails_per_day", flat=True).first()
    if most is None:
        return math.inf
    kinds, times = (_CHANGES, CHANGES_PER_MAIL) if kind in _CHANGES else (_SALES, 1)
    sent = Mail.objects.filter(
        organisation_id=organisation_id, kind__in=kinds, created_at__gt=Now() - DAY
    )
    return max(0, most * times - sent.count())


def _limits(mail: Mail) -> Iterator[_Limit]:
    to_recipient = Mail.objects.filter(recipient=mail.recipient)
    kept = RESERVED_FOR_NOTICES if mail.kind in _REQUESTED else 0
    yield _Limit(to_recipient, max(1, settings.SEATCAST_MAIL_PER_ADDRESS - kept))
    if mail.kind in _LINKS:
        yield _Limit(to_recipient.filter(kind=mail.kind), *RESET_BURST)
        yield _Limit(to_recipient.filter(kind=mail.kind), RESETS_PER_DAY)
    if mail.kind == Mail.Kind.VERIFY:
        yield _Limit(to_recipient.filter(kind=mail.kind), VERIFICATIONS_PER_DAY)
    if mail.kind == Mail.Kind.INVITED:
        invitations = Mail.objects.filter(kind=mail.kind)
        yield _Limit(to_recipient.filter(kind=mail.kind), INVITATIONS_PER_DAY)
        yield _Limit(invitations.filter(person=mail.person), INVITATIONS_PER_PERSON)
    if mail.network and mail.kind in _SALES:
        sold_from_network = Mail.objects.filter(network=mail.network, kind__in=_SALES)
        yield _Limit(sold_from_network, settings.SEATCAST_MAIL_PER_NETWORK)
    if mail.network and mail.kind in _REQUESTED:
        from_network = Mail.objects.filter(network=mail.network, kind__in=_REQUESTED)
        yield _Limit(from_network, settings.SEATCAST_MAIL_PER_NETWORK)
        yield _Limit(from_network.filter(recipient=mail.recipient), PER_NETWORK_AND_RECIPIENT)


def _lock(*keys: str) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for number in sorted(int(key[:15], 16) for key in keys):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _key(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()
