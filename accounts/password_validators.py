"""Refuse passwords that are public, such as those of the demo (SEATCAST_PUBLISHED_PASSWORDS).

In production they do not sign anybody in either.
"""

from django.conf import settings
from django.core.exceptions import ValidationError


def is_published(password: str | None) -> bool:
    return password in settings.SEATCAST_PUBLISHED_PASSWORDS


class PublishedPasswordValidator:
    """Refuses a new password that is public."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002
        """Raises: ValidationError."""
        if is_published(password):
            raise ValidationError("Everybody knows this password.", code="password_published")

    def get_help_text(self) -> str:
        return "Your password must not be one that everybody knows."
