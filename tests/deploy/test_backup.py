"""Backups on a real PostgreSQL; `python -m laboratory restore` tests them during a sale."""

from pathlib import Path

import psycopg
import pytest

from deploy.backup import dump, environment_of, load, owner_url, restore
from deploy.console import Problem
from tools.services import postgres


def _rows(url: str, database: str = "seatcast") -> list[int]:
    with psycopg.connect(url, dbname=database) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM sold ORDER BY n")]


@pytest.fixture
def without_services(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("without_services")
def test_restoring_a_backup_keeps_the_previous_database(tmp_path: Path) -> None:
    file = tmp_path / "sale.dump"
    with postgres() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE sold (n int)")
            connection.execute("INSERT INTO sold VALUES (1)")
            dump(url, file)
            connection.execute("INSERT INTO sold VALUES (2)")
        before = load(url, file)
        assert _rows(url) == [1]
        assert _rows(url, before) == [1, 2]
    # It has everybody's name and address in it.
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.thorough
@pytest.mark.usefixtures("without_services")
def test_a_backup_is_restored_without_its_roles(tmp_path: Path) -> None:
    file = tmp_path / "sale.dump"
    with postgres() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE serving")
        connection.execute("CREATE TABLE sold (n int)")
        connection.execute("GRANT SELECT ON sold TO serving")
        connection.execute("INSERT INTO sold VALUES (1)")
        dump(url, file)
    with postgres() as url:
        load(url, file)
        assert _rows(url) == [1]


def test_a_backup_connects_as_the_owner_with_the_urls_tls_options(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word\n")
    asked = {
        "DATABASE_URL": "postgres://serving:word@db/seatcast",
        "DATABASE_MIGRATION_URL": "postgres://owner@db/seatcast?sslmode=verify-full&sslrootcert=/ca",
        "DATABASE_MIGRATION_PASSWORD_FILE": str(tmp_path / "password"),
    }
    variables = environment_of(owner_url(asked))
    assert (
        variables.items() >= {"PGUSER": "owner", "PGPASSWORD": "p@ss/word", "PGHOST": "db"}.items()
    )
    assert (variables["PGSSLMODE"], variables["PGSSLROOTCERT"]) == ("verify-full", "/ca")
    only = {"DATABASE_URL": "postgres://both:word@db/seatcast"}
    assert environment_of(owner_url(only))["PGUSER"] == "both"


@pytest.mark.usefixtures("without_services")
def test_restoring_a_missing_file_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="There is no"):
        restore(tmp_path / "none.dump")
    assert not list(tmp_path.iterdir())
