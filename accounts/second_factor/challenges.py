"""Challenges: what stands between two requests that belong together.

The client gets a random token of 256 bits; the database has its hash, whom it is for, and how often
it was tried. It lasts five minutes, admits five tries, and ends with the first that succeeds.

Concurrency: a try is counted by a conditional UPDATE before it is looked at, and a challenge is
spent by its DELETE, so that however many come at once, no more are tried and one succeeds.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.second_factor.errors import ChallengeExpired
from accounts.second_factor.models import Challenge

LIFETIME = timedelta(minutes=5)
MAX_ATTEMPTS = 5


def issue(person: User, purpose: Challenge.Purpose) -> tuple[str, Challenge]:
    """Return the token of a new challenge, which is not stored, and the challenge."""
    token = secrets.token_urlsafe(32)
    challenge = Challenge.objects.create(
        digest=_digest(token),
        purpose=purpose,
        person=person,
        auth_hash=person.get_session_auth_hash(),
        nonce=secrets.token_urlsafe(32),
        expires_at=timezone.now() + LIFETIME,
    )
    return token, challenge


def attempt(token: str, purpose: Challenge.Purpose, *, person: User | None = None) -> Challenge:
    """Return the challenge of a token, having counted a try at it; of `person`, if one is given.

    Raises: ChallengeExpired.
    """
    same = Challenge.objects.filter(
        pk=_digest(token), purpose=purpose, expires_at__gt=timezone.now(), tries__lt=MAX_ATTEMPTS
    )
    if person is not None:
        same = same.filter(person=person)
    if not same.update(tries=F("tries") + 1):
        raise ChallengeExpired
    found = Challenge.objects.select_related("person").filter(pk=_digest(token)).first()
    if found is None or not _is_usable(found):
        raise ChallengeExpired
    return found


def consume(challenge: Challenge) -> None:
    """End a challenge that was met. Raises: ChallengeExpired if somebody else just met it."""
    deleted, _ = Challenge.objects.filter(pk=challenge.pk).delete()
    if not deleted:
        raise ChallengeExpired


def prune() -> int:
    """Delete the challenges that are over; return how many."""
    deleted, _ = Challenge.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _is_usable(challenge: Challenge) -> bool:
    """Tell whether its person may sign in, and has the password that it was issued for."""
    person = challenge.person
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    is_same = any(constant_time_compare(challenge.auth_hash, each) for each in hashes)
    return person.is_active and is_same


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
