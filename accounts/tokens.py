"""Tokens that say whose they are, so that a request with one need not ask the database.

An access token lives for five minutes, and is held against what has ended before its time (see
`revocations`). Signing in begins a family of refresh tokens. Each is exchanged once for the next;
one that comes again was in two hands, so nobody can tell whose the newest is, and all end.
"""

import hashlib
import logging
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from accounts import revocations
from accounts.models import Family, User
from accounts.signing import Refresh

FAMILY_DAYS = 30
"""How long one can go on without signing in again, however often one comes."""

AT_ONCE_SECONDS = 10.0
"""Until then a token that comes again may only have been sent twice at the same moment."""

AGAIN_SECONDS = 60.0
"""How long the answer to an exchange can be had again, by the key it was asked for with."""

security = logging.getLogger("accounts.security")


def pair(person: User) -> dict[str, str]:
    """Return a new access token and a new refresh token, of a new family."""
    now = timezone.now()
    family = Family.objects.create(
        pk=secrets.token_hex(16),
        person=person,
        auth_hash=person.get_session_auth_hash(),
        current=secrets.token_hex(16),
        created_at=now,
        expires_at=now + api_settings.REFRESH_TOKEN_LIFETIME,
    )
    return _signed(family, person)


def rotate(refresh: str, *, key: str = "") -> dict[str, str]:
    """Return a new pair for a refresh token, which is worth nothing from then on.

    Whoever brings the `key` of an exchange within AGAIN_SECONDS gets what it gave, if that was
    not used. Of those who come at once with different keys, or none, one gets a pair.

    Raises: TokenError when it is no valid refresh token, was used before, or its person is gone.
    """
    token = Refresh(refresh)  # type: ignore[arg-type]
    family = Family.objects.select_related("person").filter(pk=str(token.get("sid", ""))).first()
    if family is None or not _is_good(family):
        raise TokenError("Nobody can use this token any more.")
    used, next_expiry = str(token["jti"]), _next_expiry(family)
    successor, hashed_key = secrets.token_hex(16), _hashed(key)
    won = Family.objects.filter(pk=family.pk, current=used).update(
        current=successor,
        previous=used,
        key=hashed_key,
        rotated_at=timezone.now(),
        expires_at=next_expiry,
    )
    if won:
        family.current, family.expires_at = successor, next_expiry
        return _signed(family, family.person)
    return _again(family.pk, used, hashed_key)


def revoke(refresh: str) -> None:
    """End the family of a refresh token.

    Raises: TokenError when it was worth nothing before.
    """
    token = Refresh(refresh)  # type: ignore[arg-type]
    if not end_family(token):
        raise TokenError("Nobody can use this token any more.")


def end_family(token: Token) -> bool:
    """End the family of a token of either kind; tell whether there was one."""
    family = Family.objects.filter(pk=str(token.get("sid", ""))).first()
    return family is not None and _end(family)


def prune() -> int:
    """Delete the families that nobody can use any more; return how many."""
    deleted, _ = Family.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _again(family_id: str, used: str, hashed_key: str) -> dict[str, str]:
    """Answer a token that was used before, and end its family if it is in two hands."""
    family = Family.objects.select_related("person").filter(pk=family_id).first()
    if family is None:
        raise TokenError("Nobody can use this token any more.")
    seconds = (timezone.now() - family.rotated_at).total_seconds()
    is_the_last = constant_time_compare(family.previous, used)
    is_asked_again = bool(hashed_key) and constant_time_compare(family.key, hashed_key)
    if is_the_last and is_asked_again and seconds < AGAIN_SECONDS:
        return _signed(family, family.person)
    if not (is_the_last and seconds < AT_ONCE_SECONDS):
        _end(family)
        security.warning(
            "A refresh token of person %s was used twice: all that came of it has ended",
            family.person_id,
        )
    raise TokenError("This token was used before.")


def _end(family: Family) -> bool:
    with transaction.atomic():
        deleted, _ = Family.objects.filter(pk=family.pk).delete()
        if deleted:
            revocations.end(family.pk, person_id=family.person_id)
    return bool(deleted)


def _is_good(family: Family) -> bool:
    """Tell whether its person may go on, and has the password that they signed in with."""
    person = family.person
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    is_same = any(constant_time_compare(family.auth_hash, each) for each in hashes)
    return person.is_active and is_same


def _next_expiry(family: Family) -> Any:
    last = family.created_at + timedelta(days=FAMILY_DAYS)
    return min(timezone.now() + api_settings.REFRESH_TOKEN_LIFETIME, last)


def _signed(family: Family, person: User) -> dict[str, str]:
    refresh = Refresh()
    refresh["user_id"] = str(person.pk)
    refresh["username"] = person.get_username()
    refresh["is_staff"] = person.is_staff
    refresh["stamp"] = person.stamp()
    refresh["sid"] = family.pk
    refresh["jti"] = family.current
    refresh["exp"] = int(family.expires_at.timestamp())
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest() if key else ""
