"""The addresses of PostgreSQL and Redis, with their passwords; and as which role to connect."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

OWNER_COMMANDS = frozenset({"migrate", "grant_serving_role", "after_restore", "prune_security_log"})
"""Commands of manage.py that change tables, sequences or privileges."""


def with_password(url: str, password: str) -> str:
    """Return the URL with a password of any characters in it; without a password, as it is."""
    if not password:
        return url
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}").geturl()


def has_password(url: str) -> bool:
    """Return whether there is a password in the URL itself."""
    return ":" in urlsplit(url).netloc.rpartition("@")[0]


def connects_as_owner(arguments: Sequence[str]) -> bool:
    """Return whether a process with these arguments is to connect as the owner of the tables."""
    return (
        len(arguments) > 1
        and Path(arguments[0]).name == "manage.py"
        and arguments[1] in OWNER_COMMANDS
    )
