"""Start what is measured: servers, services with temporary data, and modules that print JSON."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
import redis

from deploy.address import Address, answers
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.supervised import supervised
from tools.node import ensure_node
from tools.services import postgres, valkey
from tools.steps import run_step

HOST = "127.0.0.1"


@contextmanager
def own_services() -> Iterator[dict[str, str]]:
    """Run PostgreSQL and Valkey with empty data; yield the settings of a server that uses them."""
    with (
        tempfile.TemporaryDirectory(prefix="seatcast-") as data_dir,
        postgres() as database_url,
        valkey() as redis_url,
    ):
        yield {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEATCAST_DATA_DIR": data_dir,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }


@contextmanager
def running_program(
    name: str,
    command: Callable[[int], Sequence[str]],
    settings: Mapping[str, str],
    *,
    is_up: Callable[[int], bool],
) -> Iterator[tuple[int, int]]:
    """Run a server on a free port; yield the port, and the pid above the server's.

    `command` and `is_up` take the port, which the environment has as PORT beside `settings`.
    """
    port = free_port()
    with supervised(
        {
            "prepare": [],
            "command": list(command(port)),
            "folder": str(ROOT),
            "environment": clean_environment(**{"PORT": str(port), **settings}),
            "user": None,
            "stop_signal": signal.SIGKILL,  # nothing of it is to be kept, and some are overloaded
            "stop_seconds": 10.0,
        },
        name=name,
    ) as server:
        server.wait_until_ready(lambda: is_up(port))
        yield port, server.process.pid


def is_answering(port: int) -> bool:
    """Return whether a server answers HTTP on a port of this machine."""
    return answers(Address(host=HOST, port=port))


def run_module(module: str, *arguments: str, settings: Mapping[str, str]) -> Any:
    """Run a module of the laboratory with a site's settings; return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=clean_environment(**settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,  # errors go to the terminal
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def node_program() -> str:
    """Return the path of Node.js."""
    return str(ensure_node().bin_dir / "node")


def install_packages(folder: Path, what: str) -> None:
    """Install the npm packages of a peer's folder, unless they are there."""
    if (folder / "node_modules" / ".package-lock.json").is_file():
        return
    node = ensure_node()
    run_step(
        node.npm_command("ci", "--no-audit", "--no-fund"),
        what=f"Installing {what}",
        cwd=folder,
        environment=node.environment(),
    )


def versions(*packages: str, npm: Path) -> dict[str, str]:
    """Return the versions of Python packages, Node.js, and the npm packages of a folder."""
    found = {name: version(name) for name in packages}
    found["node"] = subprocess.run(
        [node_program(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    named: dict[str, str] = json.loads((npm / "package.json").read_text())["dependencies"]
    return found | named


def service_versions(database_url: str, redis_url: str) -> dict[str, str]:
    """Return the versions of the running services."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row
    with redis.Redis.from_url(redis_url) as client:
        answer = client.info("server")
    store = "Valkey" if "valkey_version" in answer else "Redis"
    return {"PostgreSQL": row[0].split()[0], store: answer[f"{store.lower()}_version"]}
