"""SQLite's LIKE, which ignores case only in ASCII, made like PostgreSQL's lookups without case."""

import sqlite3
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created, dispatch_uid="config.sqlite")
def _define_like(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "sqlite":
        database: sqlite3.Connection = connection.connection
        # `text LIKE pattern ESCAPE escape`, as Django writes it, is like(pattern, text, escape).
        database.create_function("like", 3, _like, deterministic=True)


def _like(pattern: str | None, text: Any, escape: str) -> bool | None:
    if pattern is None or text is None:
        return None
    return fnmatchcase(str(text).casefold(), _glob(pattern.casefold(), escape))


@lru_cache(maxsize=64)
def _glob(pattern: str, escape: str) -> str:
    """Return a LIKE pattern as one of `fnmatch`."""
    wildcards = {"%": "*", "_": "?"}
    parts, characters = [], iter(pattern)
    for character in characters:
        if character == escape:
            parts.append(_literal(next(characters, "")))
        else:
            parts.append(wildcards.get(character, _literal(character)))
    return "".join(parts)


def _literal(character: str) -> str:
    return f"[{character}]" if character in ("*", "?", "[") else character
