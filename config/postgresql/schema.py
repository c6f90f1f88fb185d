"""Changes of tables that are in use: migrations run while servers sell.

django-pg-zero-downtime-migrations takes the operations of ordinary migrations apart: each statement
commits by itself, so no transaction locks a second table; indexes are built CONCURRENTLY; checks
and foreign keys are added NOT VALID and validated later. None of them reads a table under a lock
that blocks reservations. A migration that was interrupted can be run again: statements whose result
exists are skipped.

Here is added: a statement waits only briefly for such a lock, since every query of the table queues
behind it, and tries again; a new column's check is validated like any other; and a foreign key is
kept when something else about its column changes.
"""

import logging
import random
import warnings
from copy import copy
from time import sleep
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import ForeignKey, Model
from django_zero_downtime_migrations.backends.postgres.schema import (
    DatabaseSchemaEditorMixin,
    UnsafeOperationWarning,
)
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUTS_MS = (500,) * 20 + (1_500,) * 20
"""How long each attempt of a statement waits for its table.

The first ones give up before PostgreSQL looks for deadlocks (`deadlock_timeout`), so that none ends
a transaction of the sale; the later ones after that, when it cancels an autovacuum in the way.
Other transactions wait for five seconds.
"""

_PAUSE_SECONDS = 1.0
# They wait for other transactions, but block neither readers nor writers meanwhile.
_NON_BLOCKING = ("CONCURRENTLY", "VALIDATE CONSTRAINT")

logger = logging.getLogger(__name__)
# tests/config/test_migration_locks.py looks at the locks themselves.
warnings.simplefilter("ignore", UnsafeOperationWarning)


class _RetryingSchemaEditor(DatabaseSchemaEditor):
    """Runs one statement at a time, with a short lock time-out and retries."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Run a statement. Raises: django.db.Error."""
        if self.collect_sql or self.connection.in_atomic_block:
            super().execute(sql, params)
            return
        *earlier, last = LOCK_TIMEOUTS_MS
        for timeout in earlier:
            try:
                self._attempt(sql, params, timeout)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                logger.warning("Trying again, a table is in use: %s", sql)
            sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))
        self._attempt(sql, params, last)

    def _attempt(self, sql: Any, params: Any, lock_timeout_ms: int) -> None:
        is_blocking = not any(words in str(sql) for words in _NON_BLOCKING)
        self._run(f"SET lock_timeout = {lock_timeout_ms if is_blocking else 0}")
        try:
            super().execute(sql, params)
        finally:
            self._run("RESET lock_timeout")

    def _run(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


class SchemaEditor(DatabaseSchemaEditorMixin, _RetryingSchemaEditor):  # type: ignore[misc]
    """Django's schema editor, for tables in use."""

    def add_field(self, model: type[Model], field: Any) -> None:
        """Add a column, and then its check, which would read the whole table if added with it."""
        check = field.db_parameters(self.connection).get("check")
        inline, self.sql_check_constraint = self.sql_check_constraint, ""
        try:
            super().add_field(model, field)
        finally:
            self.sql_check_constraint = inline
        if check:
            table = model._meta.db_table
            self.execute(
                self.sql_create_check
                % {
                    "table": self.quote_name(table),
                    "name": self.quote_name(f"{table}_{field.column}_check"),
                    "check": check,
                }
            )

    def alter_field(
        self, model: type[Model], old_field: Any, new_field: Any, strict: bool = False
    ) -> None:
        """Alter a column, but leave its foreign key alone if that stays the same.

        Django would drop it and make it again, which locks both tables.
        """
        if self._is_same_reference(old_field, new_field):
            old_field, new_field = copy(old_field), copy(new_field)
            old_field.db_constraint = new_field.db_constraint = False
        super().alter_field(model, old_field, new_field, strict)

    def _is_same_reference(self, old: Any, new: Any) -> bool:
        if not (isinstance(old, ForeignKey) and isinstance(new, ForeignKey)):
            return False
        return self._reference(old) == self._reference(new)

    def _reference(self, field: Any) -> tuple[object, ...]:
        target = field.target_field
        return (
            *(field.db_constraint, field.column, field.db_type(self.connection)),
            *(target.model._meta.db_table, target.column),
        )
