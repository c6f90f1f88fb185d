"""URLs of PostgreSQL and Redis with their passwords, and the database role to connect as."""

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
"""Arguments of manage.py whose commands do not use the database."""


def with_password(url: str, password: str) -> str:
    """Insert a password of any characters into a URL; return the URL unchanged if it is empty."""
    if not password:
        return url
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


def has_password(url: str) -> bool:
    """Return whether the URL contains a password."""
    return ":" in urlsplit(url).netloc.rpartition("@")[0]


def connects_as_owner(arguments: Sequence[str]) -> bool:
    """Return whether a process with these arguments connects as the owner of the tables."""
    return (
        len(arguments) > 1
        and Path(arguments[0]).name == "manage.py"
        and arguments[1] in OWNER_COMMANDS
    )


def uses_database(arguments: Sequence[str]) -> bool:
    """Return whether a command of manage.py may read or write data."""
    return len(arguments) > 1 and not WITHOUT_DATABASE & set(arguments[1:])


def name_of(database: Mapping[str, Any]) -> str:
    """Return a readable name of a database setting, without its password."""
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return f"{database['NAME']} (SQLite)"
    hosts = str(database["HOST"] or "local socket").split(",")
    ports = str(database["PORT"] or 5432).split(",")
    places = ",".join(f"{host}:{port}" for host, port in zip_longest(hosts, ports))
    return f"{places}/{database['NAME']} (PostgreSQL, as {database['USER'] or 'this user'})"
