"""SQLite's LIKE, which ignores case only in ASCII, made like PostgreSQL's lookups without case."""

import re
import sqlite3
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
    return _compiled(pattern, escape).fullmatch(str(text)) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str, escape: str) -> re.Pattern[str]:
    wildcards = {"%": ".*", "_": "."}
    parts = re.findall(rf"{re.escape(escape)}.|.", pattern, re.DOTALL)
    regex = "".join(wildcards.get(part, re.escape(part.removeprefix(escape))) for part in parts)
    return re.compile(regex, re.IGNORECASE | re.DOTALL)
