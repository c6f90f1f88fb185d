"""What has ended before its time: a session, a family of tokens, or all that a person had.

Who sends a token or a remembered session is believed without asking anybody. So that signing out,
a new password or being shut out count everywhere, each end is written down in a row, and each
process reads the rows of the last seconds, once a second at most and only when somebody asks.

Concurrency: any thread may ask; one of them reads, the others go by what is known already. A row
is found however late it is committed, up to OVERLAP_SECONDS. What this process ends itself, it
knows at once.

While the database is away, what was believed is believed on; without it nothing can be done.
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
"""Longer than any transaction here can take between writing a row and its commit."""

KEPT_SECONDS = 60.0 + api_settings.ACCESS_TOKEN_LIFETIME.total_seconds()
"""Longer than anything is believed that is not looked up."""

_STAMPED_FIELDS = {"password", "is_active", "is_staff", "username"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody was let in by.

    Good until `expires_at`, in Unix seconds, unless its `name`, of a session or a family of
    tokens, has ended, or the person is not any more who `security_stamp` was made of.
    """

    person_id: int
    name: str
    security_stamp: str
    expires_at: float


def credential_of_session(key: str, person: User, *, expires_at: float) -> Credential:
    """Return the credential that a session cookie is."""
    return Credential(person.pk, session_name(key), person.security_stamp(), expires_at)


def credential_of_token(token: Token) -> Credential:
    """Return the credential that an access token is; one that names no family can only expire.

    Raises: InvalidToken when it does not say whose it is.
    """
    try:
        person_id = int(token["user_id"])
    except (KeyError, TypeError, ValueError):
        raise InvalidToken("This token is nobody's.") from None
    name, stamp = str(token.get("sid", "")), str(token.get("stamp", ""))
    return Credential(person_id, name, stamp, float(token["exp"]))


def session_name(key: str) -> str:
    """Return what a session is called where its cookie must not be found."""
    return f"session-{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"


def invalid_among(credentials: Iterable[Credential]) -> set[Credential]:
    """Return those that have ended or expired: what they say is to be believed no more.

    It may be only that the person was renamed, or organises no more. Then a session is still
    good, and a refresh token too, but has to be looked up anew.

    At most one query a second for each process, however many credentials, and however often it
    is called; call it in a thread that may ask the database. Takes a microsecond for each.
    """
    _cache.read_if_due()
    now = time.time()
    return {each for each in credentials if each.expires_at <= now or _cache.is_revoked(each)}


def is_revoked(credential: Credential) -> bool:
    """Tell whether one credential has ended before its time. As `ended_among`, for one."""
    _cache.read_if_due()
    return _cache.is_revoked(credential)


def revoke(name: str, *, person_id: int) -> None:
    """Announce the end of one session or family of tokens."""
    Ended.objects.create(person_id=person_id, name=name)
    transaction.on_commit(_cache.read_soon)


def revoke_all(person: User) -> None:
    """End everything that a person is signed in by, sessions and tokens, for good."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(generation=F("generation") + 1)
        person.refresh_from_db(fields=["generation"])
        invalidate_user(person)


def invalidate_user(person: User) -> None:
    """Announce who somebody is now: nothing that was known of them before counts any more."""
    _write(person.pk, person.security_stamp())


def on_user_saved(
    *,
    instance: User,
    created: bool,
    update_fields: frozenset[str] | None,
    **_: Any,
) -> None:
    """Announce who somebody is now, whoever changed it: the receiver of Django's `post_save`."""
    if created or not _STAMPED_FIELDS & (update_fields or _STAMPED_FIELDS):
        return
    if instance.is_active:
        invalidate_user(instance)
    else:
        # Or what they had would be good again once they are let in again.
        revoke_all(instance)


def on_user_deleted(*, instance: User, **_: Any) -> None:
    """Announce that somebody is gone: the receiver of Django's `pre_delete`."""
    _write(instance.pk, "")


def reset() -> None:
    """Forget all that is known in this process, and read it anew when it is next asked for."""
    global _cache
    _cache = _RevocationCache()


def prune(*, older_than: timedelta) -> int:
    """Delete the rows of what ended so long ago; return how many."""
    deleted, _ = Ended.objects.filter(at__lt=Now() - older_than).delete()
    return deleted


def _write(person_id: int, stamp: str) -> None:
    Ended.objects.create(person_id=person_id, stamp=stamp)
    transaction.on_commit(_cache.read_soon)


class _RevocationCache:
    """What this process knows to have ended, in the order in which it heard of it."""

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
            logger.warning("What has ended cannot be read: %s", error)
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
                # The last is the last in the table's order also if it is read before another.
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
