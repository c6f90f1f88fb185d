"""Many rows in one statement, whose text and cost do not grow with them.

Django's `bulk_update` writes a branch for every row and column: for a batch of locks that was more
than half of all that Python did. PostgreSQL takes columns as arrays; SQLite, which is in this
process, takes one row after the other.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from reservations.database import planned_once

Rows = Sequence[Sequence[Any]]


def update_rows(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> None:
    """Set `fields`; each row has their values, and its primary key last."""
    _write(_update_sql(model, fields, connection.vendor), model, (*fields, "pk"), rows)


def insert_rows(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> None:
    """Add rows with values for `fields`, which must be all that have no default."""
    _write(_insert_sql(model, fields, connection.vendor), model, fields, rows)


def _write(sql: str, model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> None:
    if not rows:
        return
    with planned_once() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
        else:
            found = _fields(model, fields)
            cursor.executemany(sql, [_prepared(found, row) for row in rows])


def _prepared(fields: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Return a row as SQLite stores it."""
    return [
        field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)
    ]


@cache
def _update_sql(model: type[models.Model], fields: tuple[str, ...], vendor: str) -> str:
    table = _quoted(model._meta.db_table)
    *columns, key = [_quoted(field.column) for field in _fields(model, (*fields, "pk"))]
    if vendor != "postgresql":
        changes = ", ".join(f"{column} = %s" for column in columns)
        return f"UPDATE {table} SET {changes} WHERE {key} = %s"
    changes = ", ".join(f"{column} = new.{column}" for column in columns)
    new = f"{_unnested(model, (*fields, 'pk'))} AS new({', '.join([*columns, key])})"
    return f"UPDATE {table} SET {changes} FROM {new} WHERE {table}.{key} = new.{key}"


@cache
def _insert_sql(model: type[models.Model], fields: tuple[str, ...], vendor: str) -> str:
    names = ", ".join(_quoted(field.column) for field in _fields(model, fields))
    into = f"INSERT INTO {_quoted(model._meta.db_table)} ({names})"
    if vendor != "postgresql":
        return f"{into} VALUES ({', '.join(['%s'] * len(fields))})"
    return f"{into} SELECT * FROM {_unnested(model, fields)}"


def _unnested(model: type[models.Model], fields: tuple[str, ...]) -> str:
    arrays = [f"%s::{field.cast_db_type(connection)}[]" for field in _fields(model, fields)]
    return f"unnest({', '.join(arrays)})"


@cache
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[Any]:
    return [model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
