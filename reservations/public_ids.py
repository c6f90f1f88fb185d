"""Public ids: what a booking is called outside, in answers, addresses, tickets and mails.

A primary key tells how many bookings there are, and the next one can be guessed. A public id has 80
random bits, in Crockford's base32, which leaves out the letters that are mistaken for digits.
"""

import secrets
from typing import Any

from django.db.models import CharField, Func

LENGTH = 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_WRITTEN = str.maketrans("OIL", "011")


def new_public_id() -> str:
    """Return a random public id."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse_public_id(text: str) -> str | None:
    """Return the public id that somebody typed, None if it cannot be one.

    Small letters will do, and so will O for 0, and I or L for 1.
    """
    found = text.upper().translate(_AS_WRITTEN)
    return found if len(found) == LENGTH and set(found) <= set(ALPHABET) else None


class RandomPublicId(Func):
    """A random public id made by the database: 64 bits, in the digits that hexadecimal uses.

    For rows that existed before, and those that servers of the release before insert.
    """

    arity = 0
    output_field = CharField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:  # noqa: ARG002
        if connection.vendor == "sqlite":
            return "hex(randomblob(8))", []
        # A version 4 UUID is random but for six bits, which are in neither part.
        uuid = "gen_random_uuid()::text"
        return f"upper(right({uuid}, 12) || left({uuid}, 4))", []
