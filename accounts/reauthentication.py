"""Asking again, before something that a stolen session must not be enough for."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from accounts import login_throttle
from accounts.models import User
from accounts.password_hashing import Workload, hashing_slot
from accounts.second_factor.errors import SecondFactorRequired


@contextmanager
def password_attempt(
    request: Request, person: User, *, field: str = "password", device: str = ""
) -> Iterator[login_throttle.Attempt]:
    """Count a try at one's own password, as at signing in; refuse unless it is said to be right.

    Raises: ValidationError of `field`, Throttled, TooManySignIns.
    """
    with (
        login_throttle.attempt(request, person.username, device_token=device) as attempt,
        hashing_slot(request, Workload.OTHER),
    ):
        yield attempt
    if not attempt.is_correct:
        complaint = ErrorDetail("This is not your password.", code="wrong_password")
        raise ValidationError({field: [complaint]})


def require_password(request: Request, person: User, password: str) -> None:
    """Let pass only who knows the person's password. Raises: as `own_password`."""
    with password_attempt(request, person) as attempt:
        attempt.is_correct = person.check_password(password)


def require_second_factor_if_set_up(request: Request, person: User) -> None:
    """Let pass who showed the second factor, where the account has one.

    A session from before it was set up has not. Raises: SecondFactorRequired.
    """
    if person.has_second_factor and not getattr(request.user, "mfa_passed", False):
        raise SecondFactorRequired(set_up=True)
