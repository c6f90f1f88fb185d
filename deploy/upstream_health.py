"""The health of the proxy's upstreams, decided by the stack.

The proxy knows more upstreams than there are servers, so that a new server can start beside the
old one. It checks the health of all of them here instead of asking the servers themselves. A
server that is about to stop is reported unhealthy first and gets no new requests, and the proxy's
configuration is never reloaded, which would make Caddy drop connections.
"""

import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Longer than two health checks, after which the proxy takes an upstream for unhealthy.
NOTICE_SECONDS = 1.6
_HOST = "127.0.0.1"


class UpstreamHealth:
    """Which upstreams are healthy. The proxy asks at `address`, a host and port."""

    def __init__(self, port: int) -> None:
        self.address = f"{_HOST}:{port}"
        self._ports: frozenset[int] = frozenset()

    def set_healthy(self, ports: Collection[int]) -> None:
        """Report exactly the upstreams on these ports as healthy from now on."""
        self._ports = frozenset(ports)

    def is_healthy(self, upstream: str) -> bool:
        port = upstream.rpartition(":")[2]
        return port.isdecimal() and int(port) in self._ports


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not log broken connections: the proxy asks again, every second."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving_health(port: int) -> Iterator[UpstreamHealth]:
    """Answer the proxy's health checks on a port for the length of the context."""
    health = UpstreamHealth(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(
                200 if health.is_healthy(self.headers.get("X-Upstream", "")) else 503
            )
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Do not log requests."""

    with _Server((_HOST, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield health
        finally:
            server.shutdown()
            thread.join()
