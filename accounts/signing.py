"""How tokens are signed: with SECRET_KEY, and believed with the keys that were in use before it.

So that a new key signs nobody out: a session goes on with the old ones, and so does a token.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.utils.encoding import force_str
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken


class _Signing(TokenBackend):
    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return what a token says. Raises: TokenBackendError."""
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


_signing = _Signing(api_settings.ALGORITHM, api_settings.SIGNING_KEY)


class Access(AccessToken):
    _token_backend = _signing


class Refresh(RefreshToken):
    _token_backend = _signing
    access_token_class = Access
