"""Starting real PostgreSQL and Valkey servers."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.console import Problem
from deploy.paths import ROOT
from deploy.ports import free_port, stable_ports
from deploy.postgres_server import PersistentDatabase, postgres_server, postgres_url
from deploy.valkey_server import valkey_server, valkey_url
from deploy.waiting import wait_until
from tools.process_tree import descendants
from tools.services import postgres, valkey

STOP_SECONDS = 60
PASSWORD = "kept-and-not-told"

OWNER = """
import sys
from tools.services import postgres, valkey
with postgres() as database_url, valkey() as redis_url:
    print(database_url, redis_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_services_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def owner() -> Iterator[subprocess.Popen[str]]:
    """A process that has both services running and waits."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a server of another user can reach, which pytest's are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@contextmanager
def kept_postgres(folder: Path) -> Iterator[str]:
    port = free_port()
    with postgres_server(
        port=port, database=PersistentDatabase(folder=folder, password=PASSWORD)
    ) as launched:
        launched.server.wait_until_ready(launched.ready)
        yield postgres_url(port=port, password=PASSWORD)


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or 0), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def home_of(database_url: str) -> Path:
    with psycopg.connect(database_url) as connection:
        failure_details = connection.execute("SHOW unix_socket_directories").fetchone()
    assert failure_details
    return Path(failure_details[0])


@pytest.mark.thorough
def test_postgres_runs_for_the_length_of_the_context() -> None:
    with postgres() as url:
        with psycopg.connect(url) as connection:
            version = connection.info.server_version
        home = home_of(url)
        assert version >= 180000
        assert home.is_dir()
    assert not is_listening(url)
    assert not home.exists()


def test_valkey_runs_for_the_length_of_the_context() -> None:
    with valkey() as url, redis.Redis.from_url(url) as client:
        client.set("seat", "A1")
        assert client.get("seat") == b"A1"
    assert not is_listening(url)


def test_two_servers_get_different_ports() -> None:
    with valkey() as one, valkey() as other:
        assert one != other


@pytest.mark.parametrize(
    "ending", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)]
)
def test_the_servers_end_with_a_process_that_is_killed(
    owner: subprocess.Popen[str], ending: signal.Signals
) -> None:
    assert owner.stdout
    database_url, redis_url = owner.stdout.readline().split()
    home = home_of(database_url)
    assert is_listening(redis_url)

    owner.send_signal(ending)

    assert owner.wait() == -ending
    assert wait_until(lambda: not is_listening(database_url), seconds=STOP_SECONDS)
    assert wait_until(lambda: not is_listening(redis_url), seconds=STOP_SECONDS)
    assert wait_until(lambda: not home.exists(), seconds=STOP_SECONDS)


def test_an_error_inside_is_passed_on_and_the_server_ends() -> None:
    with pytest.raises(ZeroDivisionError), valkey() as url:
        raise ZeroDivisionError
    assert not is_listening(url)


def test_a_persistent_database_keeps_its_data_and_needs_its_password(open_folder: Path) -> None:
    with kept_postgres(open_folder) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE seat AS SELECT 'A1' AS seat_number")
    with kept_postgres(open_folder) as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT seat_number FROM seat").fetchall() == [("A1",)]
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        for wrong in ("", ":", ":guess"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(url.replace(f":{PASSWORD}", wrong))
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(f":{PASSWORD}", ""), host=str(home_of(url)))


@pytest.mark.thorough
def test_a_database_in_use_is_refused_with_postgresqls_message(open_folder: Path) -> None:
    with (
        kept_postgres(open_folder),
        pytest.raises(Problem, match=r"did not start\.\n(?s:.*)postmaster"),
        kept_postgres(open_folder),
    ):
        pass


@pytest.mark.thorough
def test_a_stale_pid_file_does_not_prevent_a_start(open_folder: Path) -> None:
    with kept_postgres(open_folder):
        note = open_folder / "postgres-18" / "postmaster.pid"
        lines = note.read_text().splitlines()
    # Its number belongs to somebody else by now.
    note.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    with kept_postgres(open_folder) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_valkey_can_require_a_password() -> None:
    port = free_port()
    with valkey_server(port=port, password=PASSWORD) as launched:
        launched.server.wait_until_ready(launched.ready)
        with redis.Redis.from_url(valkey_url(port=port, password=PASSWORD)) as client:
            assert client.ping()
        with (
            # Without the client's own tries, which take seconds.
            redis.Redis.from_url(valkey_url(port=port), retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        commands = " ".join(process.command for process in descendants(launched.server.process.pid))
        assert "valkey-server" in commands
        assert PASSWORD not in commands


def test_stable_ports_are_free_and_distinct() -> None:
    ports = stable_ports(5)
    assert len(set(ports)) == 5
    lowest_of_outgoing = 32_768
    for port in ports:
        assert port < lowest_of_outgoing
        socket.create_server(("127.0.0.1", port)).close()


def test_a_url_in_the_environment_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/seats")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/3")
    with postgres() as database_url, valkey() as redis_url:
        assert database_url == "postgres://elsewhere/seats"
        assert redis_url == "redis://elsewhere/3"
