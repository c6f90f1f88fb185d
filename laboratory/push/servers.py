"""The servers under test, started for each measurement and stopped after it."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psycopg
import redis

from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.server import daphne_arguments
from deploy.supervised import supervised
from loadtest.engine.processes import only_child
from loadtest.target import CROWD_SETTINGS
from tools.node import ensure_node

HOST = "127.0.0.1"
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


def bare_send(*, frame_bytes: int, frames_per_second: float) -> Peer:
    """Return a server that sends each viewer frames of a size, one `send` each."""
    return Peer(
        name="bare send",
        speaks="channels",
        command=lambda port: [
            *(sys.executable, "-m", "laboratory.push.peers.send"),
            *(str(port), str(frame_bytes), str(frames_per_second)),
        ],
    )


@contextmanager
def running(peer: Peer, *, event_id: int, **settings: str) -> Iterator[Server]:
    """Run a server for the length of the context. `settings` are DATABASE_URL and the like."""
    port = free_port()
    path = {
        "seatcast": f"/ws/events/{event_id}/",
        "seatcast-stream": f"/ws/events/{event_id}/",
        "channels": "/ws/",
        "socketio": "/socket.io/?EIO=4&transport=websocket",
    }[peer.speaks]
    with supervised(
        {
            "prepare": [],
            "command": peer.command(port),
            "folder": str(ROOT),
            "environment": clean_environment(
                PORT=str(port), **settings, **{**CROWD_SETTINGS, **peer.settings}
            ),
            "user": None,
            "stop_signal": signal.SIGKILL,  # nothing of it is to be kept, and some are overloaded
            "stop_seconds": 10.0,
        },
        name=peer.name,
    ) as process:
        process.wait_until_ready(lambda: _listens(port))
        yield Server(peer=peer, pid=only_child(process.process.pid), port=port, path=path)


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def node_program() -> str:
    return str(ensure_node().bin_dir / "node")


def service_versions(database_url: str, redis_url: str) -> dict[str, str]:
    """Return the versions of the running services."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row
    with redis.Redis.from_url(redis_url) as client:
        answer = client.info("server")
    store = "Valkey" if "valkey_version" in answer else "Redis"
    return {"PostgreSQL": row[0].split()[0], store: answer[f"{store.lower()}_version"]}


def versions() -> dict[str, str]:
    """Return the versions of the software that is compared."""
    names = ("daphne", "channels", "channels_redis", "Django", "uvicorn", "uvloop", "websockets")
    found = {name: version(name) for name in names}
    found["node"] = subprocess.run(
        [node_program(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    for package in ("socket.io", "@socket.io/redis-adapter"):
        installed = SOCKETIO / "node_modules" / package / "package.json"
        found[package] = json.loads(installed.read_text())["version"]
    return found
