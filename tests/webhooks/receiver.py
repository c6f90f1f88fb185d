"""A receiver of webhooks: an HTTP server in a thread."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """Answers with what `answer` returns for a request: a status, and perhaps headers."""

    port: int
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], tuple[int, dict[str, str]]] = lambda _: (204, {})
    hold: Callable[[Received], None] = lambda _: None
    """Waits, in a thread of the request, until it is to be answered."""

    body: bytes = b"Oh\0!"
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.received]

    @property
    def kinds(self) -> list[str]:
        return [request.message["type"] for request in self.received]

    def answers(self, *statuses: int) -> None:
        """Answer with these statuses in turn; the last one goes on."""
        left = list(statuses)
        self.answer = lambda _: (left.pop(0) if len(left) > 1 else left[0], {})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Print nothing: senders are killed."""


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    """Serve on a port of 127.0.0.1, by default a free one."""
    found: Receiver
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            with lock:
                found.connections += 1

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                # The sender was killed.
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.path, headers, body)
            with lock:
                found.received.append(request)
            found.hold(request)
            with lock:
                status, more = found.answer(request)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            if status != 204 and "Content-Length" not in more:
                self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(found.body)

        def log_message(self, *_: Any) -> None:
            pass

    with _Server(("127.0.0.1", port), Handler) as server:
        found = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
