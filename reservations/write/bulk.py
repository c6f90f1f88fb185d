"""Many rows of several tables in one statement, whose text and cost do not grow with them.

Django's `bulk_update` writes a branch for every row and column: for a batch of locks that was more
than half of all that Python did. PostgreSQL takes the rows of a table as one text of JSON, which
costs Python a tenth of what arrays do; SQLite, which is in this process, takes one row after the
other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

from reservations.database import prepared_cursor

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows are written: added, or changed by their primary key, which then comes last."""

    model: type[models.Model]
    fields: tuple[str, ...]
    is_new: bool

    def sql(self) -> str:
        return _insert_sql(self) if self.is_new else _update_sql(self)


@dataclass(frozen=True, slots=True)
class Write:
    """Rows to be written; each has the values of the way's fields."""

    way: _Way
    rows: Rows


def update(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> Write:
    """Return what sets `fields`; each row has their values, and its primary key last."""
    return Write(_Way(model, (*fields, "pk"), is_new=False), rows)


def insert(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> Write:
    """Return what adds rows with values for `fields`, which must be all that have no default."""
    return Write(_Way(model, fields, is_new=True), rows)


def write(*writes: Write) -> None:
    """Write to several tables, on PostgreSQL all at once: none may need what another writes."""
    with prepared_cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = _together(tuple(each.way for each in writes))
            cursor.execute(sql, [_as_json(each) for each in writes])
        else:
            for each in writes:
                fields = _fields(each.way)
                rows = [_prepared(fields, row) for row in each.rows]
                cursor.executemany(each.way.sql(), rows)


def _as_json(write: Write) -> str:
    columns = [field.column for field in _fields(write.way)]
    return orjson.dumps([dict(zip(columns, row, strict=True)) for row in write.rows]).decode()


def _prepared(fields: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Return a row as SQLite stores it."""
    return [
        field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)
    ]


@cache
def _together(ways: tuple[_Way, ...]) -> str:
    *before, last = [way.sql() for way in ways]
    parts = [f"write_{number} AS ({sql})" for number, sql in enumerate(before)]
    return f"WITH {', '.join(parts)} {last}" if parts else last


@cache
def _update_sql(way: _Way) -> str:
    table = _quoted(way.model._meta.db_table)
    *columns, key = [_quoted(field.column) for field in _fields(way)]
    if connection.vendor != "postgresql":
        changes = ", ".join(f"{column} = %s" for column in columns)
        return f"UPDATE {table} SET {changes} WHERE {key} = %s"
    changes = ", ".join(f"{column} = new.{column}" for column in columns)
    return f"UPDATE {table} SET {changes} FROM {_records(way)} WHERE {table}.{key} = new.{key}"


@cache
def _insert_sql(way: _Way) -> str:
    names = ", ".join(_quoted(field.column) for field in _fields(way))
    into = f"INSERT INTO {_quoted(way.model._meta.db_table)} ({names})"
    if connection.vendor != "postgresql":
        return f"{into} VALUES ({', '.join(['%s'] * len(way.fields))})"
    return f"{into} SELECT {names} FROM {_records(way)}"


def _records(way: _Way) -> str:
    columns = [
        f"{_quoted(field.column)} {field.cast_db_type(connection)}" for field in _fields(way)
    ]
    return f"json_to_recordset(%s::json) AS new({', '.join(columns)})"


@cache
def _fields(way: _Way) -> list[Any]:
    meta = way.model._meta
    return [meta.pk if name == "pk" else meta.get_field(name) for name in way.fields]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
