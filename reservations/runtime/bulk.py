"""Bulk inserts and updates: one statement for many rows of several tables.

Django's `bulk_update` writes a CASE branch for every row and column, which took more than half of
the Python time of a batch of locks. Here PostgreSQL gets the rows of each table as one JSON
parameter, which costs a tenth of passing arrays; SQLite gets one statement per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.db import connection, models

from reservations.runtime.database import prepared_cursor

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Target:
    """The table and columns to write. An update matches by primary key, the last of `fields`."""

    model: type[models.Model]
    fields: tuple[str, ...]
    is_new: bool

    def sql(self) -> str:
        return _insert_sql(self) if self.is_new else _update_sql(self)


@dataclass(frozen=True, slots=True)
class Write:
    """Rows to write; each has the values of the target's fields."""

    target: _Target
    rows: Rows


def update(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> Write:
    """Return an update of `fields`; each row has their values, and its primary key last."""
    return Write(_Target(model, (*fields, "pk"), is_new=False), rows)


def insert(model: type[models.Model], fields: tuple[str, ...], rows: Rows) -> Write:
    """Return an insert; `fields` must include all columns without a database default."""
    return Write(_Target(model, fields, is_new=True), rows)


def write(*writes: Write) -> None:
    """Execute writes to several tables; PostgreSQL runs all in one statement, in no fixed order."""
    with prepared_cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = _combined_sql(tuple(each.target for each in writes))
            cursor.execute(sql, [_as_json(each) for each in writes])
        else:
            for each in writes:
                fields = _fields(each.target)
                rows = [_sqlite_values(fields, row) for row in each.rows]
                cursor.executemany(each.target.sql(), rows)


def _as_json(write: Write) -> str:
    columns = [field.column for field in _fields(write.target)]
    rows = [dict(zip(columns, row, strict=True)) for row in write.rows]
    # Decimals are written as text, which PostgreSQL reads exactly.
    return orjson.dumps(rows, default=str).decode()


def _sqlite_values(fields: Sequence[Any], row: Sequence[Any]) -> list[Any]:
    """Return a row as SQLite stores it."""
    return [
        field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)
    ]


@cache
def _combined_sql(targets: tuple[_Target, ...]) -> str:
    *before, last = [target.sql() for target in targets]
    parts = [f"write_{number} AS ({sql})" for number, sql in enumerate(before)]
    return f"WITH {', '.join(parts)} {last}" if parts else last


@cache
def _update_sql(target: _Target) -> str:
    table = _quoted(target.model._meta.db_table)
    *columns, key = [_quoted(field.column) for field in _fields(target)]
    if connection.vendor != "postgresql":
        changes = ", ".join(f"{column} = %s" for column in columns)
        return f"UPDATE {table} SET {changes} WHERE {key} = %s"
    changes = ", ".join(f"{column} = new.{column}" for column in columns)
    return f"UPDATE {table} SET {changes} FROM {_recordset(target)} WHERE {table}.{key} = new.{key}"


@cache
def _insert_sql(target: _Target) -> str:
    names = ", ".join(_quoted(field.column) for field in _fields(target))
    into = f"INSERT INTO {_quoted(target.model._meta.db_table)} ({names})"
    if connection.vendor != "postgresql":
        return f"{into} VALUES ({', '.join(['%s'] * len(target.fields))})"
    return f"{into} SELECT {names} FROM {_recordset(target)}"


def _recordset(target: _Target) -> str:
    columns = [
        f"{_quoted(field.column)} {field.cast_db_type(connection)}" for field in _fields(target)
    ]
    return f"json_to_recordset(%s::json) AS new({', '.join(columns)})"


@cache
def _fields(target: _Target) -> list[Any]:
    meta = target.model._meta
    return [meta.pk if name == "pk" else meta.get_field(name) for name in target.fields]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
