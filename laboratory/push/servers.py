"""The servers under test, started for each measurement and stopped after it."""

import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.server import daphne_arguments
from laboratory.programs import HOST, node_program, running_program
from loadtest.engine.processes import only_child
from loadtest.target import CROWD_SETTINGS

SOCKETIO = Path(__file__).parent / "peers" / "socketio"
SEATCAST_APPLICATION = "config.asgi:application"


@dataclass(frozen=True, kw_only=True, eq=False)
class Peer:
    """A kind of server. `speaks` is the protocol of its viewers."""

    name: str
    speaks: str  # "seatcast", "seatcast-stream", "channels", "socketio"
    command: Callable[[int], list[str]]
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server. `path` is that of its sockets."""

    peer: Peer
    pid: int
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"ws://{HOST}:{self.port}{self.path}"


def _daphne(application: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        arguments = daphne_arguments(host=HOST, port=port)
        return [sys.executable, "-m", "daphne", *arguments[:-1], application]

    return command


def _uvicorn(application: str, *, loop: str) -> Callable[[int], list[str]]:
    return lambda port: [
        *(sys.executable, "-m", "uvicorn", application, "--host", HOST, "--port", str(port)),
        *("--loop", loop, "--ws", "websockets-sansio", "--lifespan", "off"),
        *("--backlog", "2048", "--log-level", "warning"),
    ]


def _node(_: int) -> list[str]:
    return [node_program(), str(SOCKETIO / "server.js")]


SEATCAST_DAPHNE = Peer(
    name="Seatcast, Daphne", speaks="seatcast", command=_daphne(SEATCAST_APPLICATION)
)
SEATCAST_STREAMS = Peer(
    name="Seatcast, Daphne, event streams",
    speaks="seatcast-stream",
    command=_daphne(SEATCAST_APPLICATION),
)
SEATCAST_UVICORN = Peer(
    name="Seatcast, Uvicorn",
    speaks="seatcast",
    command=_uvicorn(SEATCAST_APPLICATION, loop="uvloop"),
)
_STOCK = "laboratory.push.peers.stock:application"
STOCK_DAPHNE = Peer(name="stock Channels, Daphne", speaks="channels", command=_daphne(_STOCK))
STOCK_UVICORN = Peer(
    name="stock Channels, Uvicorn", speaks="channels", command=_uvicorn(_STOCK, loop="uvloop")
)
SOCKETIO_NODE = Peer(name="Socket.IO, Node", speaks="socketio", command=_node)


def bare_daphne(*, frame_bytes: int) -> Peer:
    """Return a server whose consumer accepts and sends one frame of `frame_bytes`."""
    return Peer(
        name="bare consumer, Daphne",
        speaks="channels",
        command=_daphne("laboratory.push.peers.bare:application"),
        settings={"FRAME_BYTES": str(frame_bytes)},
    )


@contextmanager
def running(peer: Peer, *, event_id: int, settings: Mapping[str, str]) -> Iterator[Server]:
    """Run a server for the length of the context. `settings` are DATABASE_URL and the like."""
    path = {
        "seatcast": f"/ws/events/{event_id}/",
        "seatcast-stream": f"/ws/events/{event_id}/",
        "channels": "/ws/",
        "socketio": "/socket.io/?EIO=4&transport=websocket",
    }[peer.speaks]
    own = {**settings, **CROWD_SETTINGS, **peer.settings}
    with running_program(peer.name, peer.command, own, is_up=_listens) as (port, pid):
        yield Server(peer=peer, pid=only_child(pid), port=port, path=path)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
