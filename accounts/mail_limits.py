"""How much mail one address gets, and how much one network can have sent.

Whoever knows an address can have mail sent to it: by registering with it, or by asking for a link.
So letters are counted for each recipient, across all accounts, and for each network that asks. Of
a recipient's letters a part is kept for notices to an account's owner, which nobody else can use
up.

Concurrency: a letter is counted in the transaction that writes its row. On PostgreSQL an advisory
lock for the recipient, and one for the network, let in one transaction after the other; SQLite has
one writer at a time anyway.
"""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from accounts.client_ip import enclosing_networks
from accounts.models import Mail

DAY = timedelta(days=1)
RESET_BURST = (3, timedelta(minutes=15))
RESETS_PER_DAY = 6
VERIFICATIONS_PER_DAY = 3
PER_NETWORK_AND_RECIPIENT = 4
"""How many letters to one address one network can ask for in a day."""

RESERVED_FOR_NOTICES = 3
"""How many of a recipient's letters are for what an account's owner must be told."""

# Stored hashes depend on it.
_SALT = "accounts.mail_bounds"
_REQUESTED = (Mail.Kind.LINK, Mail.Kind.VERIFY)


class TooMuchMail(Throttled):
    """As much mail was sent as may be, to one address or for one network."""

    default_detail = "Too much mail was sent to this address, or asked for from your network."


class _Limit(NamedTuple):
    letters: QuerySet[Mail]
    most: int
    within: timedelta = DAY


def recipient_key(address: str) -> str:
    """Return a keyed hash that is the same for all spellings of one mailbox.

    What follows a + and dots in its name lead to the same mailbox at many providers. To count two
    people as one does little harm: both can be written to less often.
    """
    name, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    name = name.partition("+")[0].replace(".", "")
    return _key(f"to {name}@{domain}")


def network_key(client: str) -> str:
    """Return a keyed hash of the network of a client: one IPv4 address, or an IPv6 /48."""
    is_wide = ":" in client
    return _key(f"from {(client, *enclosing_networks(client))[-1] if is_wide else client}")


def enforce_limits(mail: Mail) -> None:
    """Let pass only a letter for which there is room; call it in the transaction that writes it.

    Raises: TooMuchMail.
    """
    _lock(*{mail.recipient, mail.network} - {""})
    now = timezone.now()
    for bound in _limits(mail):
        newest = bound.letters.filter(created_at__gt=Now() - bound.within).order_by("-created_at")
        found = list(newest.values_list("created_at", flat=True)[: bound.most])
        if len(found) >= bound.most:
            left = found[-1] + bound.within - now
            raise TooMuchMail(wait=max(0.0, left.total_seconds()))


def _limits(mail: Mail) -> Iterator[_Limit]:
    to_recipient = Mail.objects.filter(recipient=mail.recipient)
    kept = RESERVED_FOR_NOTICES if mail.kind in _REQUESTED else 0
    yield _Limit(to_recipient, max(1, settings.SEATCAST_MAIL_PER_ADDRESS - kept))
    if mail.kind == Mail.Kind.LINK:
        yield _Limit(to_recipient.filter(kind=mail.kind), *RESET_BURST)
        yield _Limit(to_recipient.filter(kind=mail.kind), RESETS_PER_DAY)
    if mail.kind == Mail.Kind.VERIFY:
        yield _Limit(to_recipient.filter(kind=mail.kind), VERIFICATIONS_PER_DAY)
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
