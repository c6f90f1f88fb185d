"""Search by the beginning of a text, in any case, with an index on both databases.

PostgreSQL uses an index for `LIKE 'text%'` only in the C collation, and SQLite only for a range.
"""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower


class Folded(Lower):
    """A text in small letters, compared byte by byte."""

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        sql, values = super().as_sql(compiler, connection, **more)
        return f'({sql} COLLATE "C")', values


def begins_with(name: str, text: str) -> Q:
    """Return the condition that the annotation `name`, of `Folded`, begins with a text."""
    begin = text.lower()
    last = ord(begin[-1])
    # The code points after the last one before the surrogates are those after the surrogates.
    following = 0xE000 if last == 0xD7FF else last + 1
    condition = Q(**{f"{name}__gte": begin})
    if following <= 0x10FFFF:
        condition &= Q(**{f"{name}__lt": begin[:-1] + chr(following)})
    return condition
