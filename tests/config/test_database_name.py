"""Every command of manage.py that uses a database prints its name first."""

import subprocess
import sys
from pathlib import Path

import pytest
from environ import Env

from config.service_urls import name_of, uses_database
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port


def manage(*arguments: str, data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment(SEATCAST_DATA_DIR=str(data_dir), **settings),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_prints_its_sqlite_file(tmp_path: Path) -> None:
    done = manage("verify_ledger", data_dir=tmp_path)
    named = f"seatcast: database {tmp_path / 'seatcast.sqlite3'} (SQLite)"
    assert done.stderr.splitlines()[0] == named
    assert named not in done.stdout


@pytest.mark.thorough
def test_a_command_prints_an_unreachable_database_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    url = f"postgres://seller:s3cret@127.0.0.1:{port}/sales"
    done = manage("showmigrations", data_dir=tmp_path, DATABASE_URL=url)
    assert done.returncode
    named = f"seatcast: database 127.0.0.1:{port}/sales (PostgreSQL, as seller)"
    assert done.stderr.splitlines()[0] == named
    assert "s3cret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgres://a:b@db/sales?sslmode=verify-full", "db:5432/sales (PostgreSQL, as a)"),
        ("postgres://a@one:5433,two:5434/sales", "one:5433,two:5434/sales (PostgreSQL, as a)"),
        ("postgres:///sales", "local socket:5432/sales (PostgreSQL, as this user)"),
    ],
)
def test_a_database_name_contains_no_secrets(url: str, name: str) -> None:
    assert name_of(Env.db_url_config(url)) == name


@pytest.mark.parametrize(
    ("arguments", "asks"),
    [
        ("verify_ledger", True),
        ("createsuperuser --username eva", True),
        ("verify_ledger --help", False),
        ("collectstatic --no-input", False),
        ("", False),
    ],
)
def test_commands_without_database_print_no_name(arguments: str, asks: bool) -> None:
    assert uses_database(["manage.py", *arguments.split()]) is asks
