"""The second step of a sign-in."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.second_factor import challenges, factors, passkeys, recovery, totp
from accounts.second_factor.errors import InvalidCode, InvalidPasskey, SecondStepRequired
from accounts.second_factor.models import Challenge
from security_log.log import Kind, record


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
    person: User = challenge.person
    if method == "passkey":
        if credential is None:
            raise InvalidPasskey
        passkeys.check(challenge, credential)
    else:
        check_code(person, code, method=method)
    challenges.consume(challenge)
    return person, record_passed(person, method=method)


def check_code(person: User, code: str, *, method: str) -> None:
    """Verify and use up a code. Raises: InvalidCode, Throttled."""
    match method:
        case "totp":
            totp.check(person, code)
        case "recovery_code":
            recovery.check(person, code)
        case _:
            raise InvalidCode


def record_passed(person: User, *, method: str) -> datetime:
    """Log that a person passed the second factor; return the time."""
    record(
        Kind.SECOND_FACTOR_PASSED,
        actor_id=person.pk,
        subject_id=person.pk,
        details={"method": method},
    )
    return timezone.now()
