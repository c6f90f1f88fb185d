"""Limit how much mail one address receives, and how much one network can request.

Whoever knows an address can have mail sent to it, by registering with it or by requesting a link.
So mail is counted by recipient, across all accounts, and by requesting network. Part of a
recipient's limit is reserved for notices to the owner of an account.

Organisers choose what mail about their events says, and to whom they sell. So mail to addresses
that nobody has verified is counted by organisation too, as long as that has a limit
(`Organisation.mails_per_day`), and sales at the box office by the seller's network. Mail about a
booking that was paid online is not counted: somebody has paid for it.

Concurrency: a mail is counted in the transaction that writes its row. Mail that anybody can request
is counted exactly: on PostgreSQL advisory locks on its recipients and its network, taken together
and in order, serialise these transactions; SQLite has one writer at a time anyway. Notices take no
such locks (`Allowance`).
"""

import math
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
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
from infrastructure.security_log.networks import customer_network
from organisations.models import Organisation

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
"""How many times as many mails of an organisation may be about changes of bookings and events."""

PER_NETWORK_AND_RECIPIENT = 4
"""How many mails to one address one network can request in a day."""

RESERVED_FOR_NOTICES = 3
"""How many of a recipient's mails in a day are reserved for notices to an account's owner."""

# Stored hashes depend on this value.
_SALT = "accounts.mail_bounds"
_LINKS = (Mail.Kind.LINK, Mail.Kind.GUEST)
_REQUESTED = (*_LINKS, Mail.Kind.VERIFY, Mail.Kind.INVITED)
BY_SELLERS = (Mail.Kind.BOOKING, Mail.Kind.SEATS)
"""The kinds that a person at the box office can cause again and again."""

_SALES = (Mail.Kind.BOOKED, *BY_SELLERS)
_ENDS = (
    *(Mail.Kind.ENDED, Mail.Kind.LAPSED, Mail.Kind.WITHDRAWN),
    *(Mail.Kind.PAID, Mail.Kind.REFUNDED),
)
_DEFERRED = (Mail.Kind.CHANGED_EVENT, Mail.Kind.CANCELLED, *_ENDS)
_CHANGES = (Mail.Kind.CHANGED_EVENT, Mail.Kind.REMINDER, Mail.Kind.CANCELLED, *_ENDS)


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


def lock(mails: Iterable[Mail]) -> None:
    """Lock the recipients and networks of mails until the transaction ends, in order."""
    if connection.vendor != "postgresql":
        return
    keys = {key for mail in mails for key in (mail.recipient, mail.network)} - {""}
    with connection.cursor() as cursor:
        for number in sorted(int(key[:15], 16) for key in keys):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def enforce_limits(mail: Mail) -> None:
    """Check all limits for a mail, after `lock`, in the same transaction. Raises: TooMuchMail."""
    now = timezone.now()
    for limit in _limits(mail):
        newest = limit.mails.filter(created_at__gt=Now() - limit.within).order_by("-created_at")
        found = list(newest.values_list("created_at", flat=True)[: limit.most])
        if len(found) >= limit.most:
            left = found[-1] + limit.within - now
            raise TooMuchMail(wait=max(0.0, left.total_seconds()))


class Usage(NamedTuple):
    """How many mails a recipient got in the last day, of them confirmations, and the oldest one.

    `deferred` has the kinds of which one was deferred in this batch until the limit allows it.
    """

    mails: int = 0
    confirmations: int = 0
    oldest: datetime | None = None
    deferred: frozenset[str] = frozenset()


@dataclass(slots=True)
class Allowance:
    """What the mail limits leave for a batch of notices.

    Nothing is locked, because a transaction that queues several notices would take locks that
    another one takes in the opposite order. So mail about several events at once can exceed a limit
    by one each.
    """

    _usages: dict[str, Usage]
    _organisations: dict[tuple[int | None, str], float]
    _networks: dict[str, float]

    @classmethod
    def of(cls, mails: Iterable[Mail]) -> "Allowance":
        """Return what is left for the recipients, organisations and networks of limited mails."""
        found = [mail for mail in mails if not _is_exempt(mail)]
        sources = {(mail.organisation_id, mail.kind) for mail in found}
        return cls(
            _usages_of({mail.recipient for mail in found}),
            {source: _left_of(source[0], kind=source[1]) for source in sources},
            {network: _left_of_network(network) for network in {mail.network for mail in found}},
        )

    def admits(self, mail: Mail, *, is_limited: bool) -> bool:
        """Count a mail, and return whether it may be sent; it may get a later `due_at`."""
        is_limited = is_limited and not _is_exempt(mail)
        if is_limited and not self._is_within_limits(mail):
            return False
        if is_limited:
            self._organisations[mail.organisation_id, mail.kind] -= 1
            self._networks[mail.network] -= 1
        if (usage := self._usages.get(mail.recipient)) is not None:
            self._usages[mail.recipient] = usage._replace(
                mails=usage.mails + 1,
                confirmations=usage.confirmations + (mail.kind == Mail.Kind.BOOKED),
            )
        return True

    def _is_within_limits(self, mail: Mail) -> bool:
        usage = self._usages[mail.recipient]
        if self._organisations[mail.organisation_id, mail.kind] < 1:
            return False
        if self._networks[mail.network] < 1:
            return False
        if mail.kind == Mail.Kind.BOOKED and usage.confirmations >= CONFIRMATIONS_PER_DAY:
            return False
        if usage.mails < settings.SEATCAST_MAIL_PER_ADDRESS:
            return True
        if mail.kind not in _DEFERRED or mail.kind in usage.deferred or _waits_for_limit(mail):
            return False
        self._usages[mail.recipient] = usage._replace(deferred=usage.deferred | {mail.kind})
        mail.due_at = (usage.oldest or timezone.now()) + DAY
        return True


def is_to_verified_account(mail: Mail) -> bool:
    """Return whether a mail goes to the address that its own account has verified."""
    person = mail.person
    if person is None or person.email_verified_at is None:
        return False
    return mail.address == person.email


def _is_exempt(mail: Mail) -> bool:
    return is_to_verified_account(mail) and mail.kind not in BY_SELLERS


def _waits_for_limit(mail: Mail) -> bool:
    """Return whether a mail of the kind to the same recipient waits until the limit allows it."""
    waiting = Mail.objects.filter(recipient=mail.recipient, kind=mail.kind, due_at__gt=Now())
    return waiting.filter(done_at=None, tries=0).exists()


def _usages_of(recipients: Collection[str]) -> dict[str, Usage]:
    """Return how much mail of the last day recipients got, or will get."""
    of_last_day = Mail.objects.filter(recipient__in=recipients, created_at__gt=Now() - DAY)
    rows = of_last_day.values("recipient").annotate(
        mails=Count("pk"),
        confirmations=Count("pk", filter=Q(kind=Mail.Kind.BOOKED)),
        oldest=Min("created_at"),
    )
    found = {
        row["recipient"]: Usage(row["mails"], row["confirmations"], row["oldest"]) for row in rows
    }
    return {each: found.get(each, Usage()) for each in recipients}


def _left_of_network(network: str) -> float:
    """Return how many more mails sales from a network may cause; empty: any number."""
    if not network:
        return math.inf
    sent = Mail.objects.filter(network=network, kind__in=_SALES, created_at__gt=Now() - DAY)
    return max(0, settings.SEATCAST_MAIL_PER_NETWORK - sent.count())


def _left_of(organisation_id: int | None, *, kind: str) -> float:
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
    if mail.network and mail.kind in _REQUESTED:
        from_network = Mail.objects.filter(network=mail.network, kind__in=_REQUESTED)
        yield _Limit(from_network, settings.SEATCAST_MAIL_PER_NETWORK)
        yield _Limit(from_network.filter(recipient=mail.recipient), PER_NETWORK_AND_RECIPIENT)


def _key(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()
