"""Answers that sign a person in by session cookie, or keep them signed in."""

from typing import Any

from django.contrib.auth import login, update_session_auth_hash
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.tokens import Token

from accounts import known_devices
from accounts.models import User
from accounts.sessions import SESSION_BACKEND
from accounts.tokens import keep_family


def signed_in_record(person: User) -> dict[str, Any]:
    return {"success": True, "user_id": person.pk, "username": person.username}


def sign_in(request: Request, person: User, *, status: int = 200) -> Response:
    """Begin a session, and remember the device."""
    login(request._request, person, backend=SESSION_BACKEND)
    answer = Response(signed_in_record(person), status=status)
    known_devices.set_cookie(request, answer, person)
    return answer


def keep_credential(request: Request, person: User) -> None:
    """Let the credential of a request outlive the revocation of its person's credentials.

    A session gets a new key; a token family goes on with its refresh token. `person` has the state
    that the revocation wrote: later revocations end this credential too.
    """
    if isinstance(request.auth, Token):
        keep_family(request.auth, person)
        return
    # Django's function needs the model instance, not the cached `ClaimsUser`.
    request._request.user = person
    update_session_auth_hash(request._request, person)


def keep_signed_in(request: Request, person: User, done: dict[str, Any]) -> Response:
    """Return `done`; the session of this request outlives the change of the password."""
    keep_credential(request, person)
    answer = Response(done)
    known_devices.set_cookie(request, answer, person)
    return answer
