"""List, add and remove a person's second factors.

`User.second_factor_since` says whether there is one. It is written with the factors, with the
person's row locked.

Adding the first factor, removing one and renewing the recovery codes revoke all of the person's
credentials in the same transaction: sessions, refresh tokens, mailed links and pending second
steps. What was obtained without a factor, or by one that is replaced, ends. The caller then keeps
the credential of its own request (`signing_in.keep_credential`), for which `person` gets the row's
new state. A further factor revokes nothing: the others have passed one already.

A session and a token family store when they passed the second factor.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import revocations
from accounts.locked_rows import lock_current
from accounts.models import User
from accounts.models.second_factors import Authenticator, Challenge, Passkey, RecoveryCode
from accounts.second_factor import challenges, passkeys, recovery, totp
from accounts.second_factor.errors import NoSuchPasskey, NotSetUp
from infrastructure.security_log.log import Kind, record


def available_methods(person: User) -> list[str]:
    """Return the methods by which a person can complete a sign-in; empty without second factor."""
    if person.second_factor_since is None:
        return []
    found = []
    if Passkey.objects.filter(person=person).exists():
        found.append("passkey")
    if Authenticator.objects.filter(person=person, confirmed_at__isnull=False).exists():
        found.append("totp")
    if recovery.remaining(person):
        found.append("recovery_code")
    return found


def is_passed(person: User, mfa_at: float | None) -> bool:
    """Return whether a second factor passed at `mfa_at`, in Unix seconds, still counts."""
    since = person.second_factor_since
    return since is not None and mfa_at is not None and mfa_at >= since.timestamp()


def as_dict(person: User) -> dict[str, Any]:
    """Return a person's second factors for the API and the export."""
    app = Authenticator.objects.filter(person=person, confirmed_at__isnull=False).first()
    return {
        "totp": app and {"created_at": app.confirmed_at, "used_at": app.used_at},
        "passkeys": [
            {
                "id": passkey.pk,
                "name": passkey.name,
                "created_at": passkey.created_at,
                "used_at": passkey.used_at,
            }
            for passkey in Passkey.objects.filter(person=person)
        ],
        "recovery_codes_left": recovery.remaining(person),
        "passkey_host": passkeys.rp_id(),
    }


def confirm_totp(person: User, code: str) -> tuple[datetime, list[str] | None]:
    """Confirm a person's authenticator app by its first code.

    Return the time and, if it is the first factor, recovery codes. Raises: NotSetUp, InvalidCode.
    """
    with _locked(person) as locked:
        totp.confirm(locked, code)
        return _after_adding(locked, "totp")


def add_passkey(
    token: str, person: User, credential: dict[str, Any], *, name: str
) -> tuple[datetime, list[str] | None]:
    """Store a person's new passkey; return as `confirm_totp`.

    Raises: ChallengeExpired, InvalidPasskey, TooManyPasskeys.
    """
    challenge = challenges.attempt(token, Challenge.Purpose.NEW_PASSKEY, person=person)
    with _locked(person) as locked:
        challenges.consume(challenge)
        passkeys.add(challenge, credential, name=name)
        return _after_adding(locked, "passkey")


def remove_totp(person: User) -> None:
    """Remove a person's authenticator app, also an unconfirmed one. Raises: NotSetUp."""
    with _locked(person) as locked:
        deleted, _ = Authenticator.objects.filter(person=locked).delete()
        if not deleted:
            raise NotSetUp
        _after_removing(locked, "totp")


def remove_passkey(person: User, passkey_id: int) -> None:
    """Remove one of a person's passkeys. Raises: NoSuchPasskey."""
    with _locked(person) as locked:
        deleted, _ = Passkey.objects.filter(person=locked, pk=passkey_id).delete()
        if not deleted:
            raise NoSuchPasskey
        _after_removing(locked, "passkey")


def rename_passkey(person: User, passkey_id: int, name: str) -> None:
    """Rename one of a person's passkeys. Raises: NoSuchPasskey."""
    if not Passkey.objects.filter(person=person, pk=passkey_id).update(name=name):
        raise NoSuchPasskey


def renew_recovery_codes(person: User) -> list[str]:
    """Replace a person's recovery codes; return the new ones. Raises: NotSetUp."""
    with _locked(person) as locked:
        if locked.second_factor_since is None:
            raise NotSetUp
        codes = recovery.renew(locked)
        revocations.revoke_all(locked)
        record(Kind.RECOVERY_CODES_RENEWED, actor_id=locked.pk, subject_id=locked.pk)
        return codes


def remove_all(person: User, *, actor_id: int | None) -> None:
    """Remove all factors of somebody who lost them, and revoke all their credentials."""
    with transaction.atomic():
        # Whoever helps does so also if the person signed out everywhere meanwhile.
        locked = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        for model in (Authenticator, Passkey, RecoveryCode, Challenge):
            model._default_manager.filter(person=locked).delete()
        locked.second_factor_since = None
        User.objects.filter(pk=locked.pk).update(second_factor_since=None)
        revocations.revoke_all(locked)
        details = {"method": "all"}
        record(Kind.SECOND_FACTOR_REMOVED, actor_id=actor_id, subject_id=locked.pk, details=details)


@contextmanager
def _locked(person: User) -> Iterator[User]:
    """Lock a person's row in a transaction, which serialises changes of their factors.

    After the commit `person` has the state that the block wrote. Raises: NotAuthenticated if the
    credential that asked for the change was revoked meanwhile.
    """
    with transaction.atomic():
        locked = lock_current(person)
        yield locked
    person.generation = locked.generation
    person.second_factor_since = locked.second_factor_since


def _after_adding(person: User, method: str) -> tuple[datetime, list[str] | None]:
    now, codes = timezone.now(), None
    if person.second_factor_since is None:
        person.second_factor_since = now
        User.objects.filter(pk=person.pk).update(second_factor_since=now)
        revocations.revoke_all(person)
        codes = recovery.renew(person)
    _log(Kind.SECOND_FACTOR_ADDED, person, method)
    return now, codes


def _after_removing(person: User, method: str) -> None:
    is_left = (
        Authenticator.objects.filter(person=person, confirmed_at__isnull=False).exists()
        or Passkey.objects.filter(person=person).exists()
    )
    if not is_left:
        person.second_factor_since = None
        User.objects.filter(pk=person.pk).update(second_factor_since=None)
        RecoveryCode.objects.filter(person=person).delete()
    revocations.revoke_all(person)
    _log(Kind.SECOND_FACTOR_REMOVED, person, method)


def _log(kind: Kind, person: User, method: str) -> None:
    record(kind, actor_id=person.pk, subject_id=person.pk, details={"method": method})
