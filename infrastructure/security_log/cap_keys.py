"""Keys under which the seats of several people are counted together: keyed hashes of a text.

A stored key tells nobody the text, and equal keys belong to equal texts.
"""

from functools import lru_cache

from django.utils.crypto import salted_hmac

_BITS = 62


@lru_cache(maxsize=10_000)
def cap_key(kind: str, text: str) -> int:
    """Return the key of a text among those of its kind: a positive number of 62 bits."""
    digest: bytes = salted_hmac(f"security_log.cap_keys.{kind}", text, algorithm="sha256").digest()
    return 1 + int.from_bytes(digest[:8], "big") % ((1 << _BITS) - 1)
