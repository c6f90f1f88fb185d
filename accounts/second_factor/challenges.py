"""Challenges, which connect the two requests of a sign-in or of adding a passkey.

The client gets a random token of 256 bits; the database stores its hash, its person and the number
of attempts. A challenge is valid for five minutes and five attempts, and is deleted by the first
that succeeds.

Concurrency: an attempt is counted by a conditional UPDATE before it is checked, and a challenge is
consumed by its DELETE, so the limits hold for any number of parallel requests, and one succeeds.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.models.second_factors import Challenge
from accounts.second_factor.errors import ChallengeExpired

LIFETIME = timedelta(minutes=5)
MAX_ATTEMPTS = 5


def issue(person: User, purpose: Challenge.Purpose) -> tuple[str, Challenge]:
    """Create a challenge; return its token, which is not stored, and the challenge."""
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
    """Count an attempt at the challenge of a token; return the challenge.

    With `person`, it must be theirs. Raises: ChallengeExpired.
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
    """Delete a challenge that was met. Raises: ChallengeExpired if another request did before."""
    deleted, _ = Challenge.objects.filter(pk=challenge.pk).delete()
    if not deleted:
        raise ChallengeExpired


def prune() -> int:
    """Delete expired challenges; return how many."""
    deleted, _ = Challenge.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _is_usable(challenge: Challenge) -> bool:
    """Return whether the person is active and still has the same password."""
    person = challenge.person
    return person.is_active and person.has_session_hash(challenge.auth_hash)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
