"""The reader of a chaos run records which seats were taken in each list."""

import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deploy.address import Address
from laboratory.chaos.history import History, operations
from laboratory.chaos.readers import NAME, Reader
from laboratory.chaos.shop import AnswerLog, Shop

SEATS = [{"id": 7, "status": "available"}, {"id": 8, "status": "locked"}]


def test_a_list_is_recorded_as_the_seats_that_are_taken(tmp_path: Path) -> None:
    is_over = threading.Event()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['Authorization']}")
            if self.path == "/api/events/":
                is_over.set()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(SEATS if "seats" in self.path else []).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    file = tmp_path / "history.jsonl"
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, file.open("w") as written:
        history = History(written)
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        address = Address(host="127.0.0.1", port=server.server_address[1])
        log, rng = AnswerLog(), random.Random(1)
        try:
            Reader(
                shop=Shop(address, "", log, rng),
                event_id=1,
                rng=rng,
                history=history.of(NAME),
                is_over=is_over,
            ).run()
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/api/events/1/seats/ None", "/api/events/ None"]
    assert log.violations == []
    [recorded] = operations(history)
    assert (recorded.client, recorded.kind, recorded.answer) == (NAME, "seats", {"8": "locked"})
