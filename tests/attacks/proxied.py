"""The real proxy in front of a real granian and a real Daphne, which record what arrives."""

import json
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy import stack_services
from deploy.address import Address
from deploy.ports import stable_ports
from deploy.process_manager import managed
from deploy.server import daphne_arguments, granian_arguments
from deploy.stack_services import HOST, ProxyConfig, proxy_service
from tests.servers import running

SLOW_PATH = "/api/me/"
"""The path of requests that may arrive late, and of no others."""

HEADER_SECONDS = 0.5
BODY_SECONDS = 1.0
WRITE_SECONDS = 1.0
ANSWER_SECONDS = 4.0
PATIENCE_SECONDS = 120
_SHORTER = {
    "read_header 10s": f"read_header {HEADER_SECONDS}s",
    "read_body 30s": f"read_body {BODY_SECONDS}s",
    "write_idle 30s": f"write_idle {WRITE_SECONDS}s",
    "write 10m": f"write {ANSWER_SECONDS}s",
}


@dataclass(frozen=True)
class Front:
    """The proxy, and the servers behind it."""

    port: int
    api: int
    sockets: int

    def connect(self) -> socket.socket:
        return socket.create_connection((HOST, self.port), timeout=PATIENCE_SECONDS)

    def say(self, data: bytes) -> bytes:
        """Return everything that the proxy sends until it closes the connection."""
        with self.connect() as peer:
            peer.sendall(data)
            return heard(peer)

    def arrived(self) -> list[dict[str, Any]]:
        """Return the requests that have arrived behind the proxy since the last call."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        found: list[dict[str, Any]] = []
        for port in (self.api, self.sockets):
            with opener.open(f"http://{HOST}:{port}/arrived", timeout=PATIENCE_SECONDS) as answer:
                found += json.load(answer)
        return found

    def large_under_way(self) -> int:
        """Return how many responses of `/api/large/` are still being sent."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"http://{HOST}:{self.api}/under-way"
        with opener.open(url, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.read())


def heard(peer: socket.socket) -> bytes:
    """Return everything that is received until the peer closes the connection."""
    data = b""
    try:
        while some := peer.recv(65_536):
            data += some
    except ConnectionError:
        pass
    return data


def is_hung_up_on(peer: socket.socket, trickle: bytes, *, every: float) -> bool:
    """Send bytes slowly; return whether the peer closes the connection before the last."""
    peer.settimeout(every)
    for byte in trickle:
        try:
            peer.send(bytes([byte]))
            if not peer.recv(65_536):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@contextmanager
def front(folder: Path) -> Iterator[Front]:
    """Run the proxy, with shorter timeouts, and both servers."""
    port, api, sockets = stable_ports(3)
    text = stack_services.CADDYFILE.read_text()
    for long, short in _SHORTER.items():
        assert long in text
        text = text.replace(long, short)
    (folder / "Caddyfile").write_text(text)
    (folder / "client").mkdir()
    (folder / "client" / "index.html").write_text("the page")
    config = ProxyConfig(
        address=Address(host=HOST, port=port),
        sockets=[sockets],
        api=[api],
        client_dir=folder / "client",
        static_dir=folder / "client",
        own_dir=folder / "proxy",
    )
    granian = granian_arguments(host=HOST, port=api)[:-1]
    daphne = daphne_arguments(host=HOST, port=sockets)[:-1]
    commands = {
        "granian": ([*granian, "tests.attacks.recorder:api"], api),
        "daphne": ([*daphne, "tests.attacks.recorder:asgi"], sockets),
    }
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for module, (arguments, at) in commands.items():
            stack.enter_context(running(module, [sys.executable, "-m", module, *arguments], at))
        patch.setattr(stack_services, "CADDYFILE", folder / "Caddyfile")
        stack.enter_context(managed([proxy_service(config, log_file=folder / "proxy.log")]))
        found = Front(port=port, api=api, sockets=sockets)
        found.arrived()
        yield found
