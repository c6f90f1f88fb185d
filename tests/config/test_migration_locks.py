"""Migrations run during a sale: what they lock, as PostgreSQL tells it, and that they can go on.

They run in a database of their own, in which the tables of the last release count as in use. A
transaction that blocks who writes to them may do nothing but one quick statement on one table:

- it must not read the table, which takes as long as the table is large: to build an index, to check
  a constraint, or to rewrite rows;
- it must not wait for a second table, because other transactions lock them in another order;
- it must not go on to another statement: between two, Django computes the next state of the models.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from django.db import (
    OperationalError,
    connection,
    connections,
    migrations,
    models,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Upper
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from config.postgresql import schema

pytestmark = pytest.mark.postgres

# Of 1.0.
LAST_RELEASE = [
    (app, "0001_initial")
    for app in ("accounts", "doors", "organisations", "reservations", "security_log", "webhooks")
]
ALIAS = "migrated"
BLOCKS_READERS = "AccessExclusiveLock"
BLOCK_WRITERS = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", BLOCKS_READERS]
# Each table that is locked against writers, and whether it is against readers.
LOCKS = """
    SELECT relname, bool_or(mode = %(blocks_readers)s)
    FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND mode = ANY(%(block_writers)s) AND relation = ANY(%(tables)s)
    GROUP BY relname ORDER BY relname
"""
INVALIDATE = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{}'::regclass RETURNING 1"
CONSTRAINTS = """
    SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY conname
"""
INDEXES = """
    SELECT relname, indisvalid, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace ORDER BY relname
"""
SCANS = "SELECT relname, seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables"


class Watch:
    """An execute wrapper; `faults` has the statements that would hold up a sale."""

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        self.faults: list[str] = []
        self._database = database
        tables = query(database, "SELECT relid FROM pg_stat_user_tables")
        self._in_use = [relid for (relid,) in tables]

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        text = " ".join(str(sql).split())
        if self._database.in_atomic_block:
            self.faults += [f"{table} is locked before {text}" for table in self._locks()]
            return self._executed(text, execute, sql, params, many, context)
        if "CONCURRENTLY" in text:
            # Not possible in a transaction, and without a lock that blocks writers.
            return execute(sql, params, many, context)
        with transaction.atomic(using=ALIAS):
            return self._executed(text, execute, sql, params, many, context)

    def _executed(self, text: str, execute: Callable[..., Any], *arguments: Any) -> Any:
        # PostgreSQL counts over several transactions, for a second.
        scans = dict(query(self._database, SCANS))
        result = execute(*arguments)
        locks = self._locks()
        for table, count in query(self._database, SCANS):
            if table in locks and count > scans.get(table, 0):
                self.faults.append(f"{table} is locked and read by {text}")
        if len(locks) > 1 and any(locks.values()):
            self.faults.append(f"{' and '.join(locks)} are locked by {text}")
        return result

    def _locks(self) -> dict[str, bool]:
        asked = {
            "blocks_readers": BLOCKS_READERS,
            "block_writers": BLOCK_WRITERS,
            "tables": self._in_use,
        }
        return dict(query(self._database, LOCKS, asked))


def query(database: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[Any]:
    """Run a query past Django's execute wrappers."""
    database.ensure_connection()
    return list(database.connection.execute(sql, *parameters))


def administer(*statements: str) -> None:
    made: Any = connection
    with made._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def opened(name: str) -> Any:
    found: Any = connection.copy(ALIAS)
    found.settings_dict["NAME"] = name
    connections[ALIAS] = found
    return found


def close(database: Any) -> None:
    database.close()
    database.close_pool()
    del connections[ALIAS]


@pytest.fixture(scope="module")
def released(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with the tables of the last release."""
    name = f"{connection.settings_dict['NAME']}_released"
    with django_db_blocker.unblock():
        administer(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        database = opened(name)
        try:
            MigrationExecutor(database).migrate(LAST_RELEASE)
        finally:
            close(database)
        yield name
        administer(f"DROP DATABASE {name}")


@contextmanager
def new_database(template: str) -> Iterator[BaseDatabaseWrapper]:
    name = f"{connection.settings_dict['NAME']}_copy"
    administer(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {template}")
    made = opened(name)
    try:
        yield made
    finally:
        close(made)
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(released: str, transactional_db: None) -> Iterator[BaseDatabaseWrapper]:
    """A database with the tables of the last release."""
    with new_database(released) as made:
        yield made


@pytest.fixture
def reader(database: BaseDatabaseWrapper) -> Iterator["psycopg.Connection[Any]"]:
    """A transaction that has read seats."""
    database.ensure_connection()
    place = database.connection.info
    with psycopg.connect(
        host=place.host, port=place.port, user=place.user, dbname=place.dbname
    ) as reading:
        reading.execute("SELECT FROM reservations_seat")
        yield reading


@cache
def models_of_the_last_release() -> ProjectState:
    return MigrationLoader(None).project_state(LAST_RELEASE)


def apply(database: BaseDatabaseWrapper, *operations: Operation) -> list[str]:
    """Apply a migration with some operations; return its faults."""
    made: Any = type("Migration", (migrations.Migration,), {"operations": operations})
    watch = Watch(database)
    with database.execute_wrapper(watch), database.schema_editor() as editor:
        made("0099_next", "reservations").apply(models_of_the_last_release().clone(), editor)
    return watch.faults


def migrate(database: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(database)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.thorough
def test_the_migrations_since_the_last_release_do_not_hold_up_a_sale(
    database: BaseDatabaseWrapper,
) -> None:
    watch = Watch(database)
    with database.execute_wrapper(watch):
        migrate(database)
    assert "\n".join(watch.faults) == ""


def test_what_changes_rows_commits_by_itself() -> None:
    graph = MigrationLoader(None).graph
    released = {key for target in LAST_RELEASE for key in graph.forwards_plan(target)}
    later = {key for target in graph.leaf_nodes() for key in graph.forwards_plan(target)} - released
    found = [
        str(graph.nodes[key])
        for key in sorted(later)
        for operation in graph.nodes[key].operations
        if isinstance(operation, migrations.RunPython) and operation.atomic is not False
        if not graph.nodes[key].__module__.startswith("django.")
    ]
    # In one transaction the first rows would be locked until the last ones are written.
    assert found == []


OPERATIONS: dict[str, list[Operation]] = {
    "reservations_seat is locked and read by CREATE INDEX": [
        migrations.AddIndex("seat", models.Index(fields=["price"], name="by_price"))
    ],
    "reservations_seat is locked and read by CREATE UNIQUE INDEX": [
        migrations.AddConstraint("seat", models.UniqueConstraint(Upper("row"), "id", name="upper"))
    ],
    "reservations_payment is locked and read by ALTER TABLE": [
        migrations.AddConstraint(
            "payment", models.CheckConstraint(condition=models.Q(amount__gte=0), name="paid")
        )
    ],
    "reservations_reservation is locked and read by ALTER TABLE": [
        migrations.AddField("reservation", "age", models.PositiveIntegerField(null=True))
    ],
    "reservations_event and reservations_seatchange are locked by ALTER TABLE": [
        migrations.AddField(
            "seatchange",
            "other",
            models.ForeignKey("reservations.event", models.CASCADE, null=True, related_name="+"),
        )
    ],
    "reservations_reservationseat and reservations_seat are locked by SET CONSTRAINTS": [
        migrations.AlterField(
            "reservationseat",
            "seat",
            models.ForeignKey("seat", models.PROTECT, related_name="+", db_index=False),
        )
    ],
    "reservations_event is locked before ALTER TABLE": [
        migrations.AddField("event", "age", models.IntegerField(null=True)),
        migrations.AddField("seat", "age", models.IntegerField(null=True)),
    ],
}


@pytest.mark.parametrize("operations", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_does_not_hold_up_a_sale(
    database: BaseDatabaseWrapper, operations: list[Operation]
) -> None:
    assert apply(database, *operations) == []


@pytest.mark.parametrize(("fault", "operations"), OPERATIONS.items(), ids=OPERATIONS)
def test_with_djangos_own_schema_editor_the_operation_is_found(
    database: BaseDatabaseWrapper,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    operations: list[Operation],
) -> None:
    monkeypatch.setattr(database, "SchemaEditorClass", DatabaseSchemaEditor)
    assert any(found.startswith(fault) for found in apply(database, *operations))


def test_only_statements_that_block_others_have_a_time_out(database: BaseDatabaseWrapper) -> None:
    with CaptureQueriesContext(database) as captured:
        for operations in OPERATIONS.values():
            apply(database, *operations)
    # The transactions are the watch's.
    lines = [each["sql"] for each in captured if each["sql"] not in ("BEGIN", "COMMIT")]
    waits = {line: before for before, line in pairwise(lines)}
    built = [waits[line] for line in lines if line.startswith("CREATE INDEX CONCURRENTLY")]
    checked = [waits[line] for line in lines if "VALIDATE CONSTRAINT" in line]
    added = [waits[line] for line in lines if "ADD COLUMN" in line]
    assert set(built) == set(checked) == {"SET lock_timeout = 0"}
    assert set(added) == {"SET lock_timeout = 500"}


ADD_COLUMN = migrations.AddField("seat", "age", models.IntegerField(null=True))


def test_a_statement_is_tried_again_once_its_table_is_free(
    database: BaseDatabaseWrapper,
    reader: "psycopg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        reader.rollback()

    monkeypatch.setattr(schema, "sleep", pause)
    apply(database, ADD_COLUMN)
    assert len(pauses) == 1
    assert query(database, "SELECT age FROM reservations_seat") == []


def test_a_statement_fails_if_its_table_stays_in_use(
    database: BaseDatabaseWrapper,
    reader: "psycopg.Connection[Any]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schema, "LOCK_TIMEOUTS_MS", (20, 20))
    monkeypatch.setattr(schema, "sleep", lambda _: None)
    before = query(database, "SHOW lock_timeout")
    with pytest.raises(OperationalError, match="lock timeout"):
        apply(database, ADD_COLUMN)
    assert query(database, "SHOW lock_timeout") == before
    reader.rollback()
    apply(database, ADD_COLUMN)


class Interrupted(Exception):
    pass


def interrupted(database: BaseDatabaseWrapper, run: Callable[[], object]) -> int:
    """Run it again until each statement has been interrupted once; return how many there were."""
    seen: set[str] = set()

    def interrupt(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if sql.startswith(("ALTER", "CREATE", "DROP")) and sql not in seen:
            seen.add(sql)
            if sql.startswith(("CREATE INDEX", "CREATE UNIQUE")):
                # As PostgreSQL leaves an index that it was still building.
                name = sql.partition("CONCURRENTLY ")[2].split()[0]
                query(database, INVALIDATE.format(name))
            raise Interrupted
        return result

    with database.execute_wrapper(interrupt):
        while True:
            try:
                run()
                return len(seen)
            except Interrupted:
                pass


def test_the_trigger_of_the_security_log_can_be_interrupted_and_made_again(
    transactional_db: None,
) -> None:
    first = [("security_log", "0001_initial")]
    with new_database("template1") as database:
        assert interrupted(database, lambda: MigrationExecutor(database).migrate(first)) > 2
        # The tests' own database was migrated without an interruption.
        for names in (CONSTRAINTS, INDEXES):
            wanted = [row for row in query(connection, names) if row[0].startswith("security_")]
            found = [row for row in query(database, names) if row[0].startswith("security_")]
            assert found == wanted


def test_a_migration_can_be_interrupted_anywhere_and_run_again(
    released: str, transactional_db: None
) -> None:
    def changed(*, interrupting: bool) -> list[Any]:
        with new_database(released) as database:
            for operations in OPERATIONS.values():
                if interrupting:
                    assert interrupted(database, partial(apply, database, *operations))
                else:
                    apply(database, *operations)
            return [query(database, names) for names in (CONSTRAINTS, INDEXES)]

    assert changed(interrupting=True) == changed(interrupting=False)
