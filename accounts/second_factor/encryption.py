"""Encrypt what the server must be able to read again: the secrets of authenticator apps.

The key is derived from SECRET_KEY; what an earlier key encrypted is read with
SECRET_KEY_FALLBACKS. A copy of the database alone makes no codes.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

# What is stored can be read only with the same one.
_SALT = "accounts.second_factor.sealing"


class DecryptionFailed(Exception):
    """The text was encrypted with a key that this site does not have any more."""


def encrypt(text: str) -> str:
    """Return the text encrypted and authenticated (AES-128-CBC with HMAC-SHA-256)."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return what was encrypted. Raises: DecryptionFailed."""
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
