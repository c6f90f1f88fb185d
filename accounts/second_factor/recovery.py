"""Recovery codes: ten at a time, each valid once.

A code has 120 random bits, so a plain SHA-256 is enough: it cannot be guessed from its hash.
"""

import base64
import hashlib
import secrets

from django.db import transaction

from accounts.models import User
from accounts.models.second_factors import RecoveryCode

CODE_COUNT = 10
CODE_BYTES = 15
_GROUP = 4


@transaction.atomic
def renew(person: User) -> list[str]:
    """Replace a person's codes; return the new ones."""
    codes = [_code() for _ in range(CODE_COUNT)]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=_digest(code)) for code in codes
    )
    return codes


def accept(person: User, code: str) -> bool:
    """Use up a code; return whether it was valid. Of two requests with one code, one succeeds."""
    deleted, _ = RecoveryCode.objects.filter(person=person, digest=_digest(code)).delete()
    return bool(deleted)


def remaining(person: User) -> int:
    """Return how many codes a person has left."""
    return RecoveryCode.objects.filter(person=person).count()


def _code() -> str:
    text = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(code: str) -> str:
    """Return the hash of a code, without regard to spaces, hyphens and case."""
    plain = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
