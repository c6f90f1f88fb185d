"""API errors of the second factor."""

from typing import Any

from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied


class SecondFactorRequired(PermissionDenied):
    """The session or token has not passed the second factor that the call requires.

    `set_up` says whether the account has one: if not, the person has to set one up; otherwise they
    have to sign in again.
    """

    default_code = "second_factor_required"
    default_detail = "This needs a second factor. Set one up, or sign in with it."

    def __init__(self, *, set_up: bool = False) -> None:
        super().__init__()
        self.details = {"set_up": set_up}


class SecondStepRequired(AuthenticationFailed):
    """The password is correct; the details say how to complete the sign-in."""

    default_code = "second_factor_required"
    default_detail = "Confirm with your second factor."

    def __init__(self, details: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.details = details or {}


class InvalidCode(AuthenticationFailed):
    default_code = "invalid_code"
    default_detail = "This code is not right, or was used before."


class InvalidPasskey(AuthenticationFailed):
    default_code = "invalid_passkey"
    default_detail = "This passkey was not accepted."


class ChallengeExpired(AuthenticationFailed):
    default_code = "challenge_over"
    default_detail = "This took too long, or was tried too often. Start again."


class AlreadySetUp(APIException):
    status_code = 409
    default_code = "already_set_up"
    default_detail = "There is one already. Remove it first."


class NotSetUp(APIException):
    status_code = 409
    default_code = "not_set_up"
    default_detail = "Set up a second factor first."


class TooManyPasskeys(APIException):
    status_code = 409
    default_code = "too_many_passkeys"
    default_detail = "There are as many passkeys as an account may have. Remove one first."


class NoSuchPasskey(APIException):
    status_code = 404
    default_code = "not_found"
    default_detail = "There is no such passkey."
