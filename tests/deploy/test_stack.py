"""`make stack` once everything is installed: real servers, and real deaths.

In `make test` one stack is started, that of the browser's stage, which also kills of its processes.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from config.environment import DEMO_PASSWORD as PASSWORD
from deploy import stack, unprivileged
from deploy import stack_settings as stack_settings_module
from deploy.address import Address, serves
from deploy.console import Problem
from deploy.control_socket import connected
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.postgres_server import SERVING_ROLE
from deploy.production import stored_secret
from deploy.stack_servers import ServerSpec, server_specs
from deploy.stack_settings import stack_settings
from deploy.waiting import wait_until
from tests.deploy.test_first_day import PLAN
from tools import process_tree
from tools.process_tree import descendants, stack_processes
from tools.services import postgres, valkey

SECONDS = 60
WHOLE = {
    process_tree.POSTGRES: 1,
    process_tree.VALKEY: 1,
    process_tree.PROXY: 1,
    process_tree.SOCKET_SERVER: 2,
    process_tree.API_MASTER: 2,
    process_tree.API_WORKER: 2,
}


@dataclass(frozen=True)
class Site:
    """A stack that runs, and whom it is asked by."""

    process: subprocess.Popen[str]
    address: Address
    data_dir: Path

    def counts(self) -> dict[str, int]:
        return {kind: len(pids) for kind, pids in stack_processes(self.process.pid).items()}

    def is_whole(self) -> bool:
        return self.counts() == WHOLE and serves(self.address)

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.address.url, trust_env=False, timeout=60) as client:
            client.get("/api/csrf/")
            client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
            login = {"username": "alice", "password": PASSWORD}
            client.post("/api/login/", json=login).raise_for_status()
            client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
            yield client

    def database(self) -> "psycopg.Connection[tuple[Any, ...]]":
        [pid] = stack_processes(self.process.pid)[process_tree.POSTGRES]
        command = next(each.command for each in descendants(self.process.pid) if each.pid == pid)
        port = re.search(r" -p (\d+) ", command)
        assert port
        password = (self.data_dir / "postgres_password").read_text()
        url = f"postgres://seatcast:{password}@127.0.0.1:{port[1]}/seatcast"
        return psycopg.connect(url, autocommit=True)


@contextmanager
def running(data_dir: Path, **settings: str) -> Iterator[Site]:
    """Run a stack; it and all that it has started is gone at the end."""
    address = Address(host="127.0.0.1", port=free_port())
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.stack"],
        env=clean_environment(PORT=str(address.port), SEATCAST_DATA_DIR=str(data_dir), **settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Site(process, address, data_dir)
        finally:
            left = [each.pid for each in descendants(process.pid)]
            process.terminate()
            process.communicate()
            assert wait_until(lambda: all_gone(left), seconds=SECONDS)


def said_until(site: Site, words: str) -> str:
    """Return what a stack says up to the line with some words."""
    assert site.process.stdout
    output = ""
    for line in site.process.stdout:
        output += line
        if words in line:
            return output
    pytest.fail(f"It ended before it said {words!r}: {output}")


def all_gone(pids: list[int]) -> bool:
    return not set(pids) & {each.pid for each in descendants(1)}


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that a server of another user can reach, which pytest's are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Where the stacks of several tests keep their data, one after the other."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A stack of its own for the tests that leave it whole."""
    with open_folder() as folder, running(folder) as site:
        said_until(site, "Press Ctrl-C to stop it.")
        yield site


@pytest.mark.thorough
@pytest.mark.parametrize("kind", WHOLE)
def test_a_killed_process_is_restarted(site: Site, kind: str) -> None:
    # What the death of its parent leaves of a process may still be going.
    assert wait_until(site.is_whole, seconds=SECONDS)
    for pid in stack_processes(site.process.pid)[kind]:
        # PostgreSQL ends its other processes when one is killed.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

        def is_replaced(pid: int = pid) -> bool:
            return pid not in stack_processes(site.process.pid).get(kind, []) and site.is_whole()

        assert wait_until(is_replaced, seconds=SECONDS)


@pytest.mark.thorough
def test_servers_are_replaced_one_by_one_while_the_site_is_open(site: Site) -> None:
    assert wait_until(site.is_whole, seconds=SECONDS)
    before = servers(site)
    with site.signed_in() as alice:
        event = alice.get("/api/events/").json()[0]["id"]
        with connect(f"ws://127.0.0.1:{site.address.port}/ws/events/{event}/") as watcher:
            assert json.loads(watcher.recv())["type"] == "snapshot"
            subprocess.run(
                [sys.executable, "-m", "deploy.rolling"],
                env=clean_environment(SEATCAST_DATA_DIR=str(site.data_dir), SEATCAST_SEAT_CAP="9"),
                cwd=ROOT,
                check=True,
            )
            assert close_code(watcher) == 1012
        # Commands have the settings of the servers that run now.
        with connected(site.data_dir) as stack:
            assert stack.environment["SEATCAST_SEAT_CAP"] == "9"
            assert stack.environment["DATABASE_MIGRATION_URL"]
        assert not servers(site) & before
        assert site.is_whole()
        # A proxy that is started again leads to the new ones.
        [proxy] = stack_processes(site.process.pid)[process_tree.PROXY]
        os.kill(proxy, signal.SIGKILL)
        assert wait_until(
            lambda: proxy not in stack_processes(site.process.pid).get(process_tree.PROXY, [proxy]),
            seconds=SECONDS,
        )
        assert wait_until(site.is_whole, seconds=SECONDS)


def servers(site: Site) -> set[int]:
    """Return the process ids of all that is behind the proxy, but for the services."""
    kinds = (process_tree.SOCKET_SERVER, process_tree.API_MASTER, process_tree.API_WORKER)
    return {pid for kind in kinds for pid in stack_processes(site.process.pid)[kind]}


@pytest.mark.thorough
def test_a_server_that_fails_to_start_replaces_no_other(site: Site) -> None:
    assert wait_until(site.is_whole, seconds=SECONDS)
    before = servers(site)
    settings = stack_settings({"SEATCAST_DATA_DIR": str(site.data_dir)})
    with connected(site.data_dir) as stack:
        [api, *others] = server_specs(
            settings, environment=stack.settings, free_ports=stack.free_ports
        )
        broken: ServerSpec = {**api, "command": ["false"]}
        with pytest.raises(Problem, match="API server 1 did not start"):
            stack.replace([broken, *others], report=print)
    assert servers(site) == before
    assert site.is_whole()


@pytest.mark.thorough
def test_management_commands_use_the_stacks_database_and_print_its_name(site: Site) -> None:
    assert wait_until(site.is_whole, seconds=SECONDS)
    elsewhere = {"DATABASE_URL": "sqlite:////tmp/none.sqlite3", "SEATCAST_SHOW_NAMES": "no"}

    def manage(*arguments: str, spec: IO[str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.manage", *arguments],
            env=clean_environment(SEATCAST_DATA_DIR=str(site.data_dir), **elsewhere),
            cwd=ROOT,
            stdin=spec,
            capture_output=True,
            text=True,
            check=True,
        )

    with site.database() as database:
        [name] = database.execute("SELECT inet_server_port() || '/' || current_database()")
    with PLAN.open() as spec:
        options = ("--name", "Of the day", "--price-default", "45", "--publish")
        manage("import_plan", "-", *options, spec=spec)
    done = manage("verify_ledger")
    assert f"127.0.0.1:{name[0]} (PostgreSQL, as {SERVING_ROLE})" in done.stderr.splitlines()[0]
    assert "no difference" in done.stdout
    owned = manage("prune_security_log", "--days", "3000")
    assert f"127.0.0.1:{name[0]} (PostgreSQL, as seatcast)" in owned.stderr.splitlines()[0]
    with httpx.Client(base_url=site.address.url, trust_env=False, timeout=60) as client:
        assert wait_until(lambda: client.get("/readyz").is_success, seconds=SECONDS)
        assert "Of the day" in {each["name"] for each in client.get("/api/events/").json()}


@pytest.mark.thorough
def test_the_proxy_reports_readiness(site: Site) -> None:
    assert wait_until(site.is_whole, seconds=SECONDS)
    with httpx.Client(base_url=site.address.url, trust_env=False, timeout=60) as client:
        # Who was killed before is there again, and may still be starting.
        assert wait_until(lambda: client.get("/readyz").is_success, seconds=SECONDS)
        assert client.get("/readyz").json() == {"ready": True}
        assert client.get("/metrics").status_code == 404


@pytest.mark.thorough
def test_secrets_are_invisible_to_other_users(site: Site) -> None:
    passwords = ("postgres_password", "postgres_serving_password", "valkey_password")
    for name in (*passwords, "secret_key"):
        file = site.data_dir / name
        assert file.stat().st_mode & 0o077 == 0
        assert all(file.read_text() not in each.command for each in descendants(site.process.pid))


@pytest.mark.thorough
def test_logs_and_mail_are_private(site: Site) -> None:
    for name in ("logs", "mail"):
        assert (site.data_dir / name).stat().st_mode & 0o077 == 0
    logs = list((site.data_dir / "logs").iterdir())
    assert logs
    assert [file.name for file in logs if file.stat().st_mode & 0o077] == []


@pytest.mark.thorough
def test_servers_know_only_the_serving_role(site: Site) -> None:
    assert wait_until(site.is_whole, seconds=SECONDS)
    with site.database() as connection:
        logins = connection.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert logins == [(SERVING_ROLE,)]
    password = (site.data_dir / "postgres_password").read_bytes()
    for pid in servers(site):
        environ = Path(f"/proc/{pid}/environ")
        assert not environ.exists() or password not in environ.read_bytes()


@pytest.mark.thorough
def test_the_database_has_connections_for_all_pools(site: Site) -> None:
    with site.database() as connection:
        shown = connection.execute("SHOW max_connections").fetchone()
    assert shown == (str((2 + 2) * 8 + 20),)


@pytest.mark.thorough
def test_stopping_finishes_requests_and_closes_sockets_with_1012(
    data_dir: Path,
) -> None:
    with running(data_dir) as site:
        output = said_until(site, "Press Ctrl-C to stop it.")
        assert f"Seatcast is at {site.address.url}/\n" in output
        assert PASSWORD in output
        everybody = [site.process.pid, *(each.pid for each in descendants(site.process.pid))]
        with site.signed_in() as alice, site.database() as owner, ThreadPoolExecutor() as pool:
            event = alice.get("/api/events/").json()[0]["id"]
            seats = alice.get(f"/api/events/{event}/seats/").json()
            seat = next(each["id"] for each in seats if each["is_available"])
            url = f"ws://127.0.0.1:{site.address.port}/ws/events/{event}/"
            with connect(url) as watcher, owner.transaction():
                assert json.loads(watcher.recv())["type"] == "snapshot"
                owner.execute("SELECT FROM reservations_event WHERE id = %s FOR UPDATE", [event])
                click = pool.submit(alice.post, f"/api/events/{event}/seats/{seat}/lock/")
                assert wait_until(lambda: waits_for_a_row(owner), seconds=SECONDS)

                site.process.send_signal(signal.SIGINT)
                assert close_code(watcher) == 1012
            assert click.result().json()["success"]
        assert site.process.wait() == 0
        assert all_gone(everybody)
        assert site.process.stdout
        assert site.process.stdout.read() == ""


def close_code(watcher: ClientConnection) -> int | None:
    """Return the code with which a socket is closed."""
    with suppress(ConnectionClosedError):
        for _ in watcher:
            pass
    return watcher.close_code


def waits_for_a_row(connection: "psycopg.Connection[tuple[Any, ...]]") -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return connection.execute(waiting).fetchone() is not None


@pytest.mark.thorough
def test_kill_9_leaves_no_process_and_the_next_stack_has_the_data(data_dir: Path) -> None:
    with running(data_dir) as site:
        said_until(site, "Press Ctrl-C to stop it.")
        left = [each.pid for each in descendants(site.process.pid)]
        site.process.kill()
        site.process.wait()
        # At once, while the servers of the other one are still ending.
        with running(data_dir, SEATCAST_DEMO="0") as next_site:
            assert PASSWORD not in said_until(next_site, "Press Ctrl-C to stop it.")
            assert all_gone(left)
            with next_site.signed_in() as alice:
                assert alice.get("/api/events/").json()


@pytest.mark.thorough
def test_services_with_a_url_in_the_environment_are_not_started(data_dir: Path) -> None:
    with (
        postgres() as database_url,
        valkey() as redis_url,
        running(
            data_dir,
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            SEATCAST_DEMO="0",
            SEATCAST_SOCKET_SERVERS="1",
            SEATCAST_API_WORKERS="1",
        ) as site,
    ):
        said_until(site, "Press Ctrl-C to stop it.")
        assert site.counts() == {
            process_tree.PROXY: 1,
            process_tree.SOCKET_SERVER: 1,
            process_tree.API_MASTER: 1,
            process_tree.API_WORKER: 1,
        }


@pytest.mark.thorough
def test_an_unreachable_database_is_reported_without_a_traceback(data_dir: Path) -> None:
    away = f"postgres://seatcast@127.0.0.1:{free_port()}/seatcast"
    with running(data_dir, DATABASE_URL=away) as site:
        assert site.process.stdout
        output = site.process.stdout.read()
        assert site.process.wait() == 1
    assert "seatcast: `manage.py migrate` failed: couldn't get a connection" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("value", ["0", "65", "two", "-1"])
@pytest.mark.parametrize("name", ["SEATCAST_SOCKET_SERVERS", "SEATCAST_API_WORKERS"])
def test_an_invalid_number_of_servers_is_refused(name: str, value: str) -> None:
    with pytest.raises(Problem, match=f"{name} must be a number from 1 to 64"):
        stack_settings({name: value})


def test_an_unknown_way_of_routing_is_refused() -> None:
    assert stack_settings({}).api_routing == "by_event"
    with pytest.raises(Problem, match="SEATCAST_API_ROUTING must be by_turns or by_event"):
        stack_settings({"SEATCAST_API_ROUTING": "by_seat"})


def test_a_stack_of_root_in_a_private_home_keeps_its_data_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of root's servers, whoever runs this test; pytest's folders are shut for them.
    monkeypatch.setattr(unprivileged, "server_user", lambda: 65534)
    with open_folder() as checkout:
        monkeypatch.setattr(stack_settings_module, "ROOT", checkout)
        assert stack_settings({}).data_dir == checkout / ".data"
    monkeypatch.setattr(stack_settings_module, "ROOT", tmp_path)
    elsewhere = Path("/var/lib/seatcast-stack") / "-".join(tmp_path.parts[1:])
    assert stack_settings({}).data_dir == elsewhere
    named = {"SEATCAST_DATA_DIR": str(tmp_path / "data")}
    assert stack_settings(named).data_dir == tmp_path / "data"
    # Nobody but root needs to reach it then, and it is where it was.
    with_another = {"DATABASE_URL": "postgres://seatcast@127.0.0.1/seatcast"}
    assert stack_settings(with_another).data_dir == tmp_path / ".data"


def test_two_stacks_cannot_have_the_same_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "_TAKEOVER_SECONDS", 0.05)
    with (
        stack.locked(tmp_path),
        pytest.raises(Problem, match="Another stack is running"),
        stack.locked(tmp_path),
    ):
        pytest.fail("both have it")
    with stack.locked(tmp_path):
        pass


def test_a_secret_is_generated_once(tmp_path: Path) -> None:
    file = tmp_path / "password"
    made = stored_secret(file)
    assert len(made) >= 32
    assert stored_secret(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
