"""Tokens that say whose they are, so that a request with one need not ask the database.

An access token lives for five minutes, and is held against what has ended before its time (see
`revocations`). Signing in begins a family of refresh tokens. Each is exchanged once for the next;
one that comes again was in two hands, so nobody can tell whose the newest is, and all end at once,
access tokens too. Only who brings the key of the exchange, which a thief of the token does not
have, is taken for the same client that missed its answer.
"""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import revocations
from accounts.models import Family, User
from accounts.organisers import is_organiser, organiser_ids
from accounts.sessions import idle_seconds
from accounts.sign_ins import tracking
from accounts.token_types import RefreshToken
from security_log.log import Kind, record

FAMILY_DAYS = 30
"""How long one can go on without signing in again, however often one comes."""

REPLAY_SECONDS = 60.0
"""How long the answer to an exchange can be had again, by the key it was asked for with."""

security = logging.getLogger("accounts.security")


def issue_pair(
    person: User, *, request: Any = None, mfa_at: datetime | None = None
) -> dict[str, str]:
    """Return a new access token and a new refresh token, of a new family.

    `mfa_at` is when the person showed their second factor, if they did; `request` says from where
    they sign in.
    """
    return issue_pairs([person], request=request, mfa_at=mfa_at)[0]


def issue_pairs(
    people: Sequence[User], *, request: Any = None, mfa_at: datetime | None = None
) -> list[dict[str, str]]:
    """Return a new pair for each of several people, as `pair` does, in as many statements."""
    if not people:
        return []
    known = organiser_ids(people)
    families = [
        _new_family(person, mfa_at=mfa_at, is_organiser=person.pk in known) for person in people
    ]
    with transaction.atomic():
        Family.objects.bulk_create(families)
        tracking.record_families(request, families)
    return [_sign(family, family.person) for family in families]


def rotate(refresh: str, *, key: str = "", request: Any = None) -> dict[str, str]:
    """Return a new pair for a refresh token, which is worth nothing from then on.

    Whoever brings the `key` of an exchange within AGAIN_SECONDS gets what it gave, if that was
    not used. A used token that comes with another key, or none, ends its family.

    Raises: TokenError when it is no valid refresh token, was used before, or its person is gone.
    """
    token = RefreshToken(refresh)  # type: ignore[arg-type]
    family = Family.objects.select_related("person").filter(pk=str(token.get("sid", ""))).first()
    if family is None or not _is_usable(family):
        raise TokenError("Nobody can use this token any more.")
    used = str(token["jti"])
    next_expiry = _next_expiry(family, is_organiser=is_organiser(family.person))
    successor, hashed_key = secrets.token_hex(16), _digest(key)
    won = Family.objects.filter(pk=family.pk, current=used).update(
        current=successor,
        previous=used,
        key=hashed_key,
        rotated_at=timezone.now(),
        expires_at=next_expiry,
    )
    if won:
        tracking.touch_family(family, request)
        family.current, family.expires_at = successor, next_expiry
        return _sign(family, family.person)
    return _replay_or_end(family.pk, used, hashed_key)


def revoke_refresh_token(refresh: str) -> None:
    """End the family of a refresh token.

    Raises: TokenError when it was worth nothing before.
    """
    token = RefreshToken(refresh)  # type: ignore[arg-type]
    if not end_family(token):
        raise TokenError("Nobody can use this token any more.")


def end_family(token: Token) -> bool:
    """End the family of a token of either kind; tell whether there was one."""
    family = Family.objects.filter(pk=str(token.get("sid", ""))).first()
    return family is not None and _end(family)


def mfa_at_of(token: Token) -> datetime | None:
    """Return when the second factor was shown to the family of a token, if it was."""
    found = Family.objects.filter(pk=str(token.get("sid", ""))).first()
    return found.mfa_at if found else None


def _new_family(person: User, *, mfa_at: datetime | None, is_organiser: bool) -> Family:
    family = Family(
        pk=secrets.token_hex(16),
        person=person,
        auth_hash=person.get_session_auth_hash(),
        current=secrets.token_hex(16),
        mfa_at=mfa_at,
        created_at=timezone.now(),
    )
    family.expires_at = _next_expiry(family, is_organiser=is_organiser)
    return family


def prune() -> int:
    """Delete the families that nobody can use any more; return how many."""
    deleted, _ = Family.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _replay_or_end(family_id: str, used: str, hashed_key: str) -> dict[str, str]:
    """Answer a token that was used before, and end its family if it is in two hands."""
    family = Family.objects.select_related("person").filter(pk=family_id).first()
    if family is None:
        raise TokenError("Nobody can use this token any more.")
    seconds = (timezone.now() - family.rotated_at).total_seconds()
    is_the_last = constant_time_compare(family.previous, used)
    is_asked_again = bool(hashed_key) and constant_time_compare(family.key, hashed_key)
    if is_the_last and is_asked_again and seconds < REPLAY_SECONDS:
        return _sign(family, family.person)
    with transaction.atomic():
        # Of many replays at once, one ends the family and is on record.
        if _end(family):
            record(Kind.TOKENS_REUSED, subject_id=family.person_id)
    security.warning(
        "A refresh token of person %s was used twice: all that came of it has ended",
        family.person_id,
    )
    raise TokenError("This token was used before.")


def _end(family: Family) -> bool:
    with transaction.atomic():
        deleted, _ = Family.objects.filter(pk=family.pk).delete()
        if deleted:
            revocations.revoke(family.pk, person_id=family.person_id)
    return bool(deleted)


def _is_usable(family: Family) -> bool:
    """Tell whether its person may go on, and has the password that they signed in with."""
    person = family.person
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    is_same = any(constant_time_compare(family.auth_hash, each) for each in hashes)
    return person.is_active and is_same


def _next_expiry(family: Family, *, is_organiser: bool) -> Any:
    last = family.created_at + timedelta(days=FAMILY_DAYS)
    idle = idle_seconds(is_organiser=is_organiser)
    return min(timezone.now() + timedelta(seconds=idle), last)


def _sign(family: Family, person: User) -> dict[str, str]:
    refresh = RefreshToken()
    refresh["user_id"] = str(person.pk)
    refresh["username"] = person.get_username()
    refresh["mfa"] = tracking.mfa_claim(
        person, family.mfa_at.timestamp() if family.mfa_at else None
    )
    refresh["stamp"] = person.security_stamp()
    refresh["sid"] = family.pk
    refresh["jti"] = family.current
    refresh["exp"] = int(family.expires_at.timestamp())
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest() if key else ""
