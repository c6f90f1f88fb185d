"""The servers that are compared, started for each round and stopped after it."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from deploy.address import Address, serves
from deploy.ports import free_port
from deploy.process_manager import managed
from deploy.stack_services import ProxyConfig, proxy_service
from laboratory.compare.dataset import Dataset
from laboratory.programs import (
    HOST,
    install_packages,
    is_answering,
    node_program,
    running_program,
)
from loadtest.engine.viewers import SocketIoViewer, Viewer
from loadtest.target import CROWD_SETTINGS
from tools.sites import running_site

NODE = Path(__file__).parents[1] / "peers" / "node"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server. `sockets` is the viewers' URL with `{event}`; `pid` is the main process."""

    url: str
    sockets: str
    pid: int

    def socket_url(self, dataset: Dataset) -> str:
        return self.sockets.format(event=dataset.event)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of server, how to run it, and how people watch there.

    `names_index`: its frames have a seat's place in the list, not its id. `is_polled`: there are
    no sockets, and they ask every three seconds.
    """

    name: str
    running: Callable[[Dataset], AbstractContextManager[Server]]
    viewer: type[Viewer] = Viewer
    names_index: bool = False
    is_polled: bool = False


@contextmanager
def seatcast(dataset: Dataset, **more: str) -> Iterator[Server]:
    """Run `make stack`, with `more` settings."""
    settings = {
        "DATABASE_URL": dataset.database_url,
        "REDIS_URL": dataset.redis_url,
        "SEATCAST_SECRET_KEY": dataset.secret,
        "SEATCAST_DEMO": "0",
        **CROWD_SETTINGS,
        **more,
    }
    with running_site("deploy.stack", up=serves, settings=settings) as site:
        place = f"{site.address.host}:{site.address.port}"
        yield Server(
            url=f"http://{place}",
            sockets=f"ws://{place}/ws/events/{{event}}/",
            pid=site.server.process.pid,
        )


@contextmanager
def _node(dataset: Dataset, **settings: str) -> Iterator[Server]:
    command = [node_program(), str(NODE / "server.js")]
    with _program("Node", command, dataset, NODE_ENV="production", **settings) as (place, pid):
        yield Server(
            url=f"http://{place}",
            sockets=f"ws://{place}/socket.io/?EIO=4&transport=websocket&event={{event}}",
            pid=pid,
        )


@contextmanager
def _node_behind_a_proxy(dataset: Dataset) -> Iterator[Server]:
    """Run Node behind Seatcast's proxy."""
    with _node(dataset) as server, tempfile.TemporaryDirectory(prefix="seatcast-") as folder:
        behind = int(server.url.rpartition(":")[2])
        address, place = Address(host=HOST, port=free_port()), Path(folder)
        config = ProxyConfig(
            address=address,
            sockets=[behind],
            api=[behind],
            client_dir=place,
            static_dir=place,
            own_dir=place / "proxy",
        )
        with managed([proxy_service(config, log_file=place / "proxy.log")]):
            yield replace(server, url=f"http://{address.host}:{address.port}")


@contextmanager
def _tutorial(dataset: Dataset) -> Iterator[Server]:
    command = [sys.executable, "-m", "daphne", "--verbosity", "0", "-b", HOST, "-p", "{port}"]
    application = "laboratory.peers.tutorial.asgi:application"
    settings = {"DJANGO_SETTINGS_MODULE": "laboratory.peers.tutorial.settings"}
    with _program("Daphne", [*command, application], dataset, **settings) as (place, pid):
        yield Server(url=f"http://{place}", sockets=f"ws://{place}/ws/events/{{event}}/", pid=pid)


@contextmanager
def _program(
    name: str, command: list[str], dataset: Dataset, **settings: str
) -> Iterator[tuple[str, int]]:
    """Run a server that listens on PORT, which its command has as `{port}`.

    Yield its place, and the pid above its processes.
    """
    own = {
        "DATABASE_URL": dataset.database_url,
        "REDIS_URL": dataset.redis_url,
        "SECRET_KEY": dataset.secret,
        **settings,
    }

    def on(port: int) -> list[str]:
        return [part.format(port=port) for part in command]

    with running_program(name, on, own, is_up=is_answering) as (port, pid):
        yield f"{HOST}:{port}", pid


SEATCAST = Kind(name="Seatcast", running=seatcast, names_index=True)
TUTORIAL = Kind(name="tutorial", running=_tutorial)
NODE_PEER = Kind(name="Node", running=_node, viewer=SocketIoViewer)
NODE_BEHIND_A_PROXY = Kind(name="Node, same proxy", running=_node_behind_a_proxy)
NODE_GROUP_COMMIT = Kind(
    name="Node, group commit", running=partial(_node, GROUP_COMMIT="1"), viewer=SocketIoViewer
)
POLLED = Kind(name="polling", running=_tutorial, is_polled=True)
KINDS = [SEATCAST, NODE_PEER, NODE_GROUP_COMMIT, NODE_BEHIND_A_PROXY, TUTORIAL, POLLED]


def install_node_peer() -> None:
    """Install the packages of the Node peer if needed."""
    install_packages(NODE, "Fastify, pg and Socket.IO")
