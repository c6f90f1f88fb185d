"""The real stack on one machine: PostgreSQL, Valkey, socket and API servers, and a proxy.

Start: services, then release tasks, then the proxy and the servers behind it. Processes that die
are restarted. `make rolling` replaces the servers one by one while the site is open.

Stop, on Ctrl-C and SIGTERM: first the servers, which close their sockets and finish requests while
the proxy still forwards responses and refuses new requests with 503; then the proxy, then the
services. After a second Ctrl-C, and after kill -9, the supervisors end all servers at once.

Each data directory has one stack: it is locked, also while the servers of a killed stack are still
ending.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from deploy import control_socket
from deploy.address import ensure_free, serves
from deploy.banner import print_banner, with_demo_data
from deploy.console import Problem, say
from deploy.ports import stable_ports
from deploy.private_files import passable_folder, private_folder
from deploy.process_manager import ProcessManager, Service, managed
from deploy.production import proxy_folder
from deploy.release_tasks import run_release_tasks
from deploy.stack_servers import FreePorts, Servers, publish_client, reserve_ports, server_specs
from deploy.stack_services import ProxyConfig, own_services, proxy_service
from deploy.stack_settings import (
    StackSettings,
    owner_settings,
    servers_environment,
    stack_settings,
)
from deploy.upstream_health import UpstreamHealth, serving_health
from deploy.waiting import wait_until

_TAKEOVER_SECONDS = 40.0


class _StopRequested(BaseException):
    """SIGINT or SIGTERM was received."""


def main() -> int:
    """Serve until asked to stop; return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _at_first_signal)
    try:
        _serve()
    except Problem as problem:
        print(f"seatcast: {problem}", file=sys.stderr)
        return 1
    except _StopRequested:
        pass
    return 0


def _serve() -> None:
    settings = stack_settings(os.environ)
    ensure_free(settings.address)
    logs = settings.data_dir / "logs"
    with locked(settings.data_dir) as lock:
        say(f"The data is in {settings.data_dir}/")
        private_folder(logs)
        own = own_services(settings, environment=os.environ, lock=lock, logs=logs)
        environment = servers_environment(os.environ, own.settings)
        with _managed(own.services):
            say("Preparing the database and the static files …")
            run_release_tasks(
                environment,
                release=settings.release,
                demo=with_demo_data(),
                log_file=logs / "preparing.log",
                inherited_fds=[lock],
            )
            free_ports = reserve_ports(settings)
            with (
                serving_health(*stable_ports(1)) as health,
                control_socket.listening(settings.data_dir) as control,
            ):
                config = _proxy_config(settings, health, free_ports)
                publish_client(settings.client, config.client_dir)
                servers = Servers(health, free_ports, logs=logs, inherited_fds=[lock])
                initial = server_specs(
                    settings, environment=environment, free_ports=servers.free_ports()
                )
                proxy = proxy_service(config, log_file=logs / "proxy.log", inherited_fds=[lock])
                with _managed([proxy]), _managed(servers.first_generation(initial)) as manager:
                    say(f"Logs are in {logs}/")
                    print_banner(settings.address, up=serves, environment=environment)
                    while control:
                        control_socket.serve_client(
                            control,
                            settings=own.settings,
                            environment={**owner_settings(environment), **servers.environment()},
                            free_ports=servers.free_ports(),
                            replace=partial(servers.replace, manager),
                        )
                    Event().wait()


def _proxy_config(
    settings: StackSettings, health: UpstreamHealth, free_ports: FreePorts
) -> ProxyConfig:
    return ProxyConfig(
        address=settings.address,
        sockets=free_ports["sockets"],
        api=free_ports["api"],
        health_checks=f"health_checks {health.address}",
        client_dir=settings.data_dir / "client",
        static_dir=settings.data_dir / "static",
        own_dir=proxy_folder(settings.data_dir),
        log_format=settings.log_format,
        access_log=settings.access_log,
        api_routing=settings.api_routing,
        hsts_subdomains=settings.hsts_subdomains,
    )


@contextmanager
def _managed(services: list[Service]) -> Iterator[ProcessManager]:
    if services:
        say(f"Starting {', '.join(service.name for service in services)} …")
    with managed(services) as manager:
        yield manager


@contextmanager
def locked(data_dir: Path) -> Iterator[int]:
    """Lock a data directory, created if needed; yield the descriptor that holds the lock.

    Raises: Problem if another stack holds it.
    """
    folder = os.open(passable_folder(data_dir), os.O_RDONLY)
    try:
        if not _try_lock(folder):
            say(f"Waiting for the stack on {data_dir} to end …")
            if not wait_until(lambda: _try_lock(folder), seconds=_TAKEOVER_SECONDS):
                raise Problem(
                    f"Another stack is running on {data_dir}: end it, or set SEATCAST_DATA_DIR."
                )
        yield folder
    finally:
        os.close(folder)


def _try_lock(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _at_first_signal(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(1))
    raise _StopRequested


if __name__ == "__main__":
    sys.exit(main())
