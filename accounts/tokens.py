"""Issue and rotate JWT pairs, whose claims identify a person without a query.

An access token is valid for five minutes unless it is revoked (see `revocations`). A sign-in starts
a family of refresh tokens, each of which is exchanged once for the next. A token that is used twice
may have been stolen, so the whole family is revoked, with its access tokens. The exception is a
client that repeats an exchange with its idempotency key, which a thief of the token does not have:
it gets the answer that it missed.
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
from accounts.models.sign_ins import SignIn
from accounts.organisers import is_organiser, organiser_ids
from accounts.sessions import idle_seconds
from accounts.sign_ins import tracking
from accounts.token_types import RefreshToken
from infrastructure.security_log.log import Kind, record

FAMILY_DAYS = 30
"""How long a family can be refreshed without signing in again."""

REPLAY_SECONDS = 60.0
"""How long an exchange can be repeated with its idempotency key."""

security = logging.getLogger("accounts.security")


def issue_pair(
    person: User, *, request: Any = None, mfa_at: datetime | None = None
) -> dict[str, str]:
    """Return a new access and refresh token, of a new family.

    `mfa_at` is when the person passed the second factor, if they did; `request` provides the device
    and network for the list of sign-ins.
    """
    return issue_pairs([person], request=request, mfa_at=mfa_at)[0]


def issue_pairs(
    people: Sequence[User], *, request: Any = None, mfa_at: datetime | None = None
) -> list[dict[str, str]]:
    """Return a new pair for each person, in as many statements as `issue_pair` takes for one."""
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
    """Exchange a refresh token for a new pair; it becomes invalid.

    With the idempotency `key` of the last exchange, within REPLAY_SECONDS, return that exchange's
    pair again, unless it was used. A used token with another key, or none, revokes its family.

    Raises: TokenError if the token is invalid or used, or its person inactive.
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
    """Revoke the family of a refresh token. Raises: TokenError if it was invalid already."""
    token = RefreshToken(refresh)  # type: ignore[arg-type]
    if not end_family(token):
        raise TokenError("Nobody can use this token any more.")


def end_family(token: Token) -> bool:
    """Revoke the family of an access or refresh token. Return whether there was one."""
    family = Family.objects.filter(pk=str(token.get("sid", ""))).first()
    return family is not None and _end(family)


def keep_family(token: Token, person: User) -> None:
    """Let the family of an access token outlive the revocation of its person's credentials.

    The access token itself ends; the refresh token gets the next one.
    """
    kept = Family.objects.filter(pk=str(token.get("sid", "")), person=person)
    kept.update(auth_hash=person.get_session_auth_hash())
    SignIn.objects.filter(family__in=kept).update(auth_hash=person.get_session_auth_hash())


def mfa_at_of(token: Token) -> datetime | None:
    """Return when the family of a token passed the second factor, or None."""
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
    """Delete expired families; return how many."""
    deleted, _ = Family.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _replay_or_end(family_id: str, used: str, hashed_key: str) -> dict[str, str]:
    """Repeat the last exchange for a token that was used before, or revoke its family."""
    family = Family.objects.select_related("person").filter(pk=family_id).first()
    if family is None:
        raise TokenError("Nobody can use this token any more.")
    seconds = (timezone.now() - family.rotated_at).total_seconds()
    is_the_last = constant_time_compare(family.previous, used)
    is_asked_again = bool(hashed_key) and constant_time_compare(family.key, hashed_key)
    if is_the_last and is_asked_again and seconds < REPLAY_SECONDS:
        return _sign(family, family.person)
    with transaction.atomic():
        # Of many replays at once, only the one that revokes the family is logged.
        if _end(family):
            record(Kind.TOKENS_REUSED, subject_id=family.person_id)
    security.warning(
        "A refresh token of person %s was used twice: its family is revoked",
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
    """Return whether the person is active and still has the password of the sign-in."""
    return family.person.is_active and family.person.has_session_hash(family.auth_hash)


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
    refresh["mailbox"] = person.mailbox
    refresh["stamp"] = person.security_stamp()
    refresh["sid"] = family.pk
    refresh["jti"] = family.current
    refresh["exp"] = int(family.expires_at.timestamp())
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest() if key else ""
