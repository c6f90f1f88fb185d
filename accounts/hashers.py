"""How passwords are stored."""

from functools import partial

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from accounts.hashing import in_turn


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane, in the queue of `hashing`.

    The figures are the first choice of OWASP's Password Storage Cheat Sheet. Django's own need
    100 MiB and eight threads for each sign-in, which a rush of buyers would turn against us.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Raises: TooManySignIns."""
        return str(in_turn(partial(super().encode, password, salt)))

    def verify(self, password: str, encoded: str) -> bool:
        """Raises: TooManySignIns."""
        return bool(in_turn(partial(super().verify, password, encoded)))


class Pbkdf2Hasher(PBKDF2PasswordHasher):
    """What Django hashed before Argon2, checked in the same queue. Checking encodes."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Raises: TooManySignIns."""
        return str(in_turn(partial(super().encode, password, salt, iterations)))
