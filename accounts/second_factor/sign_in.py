"""The second step of a sign-in.

Concurrency: the person's row is locked before a factor is checked, and compared with the row that
the password was checked against. So a request in flight while a factor is replaced is refused, and
a session or token family that it begins nevertheless has the revoked auth hash.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated

from accounts.locked_rows import lock_current
from accounts.models import User
from accounts.models.second_factors import Challenge
from accounts.second_factor import challenges, factors, passkeys, recovery, totp
from accounts.second_factor.errors import (
    ChallengeExpired,
    InvalidCode,
    InvalidPasskey,
    SecondStepRequired,
)
from infrastructure.security_log.log import Kind, record


def require_second_step(person: User) -> None:
    """Raise SecondStepRequired, with a new challenge, if a person has a second factor."""
    methods = factors.available_methods(person)
    if not methods:
        return
    token, challenge = challenges.issue(person, Challenge.Purpose.SIGN_IN)
    details: dict[str, Any] = {"methods": methods, "challenge": token}
    if "passkey" in methods:
        details["passkey"] = passkeys.request_options(challenge)
    raise SecondStepRequired(details)


def take_second_step(
    token: str, *, method: str, code: str, credential: dict[str, Any] | None
) -> tuple[User, datetime]:
    """Verify the second step; return the person of the challenge and the time.

    Raises: ChallengeExpired, InvalidCode, InvalidPasskey, Throttled.
    """
    challenge = challenges.attempt(token, Challenge.Purpose.SIGN_IN)
    try:
        if method == "passkey":
            return challenge.person, _pass_by_passkey(challenge, credential)
        return challenge.person, pass_by_code(
            challenge.person, code, method=method, challenge=challenge
        )
    except NotAuthenticated:
        raise ChallengeExpired from None


def pass_by_code(
    person: User, code: str, *, method: str, challenge: Challenge | None = None
) -> datetime:
    """Verify and use up a code, and with it the challenge; return the time.

    Raises: InvalidCode, Throttled, ChallengeExpired; NotAuthenticated if the person's credentials
    were revoked since `person` was loaded.
    """
    with transaction.atomic():
        locked = lock_current(person)
        if _accept(locked, code, method=method):
            return _record_passed(locked, method=method, challenge=challenge)
    # After the commit, which counts a wrong code.
    raise InvalidCode


def _pass_by_passkey(challenge: Challenge, credential: dict[str, Any] | None) -> datetime:
    if credential is None:
        raise InvalidPasskey
    with transaction.atomic():
        locked = lock_current(challenge.person)
        passkeys.check(challenge, credential)
        return _record_passed(locked, method="passkey", challenge=challenge)


def _accept(person: User, code: str, *, method: str) -> bool:
    match method:
        case "totp":
            return totp.accept(person, code)
        case "recovery_code":
            return recovery.accept(person, code)
        case _:
            return False


def _record_passed(person: User, *, method: str, challenge: Challenge | None) -> datetime:
    """Consume the challenge, and log that the second factor was passed; return the time."""
    if challenge is not None:
        challenges.consume(challenge)
    record(
        Kind.SECOND_FACTOR_PASSED,
        actor_id=person.pk,
        subject_id=person.pk,
        details={"method": method},
    )
    return timezone.now()
