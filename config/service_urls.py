"""The addresses of PostgreSQL and Redis, with their passwords; and as which role to connect."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

OWNER_COMMANDS = frozenset({"migrate", "grant_serving_role", "after_restore", "prune_security_log"})
"""Commands of manage.py that change tables, sequences or privileges."""

WITHOUT_DATABASE = frozenset(
    {
        *("--help", "-h", "help", "--version", "version"),
        *("collectstatic", "findstatic", "diffsettings", "spectacular"),
        *("compilemessages", "makemessages", "startapp", "startproject"),
    }
)
"""Words of a command line that asks no database."""


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


def asks_database(arguments: Sequence[str]) -> bool:
    """Return whether a command of manage.py may read or write data."""
    return len(arguments) > 1 and not WITHOUT_DATABASE & set(arguments[1:])


def name_of(database: Mapping[str, Any]) -> str:
    """Return which database Django's setting is for, for people; its password is left out."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return f"{database['NAME']} (SQLite)"
    hosts = str(database["HOST"] or "local socket").split(",")
    ports = str(database["PORT"] or 5432).split(",")
    places = ",".join(f"{host}:{port}" for host, port in zip_longest(hosts, ports))
    return f"{places}/{database['NAME']} (PostgreSQL, as {database['USER'] or 'this user'})"
