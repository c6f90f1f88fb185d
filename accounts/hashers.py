"""How passwords are stored, and that storing them leaves the machine to those who click.

A hash takes some 30 ms of a core and 19 MiB, which is thirty times what a click takes. So each
process makes one after the other, and only so many may wait for it. Whoever waits keeps no
connection to the database meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from rest_framework.exceptions import APIException

MOST_WAITING = 24
"""Together they wait for a second; and a worker's other threads are for those who click."""


class TooManySignIns(APIException):
    """More people want their passwords looked at than can be served soon."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many people are signing in just now. Try again in a moment."
    wait = 1


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane.

    The figures are the first choice of OWASP's Password Storage Cheat Sheet. Django's own need
    100 MiB and eight threads for each sign-in, which a rush of buyers would turn against us.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Raises: TooManySignIns."""
        return str(_in_turn(super().encode, password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Raises: TooManySignIns."""
        return bool(_in_turn(super().verify, password, encoded))


_hashing = ThreadPoolExecutor(1, thread_name_prefix="hashing")
_places = BoundedSemaphore(MOST_WAITING)


def _in_turn(work: Callable[..., Any], *arguments: str) -> Any:
    if not _places.acquire(blocking=False):
        raise TooManySignIns
    try:
        if not connection.in_atomic_block:
            connection.close()
        return _hashing.submit(work, *arguments).result()
    finally:
        _places.release()
