"""Asking again, before something that a stolen session must not be enough for."""

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from accounts import tries
from accounts.hashing import Work, place_for
from accounts.models import User
from accounts.second_factor.refusals import SecondFactorRequired


def require_password(request: Request, person: User, password: str) -> None:
    """Let pass only who knows the person's password; tries are counted as at signing in.

    Raises: ValidationError, Throttled.
    """
    with tries.one_try(request, person.username) as one, place_for(request, Work.OTHER):
        one.is_right = person.check_password(password)
    if not one.is_right:
        complaint = ErrorDetail("This is not your password.", code="wrong_password")
        raise ValidationError({"password": [complaint]})


def require_own_second_factor(request: Request, person: User) -> None:
    """Let pass who showed the second factor, where the account has one.

    A session from before it was set up has not. Raises: SecondFactorRequired.
    """
    if person.has_second_factor and not getattr(request.user, "mfa_passed", False):
        raise SecondFactorRequired(set_up=True)
