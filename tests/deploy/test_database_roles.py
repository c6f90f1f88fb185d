"""Release tasks and management commands with two roles of a real PostgreSQL."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from deploy.console import Problem
from deploy.environment import clean_environment
from deploy.ports import free_port
from deploy.postgres_server import SERVING_ROLE, PersistentDatabase, postgres_server, postgres_url
from deploy.release_tasks import run_release_tasks, run_task
from deploy.server import MIGRATE_SETTINGS, grant_arguments, migrate_arguments
from deploy.stack_settings import without_owner_settings

pytestmark = pytest.mark.thorough

OWNER_PASSWORD = "the-owner's"
# As it may be chosen by a person, and is put into a URL by the server.
SERVING_PASSWORD = "p@ss/word%41?'\\"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A database that was migrated by one role, and then by its owner for another."""

    folder: Path
    owner: str
    both: Mapping[str, str]

    def run(self, *arguments: str, environment: Mapping[str, str]) -> str:
        return run_task(
            ["manage.py", *arguments], environment, log_file=self.folder / f"{arguments[0]}.log"
        )

    def serving(self, password: str = SERVING_PASSWORD) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.owner, user=SERVING_ROLE, password=password, autocommit=True)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    port = free_port()
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        database = PersistentDatabase(folder=folder / "postgres", password=OWNER_PASSWORD)
        with postgres_server(port=port, database=database) as launched:
            launched.server.wait_until_ready(launched.ready)
            owner = postgres_url(port=port, password=OWNER_PASSWORD)
            one = clean_environment(SEATCAST_DATA_DIR=str(folder / "data"), DATABASE_URL=owner)
            log_file = folder / "preparing.log"
            run_task(migrate_arguments(), {**one, **MIGRATE_SETTINGS}, log_file=log_file)
            both = {
                **one,
                "DATABASE_URL": postgres_url(port=port, role=SERVING_ROLE),
                "DATABASE_PASSWORD": SERVING_PASSWORD,
                "DATABASE_MIGRATION_URL": owner,
            }
            run_release_tasks(both, demo=True, log_file=log_file)
            yield Site(folder=folder, owner=owner, both=both)


def test_the_serving_role_loads_the_demo(site: Site) -> None:
    with site.serving() as connection:
        found = connection.execute(
            "SELECT session_user, (SELECT count(*) FROM reservations_event) > 0"
        ).fetchone()
        assert found == (SERVING_ROLE, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE reservations_seat CASCADE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE seatcast")


def test_behind_a_pooler_the_serving_role_has_the_time_outs(site: Site) -> None:
    pooled = {**site.both, "SEATCAST_TRANSACTION_POOLER": "True"}
    site.run("grant_serving_role", environment=pooled)
    with site.serving() as connection:
        found = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in (
                *("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"),
                *("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"),
            )
        ]
    assert found == [("5s",), ("10s",), ("10s",), ("1",), ("1",), ("2000",)]


def test_the_serving_role_needs_a_password_that_is_stored_hashed(site: Site) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        site.serving(password="guess")
    with psycopg.connect(site.owner) as connection:
        stored = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [SERVING_ROLE]
        ).fetchone()
    assert stored
    assert str(stored[0]).startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize("command", [["housekeeping"], ["verify_ledger"], ["load_demo"]])
def test_everyday_commands_need_no_owner(site: Site, command: list[str]) -> None:
    site.run(*command, environment=without_owner_settings(site.both))


def test_the_serving_role_cannot_run_the_owners_commands(site: Site) -> None:
    with pytest.raises(Problem, match="permission denied"):
        site.run("after_restore", environment=without_owner_settings(site.both))
    site.run("after_restore", environment=site.both)


def test_the_check_notes_a_single_role_and_warns_of_swapped_roles(site: Site) -> None:
    check = ("check", "--deploy", "--database", "default")
    alone = {name: value for name, value in site.both.items() if name != "DATABASE_PASSWORD"}
    alone["DATABASE_URL"] = site.owner
    for environment, warning in (
        (site.both, ""),
        (without_owner_settings(alone), "seatcast.I001"),
        (alone, "seatcast.W002"),
    ):
        log_file = site.folder / "check.log"
        log_file.unlink(missing_ok=True)
        run_task(["manage.py", *check], environment, log_file=log_file)
        assert ("seatcast.I001" in log_file.read_text()) is (warning == "seatcast.I001")
        assert ("seatcast.W002" in log_file.read_text()) is (warning == "seatcast.W002")


def test_granting_sets_a_new_password(site: Site) -> None:
    changed = {**site.both, "DATABASE_PASSWORD": "another"}
    log_file = site.folder / "grant.log"
    run_task(grant_arguments(), changed, log_file=log_file)
    site.serving(password="another").close()
    run_task(grant_arguments(), site.both, log_file=log_file)
    site.serving().close()
    assert "another" not in log_file.read_text()
