"""The whole cluster, from the hosts to a site that serves.

Lifecycle: `cluster()` starts everything and ends everything, after Ctrl-C too. After `kill -9` the
supervisors end all processes, and the next lab removes the namespaces. The folder with the data and
the logs stays until then.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.address import Address, serves
from deploy.console import Problem, say
from deploy.private_files import passable_folder
from deploy.process_manager import Service, managed
from deploy.release_tasks import run_release_tasks
from deploy.waiting import wait_until
from laboratory.cluster.engines import Engines, role_of
from laboratory.cluster.hosts import PROXY_PORT, Hosts
from laboratory.cluster.network import Host, network, on, require_programs
from laboratory.cluster.site import Site

_LOCK = Path("/run/seatcast-lab.lock")
# Short, because of PostgreSQL's socket in it. It is kept until the next lab, for the logs in it.
_FOLDER = Path("/tmp/seatcast-lab")
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster. `environment` has the settings of its servers."""

    hosts: Hosts
    environment: dict[str, str]
    logs: Path
    addresses: tuple[Address, ...] = field(default=())

    def primary(self) -> Host:
        """Return the host of the database's primary. Raises: LookupError if there is none."""
        for host in self.hosts.databases:
            if role_of(host) == "primary":
                return host
        raise LookupError("No database accepts writes.")

    def standby(self) -> Host:
        """Return the host of the other database."""
        primary = self.primary()
        return next(host for host in self.hosts.databases if host != primary)

    def is_whole(self) -> bool:
        """Return whether both databases and the site serve."""
        roles = {role_of(host) for host in self.hosts.databases}
        return roles == {"primary", "replica"} and all(map(serves, self.addresses))


@contextmanager
def cluster(
    *, demo: bool, is_synchronous: bool = True, api_routing: str = "by_event"
) -> Iterator[Cluster]:
    """Run the cluster for the length of the context; see `Engines` and `proxy_variables`.

    Raises: Problem.
    """
    require_programs()
    hosts = Hosts()
    with ExitStack() as stack:
        lock = stack.enter_context(_locked())
        stack.enter_context(network(hosts.everything))
        shutil.rmtree(_FOLDER, ignore_errors=True)
        folder = passable_folder(_FOLDER)
        logs = folder / "logs"
        logs.mkdir()
        # The processes of the lab itself are on this host, and reach all others.
        stack.enter_context(on(hosts.crowd))
        engines = Engines(
            hosts=hosts, folder=folder, logs=logs, lock=lock, is_synchronous=is_synchronous
        )
        site = Site(
            hosts=hosts, folder=folder / "site", logs=logs, lock=lock, api_routing=api_routing
        )
        site.folder.mkdir()
        for services in (engines.votes, engines.valkeys, engines.databases):
            _start(stack, services())
        engines.create_database()
        _start(stack, engines.poolers())
        environment = site.environment()
        say("Preparing the database and the static files …")
        run_release_tasks(
            environment, demo=demo, log_file=logs / "preparing.log", inherited_fds=[lock]
        )
        _start(stack, [*site.servers(), *site.proxies()])
        addresses = tuple(Address(host=each.address, port=PROXY_PORT) for each in hosts.proxies)
        found = Cluster(hosts=hosts, environment=environment, logs=logs, addresses=addresses)
        if not wait_until(found.is_whole, seconds=_PATIENCE_SECONDS):
            raise Problem(f"The cluster does not serve; its logs are in {logs}.")
        yield found


def _start(stack: ExitStack, services: list[Service]) -> None:
    say(f"Starting {', '.join(service.name for service in services)} …")
    # Faults fill the logs.
    stack.enter_context(managed([replace(service, shows_log=False) for service in services]))


@contextmanager
def _locked() -> Iterator[int]:
    """Lock this machine's lab; yield the descriptor. Raises: Problem if there is one."""
    with _LOCK.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("A lab is running on this machine, or still ending.") from None
        yield file.fileno()
