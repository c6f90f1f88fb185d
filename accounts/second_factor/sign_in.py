"""The second step of signing in: what it takes after the right password, and taking it."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.second_factor import challenges, factors, passkeys, recovery, totp
from accounts.second_factor.errors import InvalidCode, InvalidPasskey, SecondStepRequired
from accounts.second_factor.models import Challenge
from security_log.log import Kind, record


def require_second_step(person: User) -> None:
    """Let pass who has no second factor. Raises: SecondStepRequired, with a new challenge."""
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
    """Return who completes signing in with a challenge, and when.

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
    """Let pass a code that is good, and use it up. Raises: InvalidCode, Throttled."""
    match method:
        case "totp":
            totp.check(person, code)
        case "recovery_code":
            recovery.check(person, code)
        case _:
            raise InvalidCode


def record_passed(person: User, *, method: str) -> datetime:
    """Log that somebody showed their second factor, and return the moment."""
    record(
        Kind.SECOND_FACTOR_PASSED,
        actor_id=person.pk,
        subject_id=person.pk,
        details={"method": method},
    )
    return timezone.now()
