"""Ask for password and second factor again before changes that a stolen session must not make."""

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
    """Throttle an attempt at a person's own password like a sign-in; the block sets `is_correct`.

    Raises: ValidationError of `field` if it is wrong, Throttled, TooManySignIns.
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
    """Check a person's password. Raises: as `password_attempt`."""
    with password_attempt(request, person) as attempt:
        attempt.is_correct = person.check_password(password)


def require_second_factor_if_set_up(request: Request, person: User) -> None:
    """Require that the session or token passed the account's second factor, if it has one.

    A session from before it was set up has not passed it. Raises: SecondFactorRequired.
    """
    if person.has_second_factor and not getattr(request.user, "mfa_passed", False):
        raise SecondFactorRequired(set_up=True)
