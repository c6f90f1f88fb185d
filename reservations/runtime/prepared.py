"""Prepared queries: querysets whose SQL is compiled once per process.

Compiling a queryset takes Django many times as long as PostgreSQL takes to run it, so this is for
the queries of every click. On SQLite, whose rows Django has to convert, querysets are compiled
each time.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db import connection, models
from django.db.models import Expression, Field, ForeignKey, Lookup, QuerySet
from django.utils import timezone

from reservations.runtime.database import prepared_cursor

_Arguments = Sequence[Any]
_Rows = Sequence[tuple[Any, ...]]


class PreparedQuery:
    """A query with parameters. `make` builds its queryset, which must end in `values_list`."""

    def __init__(
        self, make: Callable[..., QuerySet[Any, Any]], *, with_clock: bool = False
    ) -> None:
        self._make = make
        self._with_clock = with_clock
        self._statement: tuple[str, Sequence[int]] | None = None

    @classmethod
    def with_clock(cls, make: Callable[..., QuerySet[Any, Any]]) -> "PreparedQuery":
        """Return a prepared query that adds a last column: the time once the row was locked.

        It is the time of the database; SQLite's is this process's.
        """
        return cls(make, with_clock=True)

    def __call__(self, *values: Any) -> _Rows:
        """Run the query with the arguments of `make`, and return its rows."""
        if connection.vendor != "postgresql":
            clock = (timezone.now(),) if self._with_clock else ()
            return [(*row, *clock) for row in self._make(*values)]
        if self._statement is None:
            self._statement = _statement(self.queryset(len(values)))
            if self._with_clock:
                sql, order = self._statement
                # In an outer query, because columns beside FOR UPDATE are computed before the lock.
                sql = f"SELECT locked.*, clock_timestamp() FROM ({sql}) AS locked"
                self._statement = sql, order
        sql, order = self._statement
        with prepared_cursor() as cursor:
            cursor.execute(sql, [values[index] for index in order])
            return cast("_Rows", cursor.fetchall())

    def queryset(self, values: int, *, first: int = 0) -> QuerySet[Any, Any]:
        """Return the queryset with placeholders for its values, which have indexes from `first`."""
        return self._make(*map(_Value, range(first, first + values)))


class PreparedPair:
    """Two prepared queries in one statement, which saves a round trip; either may lock rows."""

    def __init__(self, first: PreparedQuery, second: PreparedQuery) -> None:
        self._queries = first, second
        self._statement: tuple[str, Sequence[int], int] | None = None

    def __call__(self, first: _Arguments, second: _Arguments) -> tuple[_Rows, _Rows]:
        """Run each query with its arguments, and return the rows of each."""
        if connection.vendor != "postgresql":
            return self._queries[0](*first), self._queries[1](*second)
        if self._statement is None:
            self._statement = self._compile(len(first), len(second))
        sql, order, width = self._statement
        values = (*first, *second)
        with prepared_cursor() as cursor:
            cursor.execute(sql, [values[index] for index in order])
            rows = cursor.fetchall()
        return (
            [row[1 : width + 1] for row in rows if row[0]],
            [row[width + 1 :] for row in rows if not row[0]],
        )

    def _compile(self, first: int, second: int) -> tuple[str, Sequence[int], int]:
        """Return the SQL, the order of its values, and the number of the first query's columns."""
        querysets = (
            self._queries[0].queryset(first),
            self._queries[1].queryset(second, first=first),
        )
        (one, order), (other, other_order) = map(_statement, querysets)
        width, other_width = (
            len(each.query.values_select) + len(each.query.annotation_select) for each in querysets
        )
        sql = (
            f"SELECT true, one.*{', NULL' * other_width} FROM ({one}) AS one UNION ALL "
            f"SELECT false{', NULL' * width}, other.* FROM ({other}) AS other"
        )
        return sql, [*order, *other_order], width


def _statement(queryset: QuerySet[Any, Any]) -> tuple[str, Sequence[int]]:
    """Return the SQL, and for each of its parameters the index of its value.

    Constants, which must be numbers, are inlined: PostgreSQL can use a partial index only if the
    plan contains the constant of its condition.
    """
    sql, parameters = queryset.query.sql_with_params()
    texts = ["%s" if isinstance(each, _Value) else f"{each:d}" for each in parameters]
    return sql % tuple(texts), [each.index for each in parameters if isinstance(each, _Value)]


class _Value(Expression):
    """A placeholder for the value of a parameter."""

    def __init__(self, index: int) -> None:
        super().__init__(output_field=models.BigIntegerField())
        self.index = index

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002
        return "%s", [self]


@Field.register_lookup
@ForeignKey.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=[…]`: like `in`, with one parameter for a list of any length."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Compile for SQLite."""
        left, parameters = self.process_lhs(compiler, connection)
        numbers = [json.dumps(list(self.rhs))]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*parameters, *numbers]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Compile for PostgreSQL."""
        left, parameters = self.process_lhs(compiler, connection)
        right, values = "%s", [self.rhs]
        if isinstance(self.rhs, Expression):
            right, values = compiler.compile(self.rhs)
        return f"{left} = ANY({right}::bigint[])", [*parameters, *values]
