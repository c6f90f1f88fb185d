"""The services and the proxy of the real stack, as processes to manage."""

import os
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.address import ADDRESSES, Address
from deploy.paths import ROOT, VENV_BIN
from deploy.ports import stable_ports
from deploy.postgres_server import SERVING_ROLE, PersistentDatabase, postgres_server, postgres_url
from deploy.process_manager import Service
from deploy.production import production_settings, stored_secret, trial_settings
from deploy.server import (
    DEFAULT_API_ROUTING,
    caddy_arguments,
    postgres_settings,
    proxy_variables,
    server_settings,
)
from deploy.stack_settings import StackSettings
from deploy.supervised import StartedServer, supervised
from deploy.valkey_server import valkey_server, valkey_url

HOST = "127.0.0.1"
CADDYFILE = ROOT / "deploy" / "Caddyfile"
# Longer than servers need to finish their requests.
STOP_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class OwnServices:
    """The services that the stack runs itself, and the settings that servers need for them."""

    services: list[Service]
    settings: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ProxyConfig:
    """The proxy's configuration: its address, its upstreams and its folders.

    `health_checks` and `api_routing` import one of the Caddyfile's snippets each.
    """

    address: Address
    client_dir: Path
    static_dir: Path
    own_dir: Path
    log_format: str = "console"
    access_log: str = "off"
    hsts_subdomains: str = "False"
    sockets: Sequence[int]
    api: Sequence[int]
    health_checks: str = "no_health_checks"
    api_routing: str = DEFAULT_API_ROUTING

    def variables(self) -> dict[str, str]:
        """Return this as `deploy/Caddyfile` reads it."""
        port = self.address.port
        # For any host name: the API refuses those that are not the site's.
        tls = f"https://{self.address.place}, https://:{port}"
        return proxy_variables(
            site=tls if self.address.authority else f"http://:{port}",
            # Caddy accepts only TLS on its https_port.
            https_port=port if self.address.authority else 443,
            host=self.address.host,
            sockets=[f"{HOST}:{port}" for port in self.sockets],
            api=[f"{HOST}:{port}" for port in self.api],
            client_dir=str(self.client_dir),
            static_dir=str(self.static_dir),
            own_dir=str(self.own_dir),
            log_format=self.log_format,
            access_log=self.access_log,
            hsts_subdomains=self.hsts_subdomains,
            health_checks=self.health_checks,
            api_routing=self.api_routing,
        )


def own_services(
    settings: StackSettings, *, environment: Mapping[str, str], lock: int, logs: Path
) -> OwnServices:
    """Choose ports and passwords of the services. Passwords are stored in the data directory.

    All processes inherit the descriptor `lock`, so the lock lasts until they have ended.
    """
    postgres_port, valkey_port = stable_ports(2)
    services: list[Service] = []
    urls: dict[str, str] = {}
    if settings.runs_postgres:
        password = stored_secret(settings.data_dir / "postgres_password")
        serving = stored_secret(settings.data_dir / "postgres_serving_password")
        urls["database_url"] = postgres_url(port=postgres_port, password=serving, role=SERVING_ROLE)
        urls["migration_url"] = postgres_url(port=postgres_port, password=password)
        services.append(_postgres(settings, postgres_port, password, lock, logs))
    if settings.runs_valkey:
        password = stored_secret(settings.data_dir / "valkey_password")
        urls["redis_url"] = valkey_url(port=valkey_port, password=password)
        services.append(_valkey(valkey_port, password, lock, logs))
    ours = server_settings(data_dir=str(settings.data_dir), **urls)
    if settings.is_production:
        ours |= {"SEATCAST_PRODUCTION": "True"}
        ours |= production_settings(
            environment, address=settings.address, data_dir=settings.data_dir
        )
    else:
        ours |= trial_settings(environment, data_dir=settings.data_dir)
    return OwnServices(services=services, settings=ours)


def _postgres(settings: StackSettings, port: int, password: str, lock: int, logs: Path) -> Service:
    log_file = logs / "postgres.log"
    database = PersistentDatabase(
        folder=settings.data_dir / "postgres",
        password=password,
        settings=postgres_settings(
            sockets=settings.sockets,
            api_workers=settings.api_workers,
            pool_size=settings.pool_size,
        ),
        log_file=log_file,
    )
    return Service(
        name="PostgreSQL",
        launch=lambda: postgres_server(port=port, database=database, inherited_fds=[lock]),
        log_file=log_file,
        shows_log=False,
    )


def _valkey(port: int, password: str, lock: int, logs: Path) -> Service:
    log_file = logs / "valkey.log"
    return Service(
        name="Valkey",
        launch=lambda: valkey_server(
            port=port, password=password, log_file=log_file, inherited_fds=[lock]
        ),
        log_file=log_file,
        shows_log=False,
    )


def proxy_service(
    config: ProxyConfig, *, log_file: Path, inherited_fds: Collection[int] = ()
) -> Service:
    """Return Caddy with `deploy/Caddyfile`."""
    config.own_dir.mkdir(mode=0o700, exist_ok=True)
    # Otherwise it would use its user's home.
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(config.own_dir))
    return program(
        "the proxy",
        [str(VENV_BIN / "caddy"), *caddy_arguments(caddyfile=str(CADDYFILE))],
        {"PATH": os.defpath, **homes, **config.variables()},
        log_file=log_file,
        inherited_fds=inherited_fds,
        ready=lambda: listens(config.address),
    )


def program(
    name: str,
    command: list[str],
    environment: Mapping[str, str],
    *,
    folder: Path = ROOT,
    log_file: Path,
    inherited_fds: Collection[int],
    ready: Callable[[], bool],
    answers: Callable[[], bool] | None = None,
) -> Service:
    """Return a program as a service to manage."""

    @contextmanager
    def launch() -> Iterator[StartedServer]:
        with supervised(
            {
                "prepare": [],
                "command": command,
                "folder": str(folder),
                "environment": dict(environment),
                "user": None,
                "stop_signal": signal.SIGTERM,
                "stop_seconds": STOP_SECONDS,
            },
            name=name[0].upper() + name[1:],
            log_file=log_file,
            inherited_fds=inherited_fds,
        ) as server:
            yield StartedServer(server=server, ready=ready, answers=answers)

    return Service(name=name, launch=launch, log_file=log_file)


def listens(address: Address) -> bool:
    place = (ADDRESSES.get(address.host, address.host), address.port)
    try:
        socket.create_connection(place, timeout=2).close()
    except OSError:
        return False
    return True
