"""The servers of one release, and how they take the place of another's while the site is open.

What a release runs is planned by its own code (`plan_servers`) and carried out by the stack that
is running, whose code may be older.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict

from deploy.address import Address, is_ready
from deploy.console import Problem
from deploy.paths import ROOT
from deploy.ports import stable_ports
from deploy.process_manager import ProcessManager, Service
from deploy.server import daphne_arguments, granian_arguments, housekeeping_arguments
from deploy.stack_services import HOST, program
from deploy.stack_settings import StackSettings, without_owner_settings
from deploy.upstream_health import NOTICE_SECONDS, UpstreamHealth

_TELL = (
    "import json, sys; from deploy import server; name, given = json.load(sys.stdin); "
    "print(json.dumps(getattr(server, name)(**given)))"
)

# Servers of a kind, at least, for which there is room beside as many others.
_ROOM = 4
_PAGE = "index.html"
_ASSETS = "assets"


class ServerSpec(TypedDict):
    """One server, in a form that can be sent. `port` is 0 if it takes no requests."""

    name: str
    log: str
    command: list[str]
    folder: str
    environment: dict[str, str]
    port: int


class FreePorts(TypedDict):
    """Ports that the proxy knows, and no server has."""

    api: list[int]
    sockets: list[int]


def reserve_ports(settings: StackSettings) -> FreePorts:
    """Return ports for the servers that are asked for, for some more, and for as many beside."""
    api, sockets = (2 * max(_ROOM, asked) for asked in (settings.api_workers, settings.sockets))
    ports = stable_ports(api + sockets)
    return {"api": ports[:api], "sockets": ports[api:]}


def server_specs(
    settings: StackSettings, *, environment: Mapping[str, str], free_ports: FreePorts
) -> list[ServerSpec]:
    """Return the servers of a release with `environment`, on ports that are free.

    Raises: Problem when there are too few.
    """
    python = str(settings.release / ".venv" / "bin" / "python")
    if settings.api_workers > len(free_ports["api"]) or settings.sockets > len(
        free_ports["sockets"]
    ):
        raise Problem("There are not so many places for servers: end the stack, and start it anew.")

    asked = partial(_asked, settings.release)

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
                ["-m", "granian", *asked(granian_arguments, host=HOST, port=port)],
                port,
            )
            for number, port in enumerate(free_ports["api"][: settings.api_workers], start=1)
        ),
        *(
            spec(
                f"socket server {number}",
                f"sockets-{number}",
                ["-m", "daphne", *asked(daphne_arguments, host=HOST, port=port)],
                port,
            )
            for number, port in enumerate(free_ports["sockets"][: settings.sockets], start=1)
        ),
        spec("housekeeping", "housekeeping", asked(housekeeping_arguments)),
    ]


def _asked(release: Path, arguments: Callable[..., list[str]], **given: object) -> list[str]:
    """Return the arguments of a server as the release's own `deploy.server` has them.

    Raises: Problem when it cannot be asked.
    """
    if release == ROOT:
        return arguments(**given)
    told = subprocess.run(
        [str(release / ".venv" / "bin" / "python"), "-c", _TELL],
        cwd=release,
        input=json.dumps([arguments.__name__, given]),
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise Problem(f"{release} does not say how its servers are run: {told.stderr.strip()}")
    found: list[str] = json.loads(told.stdout)
    return found


def publish_client(built: Path, client_dir: Path) -> None:
    """Put a built client where the proxy looks, beside what pages that are open still ask for.

    The page that names the new files comes last, and at once.
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
    """The servers behind a proxy. One generation takes the place of another, server by server."""

    def __init__(
        self,
        health: UpstreamHealth,
        free_ports: FreePorts,
        *,
        logs: Path,
        inherited_fds: Collection[int],
    ) -> None:
        self._health = health
        self._room = free_ports
        self._logs = logs
        self._holds = inherited_fds
        self._generation = 0
        self._running: dict[str, tuple[ServerSpec, Service]] = {}

    def free_ports(self) -> FreePorts:
        """Return the ports that are free. No more than half of all, so that there will be some."""
        taken = {spec["port"] for spec, _ in self._running.values()}
        api, sockets = (
            [port for port in ports if port not in taken][: len(ports) // 2]
            for ports in (self._room["api"], self._room["sockets"])
        )
        return {"api": api, "sockets": sockets}

    def environment(self) -> Mapping[str, str]:
        """Return the environment of the servers that run."""
        spec, _ = next(iter(self._running.values()))
        return spec["environment"]

    def first_generation(self, specs: Sequence[ServerSpec]) -> list[Service]:
        """Return the services of the first generation."""
        self._running = {spec["name"]: (spec, self._service(spec)) for spec in specs}
        self._update_health()
        return [service for _, service in self._running.values()]

    def replace(
        self, manager: ProcessManager, specs: Sequence[ServerSpec], tell: Callable[[str], None]
    ) -> None:
        """Replace every server that the crew keeps: the new one is ready before the old one goes.

        Raises: Problem when one does not start. It and those after it are then as they were.
        """
        self._generation += 1
        for spec in specs:
            name, service = spec["name"], self._service(spec)
            tell(f"Replacing {name} …")
            manager.start([service])
            old = self._running.get(name)
            self._running[name] = spec, service
            self._update_health(also=old)
            self._retire(manager, old)
        for name in self._running.keys() - {spec["name"] for spec in specs}:
            tell(f"Ending {name} …")
            self._retire(manager, self._running.pop(name))

    def _retire(self, manager: ProcessManager, old: tuple[ServerSpec, Service] | None) -> None:
        """End a server when it is sent nothing new, and the others are."""
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
        )
