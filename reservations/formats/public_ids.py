"""Public ids of reservations, for the API, URLs, tickets and mails.

A primary key would reveal the number of reservations, and could be guessed. A public id has 80
random bits, in Crockford's base32, which has no letters that look like digits.
"""

import secrets

LENGTH = 16
MIN_BEGINNING = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_WRITTEN = str.maketrans("OIL", "011")


def new_public_id() -> str:
    """Return a random public id."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse_public_id(text: str) -> str | None:
    """Normalise a typed public id; return None if it cannot be one.

    Accepts small letters, O for 0, and I or L for 1.
    """
    found = text.upper().translate(_AS_WRITTEN)
    return found if len(found) == LENGTH and set(found) <= set(ALPHABET) else None


def parse_beginning(text: str) -> str | None:
    """Normalise the typed beginning of a public id; None if it is too short or cannot be one."""
    found = text.upper().translate(_AS_WRITTEN)
    is_one = MIN_BEGINNING <= len(found) <= LENGTH and set(found) <= set(ALPHABET)
    return found if is_one else None
