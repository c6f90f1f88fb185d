"""The servers of one release, and how they take the place of another's while the site is open.

What a release runs is planned by its own code (`plan_servers`) and carried out by the stack that
is running, whose code may be older.
"""

import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from deploy.address import Address, is_ready
from deploy.keeper import Crew, Service
from deploy.server import daphne_arguments, granian_arguments, housekeeping_arguments
from deploy.services import lasting_ports
from deploy.stack_services import HOST, Proxied, program, tell_proxy
from deploy.stack_settings import StackSettings

# Between the proxy leading elsewhere and the end of a server: what it was just sent has arrived.
_SETTLE_SECONDS = 1.0
_PAGE = "index.html"
_ASSETS = "assets"


class ServerPlan(TypedDict):
    """One server, in a form that can be sent. `takes` says what the proxy leads to its port."""

    name: str
    log: str
    command: list[str]
    folder: str
    environment: dict[str, str]
    takes: str  # "api", "sockets", or nothing
    port: int


def plan_servers(settings: StackSettings, *, environment: Mapping[str, str]) -> list[ServerPlan]:
    """Return the servers of a release with `environment`, each on a port of its own."""
    python = str(settings.release / ".venv" / "bin" / "python")
    ports = lasting_ports(settings.api_workers + settings.sockets)

    def plan(name: str, log: str, command: list[str], takes: str = "", port: int = 0) -> ServerPlan:
        return {
            "name": name,
            "log": log,
            "command": [python, *command],
            "folder": str(settings.release),
            "environment": dict(environment),
            "takes": takes,
            "port": port,
        }

    return [
        *(
            plan(
                f"API server {number}",
                f"api-{number}",
                ["-m", "granian", *granian_arguments(host=HOST, port=port)],
                "api",
                port,
            )
            for number, port in enumerate(ports[: settings.api_workers], start=1)
        ),
        *(
            plan(
                f"socket server {number}",
                f"sockets-{number}",
                ["-m", "daphne", *daphne_arguments(host=HOST, port=port)],
                "sockets",
                port,
            )
            for number, port in enumerate(ports[settings.api_workers :], start=1)
        ),
        plan("housekeeping", "housekeeping", housekeeping_arguments()),
    ]


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

    def __init__(self, proxied: Proxied, *, logs: Path, holds: Collection[int]) -> None:
        self._proxied = proxied
        self._logs = logs
        self._holds = holds
        self._generation = 0
        self._plans: dict[str, ServerPlan] = {}
        self._services: dict[str, Service] = {}

    def first(self, plans: Sequence[ServerPlan]) -> list[Service]:
        """Return the services of the first generation; the proxy is to lead to them."""
        for plan in plans:
            self._plans[plan["name"]] = plan
            self._services[plan["name"]] = self._service(plan)
        self._lead()
        return list(self._services.values())

    def replace(self, crew: Crew, plans: Sequence[ServerPlan], tell: Callable[[str], None]) -> None:
        """Replace every server that the crew keeps: the new one is well before the old one goes.

        Raises: Problem when one does not start. It and those after it are then as they were.
        """
        self._generation += 1
        for plan in plans:
            self._replace_one(crew, plan, tell)
        for name in self._services.keys() - {plan["name"] for plan in plans}:
            tell(f"Ending {name} …")
            service = self._services.pop(name)
            del self._plans[name]
            self._end(crew, service)

    def _replace_one(self, crew: Crew, plan: ServerPlan, tell: Callable[[str], None]) -> None:
        name, service = plan["name"], self._service(plan)
        tell(f"Replacing {name} …")
        crew.start([service])
        old_plan, old = self._plans.get(name), self._services.get(name)
        self._plans[name], self._services[name] = plan, service
        try:
            self._end(crew, old)
        except Exception:
            if old_plan and old:
                self._plans[name], self._services[name] = old_plan, old
            self._lead()
            crew.end([service])
            raise

    def _end(self, crew: Crew, old: Service | None) -> None:
        """Have the proxy lead to what is there now, and end who is not among them."""
        self._lead()
        tell_proxy(self._proxied)
        if old:
            time.sleep(_SETTLE_SECONDS)
            crew.end([old])

    def _lead(self) -> None:
        plans = self._plans.values()
        self._proxied.sockets = [plan["port"] for plan in plans if plan["takes"] == "sockets"]
        self._proxied.api = [plan["port"] for plan in plans if plan["takes"] == "api"]

    def _service(self, plan: ServerPlan) -> Service:
        log = f"{plan['log']}.{self._generation}" if self._generation else plan["log"]
        port = plan["port"]
        return program(
            plan["name"],
            plan["command"],
            lambda: plan["environment"],
            folder=Path(plan["folder"]),
            log_file=self._logs / f"{log}.log",
            holds=self._holds,
            ready=lambda: not port or is_ready(Address(host=HOST, port=port)),
        )
