"""Passwords that everybody knows, such as the demo's: in production they open nothing.

Which ones they are is the site's to say, in SEATCAST_PUBLISHED_PASSWORDS.
"""

from django.conf import settings
from django.core.exceptions import ValidationError


def is_published(password: str | None) -> bool:
    return password in settings.SEATCAST_PUBLISHED_PASSWORDS


class PublishedPasswordValidator:
    """Refuses a new password that everybody knows."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002
        """Raises: ValidationError."""
        if is_published(password):
            raise ValidationError("Everybody knows this password.", code="password_published")

    def get_help_text(self) -> str:
        return "Your password must not be one that everybody knows."
