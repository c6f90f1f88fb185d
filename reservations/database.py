"""What threads do with their database connection besides asking it."""

from django.db import connection


def release_connection() -> None:
    """Give this thread's connection back to the pool before it waits for something else.

    It must not keep one from those who need it meanwhile. A later statement takes one again.
    """
    if not connection.in_atomic_block:
        connection.close()
