"""The servers of a release, and replacing one generation of them by another.

`server_specs` computes the servers with the code of the release; the running stack starts them,
and its code may be older.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict

from deploy.address import Address, answers, is_ready
from deploy.console import Problem
from deploy.paths import ROOT
from deploy.ports import stable_ports
from deploy.process_manager import ProcessManager, Service
from deploy.server import daphne_arguments, granian_arguments, housekeeping_arguments
from deploy.stack_services import HOST, program
from deploy.stack_settings import StackSettings, without_owner_settings
from deploy.upstream_health import NOTICE_SECONDS, UpstreamHealth

_CALL = (
    "import json, sys; from deploy import server; name, given = json.load(sys.stdin); "
    "print(json.dumps(getattr(server, name)(**given)))"
)

# Ports of each kind are reserved for at least this many servers, and as many replacements.
_MIN_SERVERS = 4
_PAGE = "index.html"
_ASSETS = "assets"


class ServerSpec(TypedDict):
    """One server, as JSON can express it. `port` is 0 if it takes no requests."""

    name: str
    log: str
    command: list[str]
    folder: str
    environment: dict[str, str]
    port: int


class FreePorts(TypedDict):
    """Ports that are upstreams of the proxy and have no server."""

    api: list[int]
    sockets: list[int]


def reserve_ports(settings: StackSettings) -> FreePorts:
    """Return ports for twice the servers in the settings, and at least twice `_MIN_SERVERS`."""
    api, sockets = (
        2 * max(_MIN_SERVERS, asked) for asked in (settings.api_workers, settings.sockets)
    )
    ports = stable_ports(api + sockets)
    return {"api": ports[:api], "sockets": ports[api:]}


def server_specs(
    settings: StackSettings, *, environment: Mapping[str, str], free_ports: FreePorts
) -> list[ServerSpec]:
    """Return the specs of a release's servers, on `free_ports`.

    Raises: Problem if there are too few ports.
    """
    python = str(settings.release / ".venv" / "bin" / "python")
    if settings.api_workers > len(free_ports["api"]) or settings.sockets > len(
        free_ports["sockets"]
    ):
        raise Problem("The stack has too few ports for these servers: stop it, and start it again.")

    arguments_of = partial(_arguments, settings.release)

    def spec(name: str, log: str, command: list[str], port: int = 0) -> ServerSpec:
        return {
            "name": name,
            "log": log,
            "command": [python, *command],
            "folder": str(settings.release),
            "environment": without_owner_settings(environment),
            "port": port,
        }

    return [
        *(
            spec(
                f"API server {number}",
                f"api-{number}",
                ["-m", "granian", *arguments_of(granian_arguments, host=HOST, port=port)],
                port,
            )
            for number, port in enumerate(free_ports["api"][: settings.api_workers], start=1)
        ),
        *(
            spec(
                f"socket server {number}",
                f"sockets-{number}",
                ["-m", "daphne", *arguments_of(daphne_arguments, host=HOST, port=port)],
                port,
            )
            for number, port in enumerate(free_ports["sockets"][: settings.sockets], start=1)
        ),
        spec("housekeeping", "housekeeping", arguments_of(housekeeping_arguments)),
    ]


def _arguments(release: Path, arguments: Callable[..., list[str]], **given: object) -> list[str]:
    """Call a function of the release's own `deploy.server`; return the arguments of a server.

    Raises: Problem if that fails.
    """
    if release == ROOT:
        return arguments(**given)
    done = subprocess.run(
        [str(release / ".venv" / "bin" / "python"), "-c", _CALL],
        cwd=release,
        input=json.dumps([arguments.__name__, given]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Problem(f"{release} has no usable deploy.server: {done.stderr.strip()}")
    found: list[str] = json.loads(done.stdout)
    return found


def publish_client(built: Path, client_dir: Path) -> None:
    """Copy a built client to the proxy's folder; keep old assets, which open pages still load.

    The page that names the new assets is replaced last, atomically.
    """
    (client_dir / _ASSETS).mkdir(parents=True, exist_ok=True)
    shutil.copytree(built / _ASSETS, client_dir / _ASSETS, dirs_exist_ok=True)
    shutil.copytree(
        built, client_dir, dirs_exist_ok=True, ignore=shutil.ignore_patterns(_PAGE, _ASSETS)
    )
    fresh = client_dir / f".{_PAGE}"
    shutil.copyfile(built / _PAGE, fresh)
    fresh.replace(client_dir / _PAGE)


class Servers:
    """The servers behind the proxy, which can be replaced one by one."""

    def __init__(
        self,
        health: UpstreamHealth,
        free_ports: FreePorts,
        *,
        logs: Path,
        inherited_fds: Collection[int],
    ) -> None:
        self._health = health
        self._ports = free_ports
        self._logs = logs
        self._holds = inherited_fds
        self._generation = 0
        self._running: dict[str, tuple[ServerSpec, Service]] = {}

    def free_ports(self) -> FreePorts:
        """Return free ports: at most half of all, so that the next generation finds some too."""
        taken = {spec["port"] for spec, _ in self._running.values()}
        api, sockets = (
            [port for port in ports if port not in taken][: len(ports) // 2]
            for ports in (self._ports["api"], self._ports["sockets"])
        )
        return {"api": api, "sockets": sockets}

    def environment(self) -> Mapping[str, str]:
        """Return the environment of the running servers."""
        spec, _ = next(iter(self._running.values()))
        return spec["environment"]

    def first_generation(self, specs: Sequence[ServerSpec]) -> list[Service]:
        """Return the first servers as services to start."""
        self._running = {spec["name"]: (spec, self._service(spec)) for spec in specs}
        self._update_health()
        return [service for _, service in self._running.values()]

    def replace(
        self, manager: ProcessManager, specs: Sequence[ServerSpec], report: Callable[[str], None]
    ) -> None:
        """Replace all servers, each only once the new one is ready.

        Raises: Problem if one does not start; the old one and those after it then keep running.
        """
        self._generation += 1
        for spec in specs:
            name, service = spec["name"], self._service(spec)
            report(f"Replacing {name} …")
            manager.start([service])
            old = self._running.get(name)
            self._running[name] = spec, service
            self._update_health(also=old)
            self._retire(manager, old)
        for name in self._running.keys() - {spec["name"] for spec in specs}:
            report(f"Stopping {name} …")
            self._retire(manager, self._running.pop(name))

    def _retire(self, manager: ProcessManager, old: tuple[ServerSpec, Service] | None) -> None:
        """Stop a server once the proxy has stopped sending it requests."""
        if old is None:
            return
        time.sleep(NOTICE_SECONDS)
        self._update_health()
        time.sleep(NOTICE_SECONDS)
        manager.end([old[1]])

    def _update_health(self, *, also: tuple[ServerSpec, Service] | None = None) -> None:
        specs = [spec for spec, _ in [*self._running.values(), *([also] if also else [])]]
        self._health.set_healthy([spec["port"] for spec in specs if spec["port"]])

    def _service(self, spec: ServerSpec) -> Service:
        log = f"{spec['log']}.{self._generation}" if self._generation else spec["log"]
        port = spec["port"]
        return program(
            spec["name"],
            spec["command"],
            spec["environment"],
            folder=Path(spec["folder"]),
            log_file=self._logs / f"{log}.log",
            inherited_fds=self._holds,
            ready=lambda: not port or is_ready(Address(host=HOST, port=port)),
            answers=partial(answers, Address(host=HOST, port=port)) if port else None,
        )
