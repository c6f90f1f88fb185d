"""Querysets whose SQL is made once: making it costs Django many times what running it does.

Only what every click asks is worth it. SQLite, in whose rows Django has more to convert, and which
serves few people, has its querysets made anew each time.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db import connection, models
from django.db.models import Expression, Field, ForeignKey, Lookup, QuerySet
from django.utils import timezone

from reservations.database import prepared_cursor


class PreparedQuery:
    """A queryset that is a function of some values; `make` must return one of `values_list`."""

    def __init__(
        self, make: Callable[..., QuerySet[Any, Any]], *, with_clock: bool = False
    ) -> None:
        self._make = make
        self._with_clock = with_clock
        self._statement: tuple[str, Sequence[int]] | None = None

    @classmethod
    def with_clock(cls, make: Callable[..., QuerySet[Any, Any]]) -> "PreparedQuery":
        """As the class itself; the last value of each row is what time it was once it was locked.

        By the database's clock, which for SQLite, in this process, is this process's.
        """
        return cls(make, with_clock=True)

    def __call__(self, *values: Any) -> Sequence[tuple[Any, ...]]:
        """Return the rows for the values, in whose order `make` takes them."""
        if connection.vendor != "postgresql":
            told = (timezone.now(),) if self._with_clock else ()
            return [(*row, *told) for row in self._make(*values)]
        if self._statement is None:
            self._statement = _statement(self._make(*map(_Value, range(len(values)))))
            if self._with_clock:
                sql, order = self._statement
                # Of the locked rows, because what stands beside FOR UPDATE is worked out before it.
                sql = f"SELECT locked.*, clock_timestamp() FROM ({sql}) AS locked"
                self._statement = sql, order
        sql, order = self._statement
        with prepared_cursor() as cursor:
            cursor.execute(sql, [values[index] for index in order])
            return cast("Sequence[tuple[Any, ...]]", cursor.fetchall())


def _statement(queryset: QuerySet[Any, Any]) -> tuple[str, Sequence[int]]:
    """Return the SQL, and of each of its parameters which value it is.

    Constants, which must be numbers, are written into the text: an index that has a condition is
    no use to a plan that does not know them.
    """
    sql, parameters = queryset.query.sql_with_params()
    texts = ["%s" if isinstance(each, _Value) else f"{each:d}" for each in parameters]
    return sql % tuple(texts), [each.index for each in parameters if isinstance(each, _Value)]


class _Value(Expression):
    """Holds the place of a value that is not known yet."""

    def __init__(self, index: int) -> None:
        super().__init__(output_field=models.BigIntegerField())
        self.index = index

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002
        return "%s", [self]


@Field.register_lookup
@ForeignKey.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=[…]`: as `in`, but of one parameter, whatever the length of the list."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the condition for SQLite."""
        left, parameters = self.process_lhs(compiler, connection)
        numbers = [json.dumps(list(self.rhs))]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*parameters, *numbers]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the condition for PostgreSQL."""
        left, parameters = self.process_lhs(compiler, connection)
        right, values = "%s", [self.rhs]
        if isinstance(self.rhs, Expression):
            right, values = compiler.compile(self.rhs)
        return f"{left} = ANY({right}::bigint[])", [*parameters, *values]
