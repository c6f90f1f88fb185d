"""Tokens that say whose they are, so that a request with one need not ask the database.

The price is that who was deactivated, or is an organiser no more, may go on for as long as an
access token lives: five minutes. A refresh token is looked up each time.
"""

import secrets

from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User


def pair(person: User) -> dict[str, str]:
    """Return a new access token and a new refresh token."""
    refresh = RefreshToken.for_user(person)
    refresh["username"] = person.get_username()
    refresh["is_staff"] = person.is_staff
    refresh["stamp"] = person.stamp()
    refresh["sid"] = secrets.token_hex(16)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}
