"""Revoke credentials before they expire: a session, a token family, or everything of a person.

Tokens and cached sessions are accepted without a query. So that signing out, a new password or a
deactivation takes effect on all servers, each revocation is a row of `Ended`, and each process
reads the rows of the last seconds, at most once a second and only when a credential is checked.

Concurrency: any thread may check; one of them reads, the others use what is known already. A row is
found however late it is committed, up to OVERLAP_SECONDS. A process's own revocations make it read
again at once.

While the database is unavailable credentials stay valid; no request can change anything then.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import Error, transaction
from django.db.models import F
from django.db.models.functions import Now
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from accounts.models import Ended, User

SECONDS_BETWEEN_READS = 1.0
OVERLAP_SECONDS = 30.0
"""Longer than any transaction takes between writing a row and its commit."""

KEPT_SECONDS = 60.0 + api_settings.ACCESS_TOKEN_LIFETIME.total_seconds()
"""Longer than a token or a cached session is accepted without a query."""

_STAMPED_FIELDS = {"password", "is_active", "is_staff", "username"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credential:
    """A session or an access token, as far as it can be revoked.

    Valid until `expires_at`, in Unix seconds, unless its `name`, which is that of a session or a
    token family, is revoked, or the user's security stamp is no longer `security_stamp`.
    """

    person_id: int
    name: str
    security_stamp: str
    expires_at: float


def credential_of_session(key: str, person: User, *, expires_at: float) -> Credential:
    """Return the credential of a session cookie."""
    return Credential(person.pk, session_name(key), person.security_stamp(), expires_at)


def credential_of_token(token: Token) -> Credential:
    """Return the credential of an access token; without a family it can only expire.

    Raises: InvalidToken if it has no user id.
    """
    try:
        person_id = int(token["user_id"])
    except (KeyError, TypeError, ValueError):
        raise InvalidToken("This token names no user.") from None
    name, stamp = str(token.get("sid", "")), str(token.get("stamp", ""))
    return Credential(person_id, name, stamp, float(token["exp"]))


def session_name(key: str) -> str:
    """Return the name of a session key: a digest, for places where the cookie must not be found."""
    return f"session-{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"


def invalid_among(credentials: Iterable[Credential]) -> set[Credential]:
    """Return the credentials that are revoked or expired.

    The cause may also be that the user was renamed or lost staff status. Then the session or the
    refresh token itself is still valid, but the user has to be loaded again.

    Takes a microsecond for each, and at most one query a second in each process, however often it
    is called. Call it in a thread that may query the database.
    """
    _cache.read_if_due()
    now = time.time()
    return {each for each in credentials if each.expires_at <= now or _cache.is_revoked(each)}


def is_revoked(credential: Credential) -> bool:
    """Return whether a credential is revoked. Queries like `invalid_among`."""
    _cache.read_if_due()
    return _cache.is_revoked(credential)


def revoke(name: str, *, person_id: int) -> None:
    """Revoke one session or token family, once the transaction is committed."""
    Ended.objects.create(person_id=person_id, name=name)
    transaction.on_commit(_cache.read_soon)


def revoke_all(person: User) -> None:
    """Revoke all sessions and tokens of a person, permanently."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(generation=F("generation") + 1)
        person.refresh_from_db(fields=["generation"])
        invalidate_user(person)


def invalidate_user(person: User) -> None:
    """Have all servers load a person again: claims with an older security stamp become invalid."""
    _write(person.pk, person.security_stamp())


def on_user_saved(
    *,
    instance: User,
    created: bool,
    update_fields: frozenset[str] | None,
    **_: Any,
) -> None:
    """Invalidate a user whose stamped fields were saved: receiver of `post_save`."""
    if created or not _STAMPED_FIELDS & (update_fields or _STAMPED_FIELDS):
        return
    if instance.is_active:
        invalidate_user(instance)
    else:
        # Otherwise old sessions and tokens would be valid again after a reactivation.
        revoke_all(instance)


def on_user_deleted(*, instance: User, **_: Any) -> None:
    """Invalidate a user that is deleted: receiver of `pre_delete`."""
    _write(instance.pk, "")


def reset() -> None:
    """Clear this process's cache of revocations; the next check reads them again."""
    global _cache
    _cache = _RevocationCache()


def prune(*, older_than: timedelta) -> int:
    """Delete revocations older than that; return how many."""
    deleted, _ = Ended.objects.filter(at__lt=Now() - older_than).delete()
    return deleted


def _write(person_id: int, stamp: str) -> None:
    Ended.objects.create(person_id=person_id, stamp=stamp)
    transaction.on_commit(_cache.read_soon)


class _RevocationCache:
    """The revocations that this process has read, oldest first."""

    def __init__(self) -> None:
        self._names: dict[str, float] = {}
        self._stamps: dict[int, tuple[int, str, float]] = {}
        self._reading = threading.Lock()
        self._read_at = time.monotonic() - KEPT_SECONDS
        self._due = 0.0

    def is_revoked(self, credential: Credential) -> bool:
        if credential.name in self._names:
            return True
        last = self._stamps.get(credential.person_id)
        return (
            last is not None
            and bool(credential.security_stamp)
            and credential.security_stamp != last[1]
        )

    def read_soon(self) -> None:
        self._due = 0.0

    def read_if_due(self) -> None:
        if time.monotonic() < self._due or not self._reading.acquire(blocking=False):
            return
        try:
            self._due = time.monotonic() + SECONDS_BETWEEN_READS
            self._read()
        except SynchronousOnlyOperation:
            self._due = 0.0
            raise
        except Error as error:
            logger.warning("Revocations cannot be read: %s", error)
        finally:
            self._reading.release()

    def _read(self) -> None:
        began = time.monotonic()
        span = timedelta(seconds=min(began - self._read_at, KEPT_SECONDS) + OVERLAP_SECONDS)
        rows = Ended.objects.filter(at__gt=Now() - span).order_by("pk")
        for pk, person_id, name, stamp in rows.values_list("pk", "person_id", "name", "stamp"):
            if name:
                self._names.setdefault(name, began)
            elif pk > self._stamps.get(person_id, (0,))[0]:
                # A row with a lower key can be committed, and read, after one with a higher key.
                self._stamps.pop(person_id, None)
                self._stamps[person_id] = (pk, stamp, began)
        self._read_at = began
        self._forget_before(began - KEPT_SECONDS - OVERLAP_SECONDS)

    def _forget_before(self, moment: float) -> None:
        while self._names and (name := next(iter(self._names))) and self._names[name] < moment:
            del self._names[name]
        while self._stamps:
            person_id = next(iter(self._stamps))
            if self._stamps[person_id][2] >= moment:
                break
            del self._stamps[person_id]


_cache = _RevocationCache()
