"""JWT classes: access and refresh tokens, and the user that their claims describe.

Tokens are signed with SECRET_KEY and verified also with SECRET_KEY_FALLBACKS, so that rotating the
key signs nobody out.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.utils.encoding import force_str
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.models import TokenUser
from rest_framework_simplejwt.settings import api_settings


class _FallbackKeysBackend(TokenBackend):
    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token. Raises: TokenBackendError."""
        try:
            return super().decode(token, verify)
        except TokenBackendExpiredToken:
            raise
        except TokenBackendError:
            for key in settings.SECRET_KEY_FALLBACKS:
                with suppress(TokenBackendError):
                    return TokenBackend(api_settings.ALGORITHM, force_str(key)).decode(
                        token, verify
                    )
            raise


_backend = _FallbackKeysBackend(api_settings.ALGORITHM, api_settings.SIGNING_KEY)


class AccessToken(tokens.AccessToken):
    _token_backend = _backend


class RefreshToken(tokens.RefreshToken):
    _token_backend = _backend
    access_token_class = AccessToken


class ClaimsUser(TokenUser):
    """A user built from the claims of a token or a cached session, without a query."""

    @property
    def mfa_passed(self) -> bool:
        """Whether the second factor that the account has now was passed."""
        return self.token.get("mfa") is True

    @property
    def mailbox(self) -> int | None:
        """The cap key of the person's mail address when the claims were made."""
        found: int | None = self.token.get("mailbox")
        return found

    @property
    def has_second_factor(self) -> bool:
        """Whether the account has a second factor."""
        return self.token.get("mfa") is not None
