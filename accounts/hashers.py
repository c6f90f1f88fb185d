"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane.

    The figures are the first choice of OWASP's Password Storage Cheat Sheet. Django's own need
    100 MiB and eight threads for each sign-in, which a rush of buyers would turn against us.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
