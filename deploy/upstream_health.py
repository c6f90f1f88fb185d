"""Telling the proxy which of its servers to send anything to.

The proxy knows more places than there are servers, so that a new one can be started beside the
old. It asks here about each of them, again and again, instead of asking the places themselves: a
server that is to end is sent nothing new for a while before, and nothing has to be loaded anew,
at which Caddy would lose connections.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Longer than the proxy takes to ask twice, which is how often it wants to be told no.
NOTICE_SECONDS = 1.6
_HOST = "127.0.0.1"


class UpstreamHealth:
    """What is told, which may change. `address` is where it is asked for."""

    def __init__(self, port: int) -> None:
        self.address = f"{_HOST}:{port}"
        self._ports: frozenset[int] = frozenset()

    def set_healthy(self, ports: Collection[int]) -> None:
        """From now on, these are the servers."""
        self._ports = frozenset(ports)

    def is_healthy(self, place: str) -> bool:
        port = place.rpartition(":")[2]
        return port.isdecimal() and int(port) in self._ports


@contextmanager
def serving_health(port: int) -> Iterator[UpstreamHealth]:
    """Answer the proxy for the length of the context."""
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
            """Say nothing."""

    with ThreadingHTTPServer((_HOST, port), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield health
        finally:
            server.shutdown()
            thread.join()
