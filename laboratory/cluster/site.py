"""The servers and the proxies, with the arguments of every other deployment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.address import Address, is_ready
from deploy.environment import clean_environment
from deploy.paths import CLIENT, ROOT, VENV_BIN, VENV_PYTHON
from deploy.process_manager import Service
from deploy.production import trial_settings
from deploy.server import (
    caddy_arguments,
    daphne_arguments,
    granian_arguments,
    housekeeping_arguments,
    proxy_variables,
    server_settings,
)
from deploy.stack_services import CADDYFILE, listens, program
from deploy.stack_settings import without_owner_settings
from laboratory.cluster.engines import direct_url, pooled_url, sentinel_url, standby_url
from laboratory.cluster.hosts import PROXY_PORT, SITE_PORT, Hosts, places
from laboratory.cluster.network import Host
from loadtest.target import CROWD_SETTINGS


@dataclass(frozen=True, kw_only=True)
class Site:
    """Starts the servers. `folder` has the site's data, `lock` is a descriptor to inherit."""

    hosts: Hosts
    folder: Path
    logs: Path
    lock: int
    api_routing: str

    def environment(self) -> dict[str, str]:
        """Return the settings of servers and release tasks."""
        settings = {
            **server_settings(
                data_dir=str(self.folder),
                database_url=pooled_url(self.hosts),
                migration_url=direct_url(self.hosts),
                redis_url=sentinel_url(self.hosts),
            ),
            **trial_settings({}, data_dir=self.folder),
            **CROWD_SETTINGS,
            "SEATCAST_TRANSACTION_POOLER": "True",
            "DATABASE_STANDBY_URL": standby_url(self.hosts),
            # The shares of the work are measured at the servers themselves.
            "SEATCAST_ALLOWED_HOSTS": ",".join(
                host.address for host in (*self.hosts.proxies, *self.hosts.api, *self.hosts.sockets)
            ),
        }
        return clean_environment(**settings)

    def servers(self) -> list[Service]:
        """Return the API and socket servers, and housekeeping."""
        return [
            *(
                self._server(
                    "API", host, "granian", granian_arguments(host=host.address, port=SITE_PORT)
                )
                for host in self.hosts.api
            ),
            *(
                self._server(
                    "sockets", host, "daphne", daphne_arguments(host=host.address, port=SITE_PORT)
                )
                for host in self.hosts.sockets
            ),
            self._program(
                "housekeeping",
                self.hosts.api[0],
                [str(VENV_PYTHON), *housekeeping_arguments()],
                without_owner_settings(self.environment()),
            ),
        ]

    def proxies(self) -> list[Service]:
        return [self._proxy(host) for host in self.hosts.proxies]

    def _server(self, name: str, host: Host, module: str, arguments: list[str]) -> Service:
        return self._program(
            name,
            host,
            [str(VENV_PYTHON), "-m", module, *arguments],
            without_owner_settings(self.environment()),
            is_ready_at=Address(host=host.address, port=SITE_PORT),
        )

    def _proxy(self, host: Host) -> Service:
        own = self.folder / host.name
        own.mkdir(exist_ok=True)
        variables = proxy_variables(
            site=f"http://:{PROXY_PORT}",
            host=host.address,
            sockets=places(self.hosts.sockets, SITE_PORT),
            api=places(self.hosts.api, SITE_PORT),
            client_dir=str(CLIENT),
            static_dir=str(self.folder / "static"),
            own_dir=str(own),
            log_format="console",
            access_log="off",
            health_checks="server_health_checks",
            api_routing=self.api_routing,
        )
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(own))
        place = Address(host=host.address, port=PROXY_PORT)
        return program(
            f"proxy on {host.name}",
            host.command(
                str(VENV_BIN / "caddy"), *caddy_arguments(caddyfile=str(CADDYFILE)), is_server=False
            ),
            {"PATH": os.defpath, **homes, **variables},
            log_file=self.logs / f"{host.name}.log",
            inherited_fds=[self.lock],
            ready=lambda: listens(place),
        )

    def _program(
        self,
        name: str,
        host: Host,
        command: list[str],
        environment: Mapping[str, str],
        *,
        is_ready_at: Address | None = None,
    ) -> Service:
        return program(
            f"{name} on {host.name}",
            host.command(*command, is_server=False),
            environment,
            folder=ROOT,
            log_file=self.logs / f"{host.name}-{name}.log",
            inherited_fds=[self.lock],
            ready=lambda: is_ready_at is None or is_ready(is_ready_at),
        )
