"""Compare the log as one table and partitioned by day: `python -m benchmarks.log_partitions`.

In a schema of its own in the database of `DATABASE_URL`, which must be migrated, it makes both with
the same rows, of thirty days. It prints the times of a command's insert, of a viewer's resumption
and of the map at a moment, and which tables adding or dropping a partition locks.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import orjson
import psycopg

SCHEMA = "log_partitions"
DAYS = 30
TABLES = ("plain", "parts")
_COLUMNS = "event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at"
_MAKE = """
    CREATE TABLE event (LIKE public.reservations_event INCLUDING DEFAULTS, PRIMARY KEY (id));
    CREATE TABLE seat (id bigint PRIMARY KEY);
    CREATE TABLE person (id bigint PRIMARY KEY);
    INSERT INTO event (id, name, description, venue, date, time_zone, price, currency, visibility,
        plan, layout, change_seq)
    VALUES (1, '', '', '', now(), '', 1, '', '', '{}', '', 0);
    INSERT INTO seat SELECT generate_series(0, %(seats)s);
    INSERT INTO person VALUES (1);
    CREATE TABLE plain (LIKE public.reservations_seatchange INCLUDING DEFAULTS);
    ALTER TABLE plain ADD PRIMARY KEY (event_id, seq, seat_id);
    CREATE TABLE parts (LIKE public.reservations_seatchange INCLUDING DEFAULTS)
        PARTITION BY RANGE (at);
    ALTER TABLE parts ADD PRIMARY KEY (event_id, seq, seat_id, at);
    """
_KEYS = """
    CREATE INDEX ON {0} (seat_id, seq);
    ALTER TABLE {0} ADD FOREIGN KEY (event_id) REFERENCES event DEFERRABLE INITIALLY DEFERRED,
        ADD FOREIGN KEY (seat_id) REFERENCES seat DEFERRABLE INITIALLY DEFERRED,
        ADD FOREIGN KEY (holder_id) REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        ADD FOREIGN KEY (actor_id) REFERENCES person DEFERRABLE INITIALLY DEFERRED;
    """
_PARTITION = """
    CREATE TABLE part_{0} PARTITION OF parts
    FOR VALUES FROM (date_trunc('day', now()) - interval '{0} days')
        TO (date_trunc('day', now()) - interval '{0} days' + interval '1 day')
    """
_FILL = f"""
    INSERT INTO {{}} ({_COLUMNS})
    SELECT 1, seq, seq * 7919 %% %(seats)s, 1, 1, now(), 'locked', 1,
        now() - (%(changes)s - seq) * %(seconds)s * interval '1 second'
    FROM generate_series(1, %(changes)s::bigint) AS seq
    """
_INSERT = f"""
    INSERT INTO {{}} ({_COLUMNS}) SELECT {_COLUMNS} FROM json_to_recordset(%s::json) AS new(
        event_id bigint, seq bigint, seat_id bigint, status smallint, holder_id bigint,
        locked_until timestamptz, reason varchar, actor_id bigint, at timestamptz)
    """
_RESUME = """
    SELECT seq, seat_id, status, locked_until FROM {}
    WHERE event_id = 1 AND seq > %s ORDER BY seq, seat_id LIMIT 1001
    """
_MAP = """
    SELECT count(status) FROM seat LEFT JOIN LATERAL (
        SELECT status FROM {} AS change WHERE change.seat_id = seat.id AND change.seq <= %s
        ORDER BY change.seq DESC LIMIT 1
    ) AS past ON TRUE
    """
_LOCKS = """
    SELECT relation::regclass::text, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation'
        AND mode IN ('ShareRowExclusiveLock', 'AccessExclusiveLock')
        AND relation IN ('event'::regclass, 'seat'::regclass, 'person'::regclass, 'parts'::regclass)
    ORDER BY 1, 2
    """


def main() -> int:
    """Return the exit status."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--seats", type=int, default=50_000)
    options.add_argument("--changes", type=int, default=3_000_000)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    with _made(asked.seats, asked.changes) as database:
        print(f"{asked.changes:,} changes in {DAYS} days, load {os.getloadavg()[0]:.1f}")
        numbers = iter(range(asked.changes + 1, 2**40))
        for what, times, do in (
            ("insert of a command's row", 1_000, lambda table: _insert(database, table, numbers)),
            ("resumption, 100 changes", 300, lambda table: _resume(database, table, asked.changes)),
            (f"map of {asked.seats:,} seats", 3, lambda table: _map(database, table, asked)),
        ):
            _compare(what, do, times=times, rounds=asked.rounds)
        _print_locks(database)
    return 0


@contextmanager
def _made(seats: int, changes: int) -> Iterator["psycopg.Connection[Any]"]:
    # As the serving role: PostgreSQL plans what is prepared once, for all parameters.
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        database.execute(f"CREATE SCHEMA {SCHEMA}")
        try:
            database.execute(f"SET search_path = {SCHEMA}, public")
            database.execute("SET plan_cache_mode = force_generic_plan")
            for statement in _MAKE.split(";")[:-1]:
                text = statement.replace("%(seats)s", str(seats))
                database.execute(text.encode())
            for table in TABLES:
                for statement in _KEYS.format(table).split(";")[:-1]:
                    database.execute(statement.encode())
            for day in range(-1, DAYS + 1):
                database.execute(_PARTITION.format(day).replace("part_-1", "part_next").encode())
            values = {"seats": seats, "changes": changes, "seconds": DAYS * 86_400 / changes}
            database.execute("SET session_replication_role = replica")
            for table in TABLES:
                database.execute(_FILL.format(table).encode(), values)
            database.execute("RESET session_replication_role")
            database.execute("VACUUM ANALYZE")
            yield database
        finally:
            database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _compare(what: str, do: Callable[[str], None], *, times: int, rounds: int) -> None:
    """Print the median times for both tables, and their ratio in the median of the rounds."""
    took: dict[str, list[float]] = {table: [] for table in TABLES}
    for _ in range(rounds):
        single: dict[str, list[float]] = {table: [] for table in TABLES}
        for _ in range(times):
            for table in TABLES:
                began = time.perf_counter()
                do(table)
                single[table].append(time.perf_counter() - began)
        for table in TABLES:
            took[table].append(1000 * median(single[table]))
    ratio = median(parts / plain for plain, parts in zip(*took.values(), strict=True))
    plain, parts = (median(took[table]) for table in TABLES)
    print(f"  {what}: {plain:.3f} ms, partitioned {parts:.3f} ms: {ratio:.2f} times")


def _insert(database: "psycopg.Connection[Any]", table: str, numbers: Iterator[int]) -> None:
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    row = {
        **{"event_id": 1, "seq": next(numbers), "seat_id": 7, "status": 1, "holder_id": 1},
        **{"locked_until": now, "reason": "locked", "actor_id": 1, "at": now},
    }
    database.execute(_INSERT.format(table).encode(), [orjson.dumps([row]).decode()], prepare=True)


def _resume(database: "psycopg.Connection[Any]", table: str, last: int) -> None:
    database.execute(_RESUME.format(table).encode(), [last - 100], prepare=True).fetchall()


def _map(database: "psycopg.Connection[Any]", table: str, asked: Any) -> None:
    database.execute(_MAP.format(table).encode(), [asked.changes // 2], prepare=True).fetchall()


def _print_locks(database: "psycopg.Connection[Any]") -> None:
    """Print what a transaction holds after it has added, detached or dropped a partition."""
    for what, statements in {
        "adding a partition": [_PARTITION.format(DAYS + 1)],
        "detaching one": [f"ALTER TABLE parts DETACH PARTITION part_{DAYS}"],
        "dropping one": [f"DROP TABLE part_{DAYS}"],
    }.items():
        with database.transaction(force_rollback=True):
            for statement in statements:
                database.execute(statement.encode())
            held = ", ".join(f"{name} {mode}" for name, mode in database.execute(_LOCKS))
            print(f"  {what} locks: {held}")
    database.execute(f"ALTER TABLE parts DETACH PARTITION part_{DAYS} CONCURRENTLY")
    with database.transaction(force_rollback=True):
        database.execute(f"DROP TABLE part_{DAYS}")
        held = ", ".join(f"{name} {mode}" for name, mode in database.execute(_LOCKS))
        print(f"  dropping one that was detached concurrently locks: {held}")


if __name__ == "__main__":
    sys.exit(main())
