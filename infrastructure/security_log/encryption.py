"""Encrypt the secrets of authenticator apps, which the server has to read again.

The key is derived from SECRET_KEY; SECRET_KEY_FALLBACKS are used for decryption too. A copy of the
database alone is not enough to compute codes.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

# Stored secrets depend on this value.
_SALT = "accounts.second_factor.sealing"


class DecryptionFailed(Exception):
    """The text was encrypted with a key that this site no longer has."""


def encrypt(text: str) -> str:
    """Return the text encrypted and authenticated (AES-128-CBC with HMAC-SHA-256)."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return the decrypted text. Raises: DecryptionFailed."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise DecryptionFailed from None


def _fernet() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    digest = salted_hmac(_SALT, "authenticator", secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)
