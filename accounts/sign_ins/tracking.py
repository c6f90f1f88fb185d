"""Maintain the list of where people are signed in, and end single sign-ins.

A row is written at sign-in, and when a session is loaded from the database: at most once a minute
in each process, so an ordinary request costs nothing. Ending a sign-in deletes its session or token
family and revokes it in the same transaction: all servers refuse it within a second.
"""

import re
import secrets
import time
from collections.abc import Sequence
from typing import Any, cast

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import revocations
from accounts.client_ip import client_ip
from accounts.models import Family, User
from accounts.models.sign_ins import SignIn
from accounts.organisers import is_organiser
from accounts.second_factor import factors
from accounts.sessions import BEGAN, ORGANISER, SessionStore
from accounts.sign_ins.user_agents import describe_user_agent
from infrastructure.security_log.log import Kind, record

TOUCH_INTERVAL_SECONDS = 60.0
MFA_AT = "mfa_at"

_SIGN_IN = "sign_in"
_MAX_LOCAL_ENTRIES = 10_000

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)

# When each session is due to be touched again by this process, by its key.
_touch_due_at: dict[str, float] = {}


def record_session(*, request: HttpRequest, user: User, **_: Any) -> None:
    """Record a sign-in with a session: receiver of `user_logged_in`."""
    record(Kind.SIGNED_IN, actor_id=user.pk, subject_id=user.pk, details={"by": "session"})
    session = request.session
    session[BEGAN] = time.time()
    session[ORGANISER] = is_organiser(user)
    session.pop(MFA_AT, None)
    if user.mfa_shown_at is not None:
        session[MFA_AT] = user.mfa_shown_at.timestamp()
    session[_SIGN_IN] = secrets.token_urlsafe(16)
    session.save()
    _create_for_session(request, user, session[_SIGN_IN])


def record_families(request: Any, families: Sequence[Family]) -> None:
    """Record sign-ins with tokens."""
    origin = _origin(request)
    SignIn.objects.bulk_create(
        SignIn(
            id=secrets.token_urlsafe(16),
            person=family.person,
            family=family,
            auth_hash=family.auth_hash,
            started_at=family.created_at,
            seen_at=family.created_at,
            **origin,
        )
        for family in families
    )
    # Django updates `last_login` for sessions only.
    people = [family.person_id for family in families]
    User.objects.filter(pk__in=people).update(last_login=families[-1].created_at)


def touch_session(request: HttpRequest, person: User) -> None:
    """Record that a session is in use, and move its idle deadline; at most once a minute."""
    session = cast("SessionStore", request.session)
    if time.monotonic() < _touch_due_at.get(str(session.session_key), 0.0):
        return
    session.renew(is_organiser=is_organiser(person))
    SignIn.objects.filter(pk=session[_SIGN_IN]).update(
        seen_at=timezone.now(),
        session_key=session.session_key,
        auth_hash=person.get_session_auth_hash(),
        **_origin(request),
    )
    _note_touched(request)


def touch_family(family: Family, request: Any) -> None:
    """Record that a token family is in use."""
    SignIn.objects.filter(family=family).update(seen_at=timezone.now(), **_origin(request))


def mfa_claim(person: User, mfa_at: float | None) -> bool | None:
    """Return whether a second factor passed at `mfa_at` counts; None if the person has none."""
    if person.second_factor_since is None:
        return None
    return factors.is_passed(person, mfa_at)


def active_sign_ins(person: User) -> QuerySet[SignIn]:
    """Return a person's valid sign-ins, latest used first."""
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    stored = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=timezone.now())
    is_live = Q(Exists(stored)) | Q(family__expires_at__gt=timezone.now())
    return SignIn.objects.filter(is_live, person=person, auth_hash__in=hashes)


def current_sign_in_id(request: Any) -> str | None:
    """Return the id of the sign-in that a request belongs to."""
    if request.auth is not None:
        found = SignIn.objects.filter(family_id=str(request.auth.get("sid", "")))
        return found.values_list("pk", flat=True).first()
    return cast("str | None", request.session.get(_SIGN_IN))


@transaction.atomic
def end_sign_in(person: User, sign_in_id: str) -> bool:
    """End one of a person's sign-ins. Return whether it was valid."""
    if not _ID.fullmatch(sign_in_id):
        return False
    found = SignIn.objects.select_for_update().filter(pk=sign_in_id, person=person).first()
    if found is None:
        return False
    if found.family_id is not None:
        name = found.family_id
        deleted, _ = Family.objects.filter(pk=name).delete()
    else:
        name = revocations.session_name(found.session_key)
        deleted, _ = Session.objects.filter(pk=found.session_key).delete()
    SignIn.objects.filter(pk=sign_in_id).delete()
    if not deleted:
        return False
    revocations.revoke(name, person_id=person.pk)
    details = {"device": found.device, "network": found.network}
    record(Kind.SESSION_ENDED, actor_id=person.pk, subject_id=person.pk, details=details)
    return True


def prune(*, batch_rows: int = 1_000) -> int:
    """Delete rows whose session is gone; return how many. Those of families cascade."""
    gone = SignIn.objects.filter(
        ~Exists(Session.objects.filter(pk=OuterRef("session_key"))), family=None
    )
    total = 0
    while ids := list(gone.values_list("pk", flat=True)[:batch_rows]):
        total += len(ids)
        SignIn.objects.filter(pk__in=ids).delete()
    return total


def reset() -> None:
    """Forget when this process last touched each session."""
    _touch_due_at.clear()


def as_dicts(found: Sequence[SignIn], current: str | None) -> list[dict[str, Any]]:
    """Return sign-ins for the API and the export; `current` is the id of the request's own."""
    return [
        {
            "id": each.pk,
            "kind": "session" if each.family_id is None else "tokens",
            "device": each.device,
            "network": each.network,
            "started_at": each.started_at,
            "seen_at": each.seen_at.replace(second=0, microsecond=0),
            "is_current": each.pk == current,
        }
        for each in found
    ]


def _create_for_session(request: HttpRequest, person: User, sign_in_id: str) -> None:
    SignIn.objects.filter(session_key=request.session.session_key).delete()
    now = timezone.now()
    SignIn.objects.create(
        id=sign_in_id,
        person=person,
        session_key=request.session.session_key or "",
        auth_hash=person.get_session_auth_hash(),
        started_at=now,
        seen_at=now,
        **_origin(request),
    )
    _note_touched(request)


def _note_touched(request: HttpRequest) -> None:
    if len(_touch_due_at) >= _MAX_LOCAL_ENTRIES:
        _touch_due_at.clear()
    _touch_due_at[str(request.session.session_key)] = time.monotonic() + TOUCH_INTERVAL_SECONDS


def _origin(request: Any) -> dict[str, str]:
    """Return the device and network of a request, for the list."""
    if request is None:
        return {}
    return {
        "device": describe_user_agent(request.META.get("HTTP_USER_AGENT", "")),
        "network": client_ip(request),
    }
