"""A payment provider like Stripe that answers late: `python -m laboratory.slow_stripe PORT`.

It knows only payment intents, which wait for a card for ever.
"""

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    seconds = 0.0

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer()

    def _answer(self) -> None:
        time.sleep(self.seconds)
        intent = {"id": "pi_slow", "object": "payment_intent", "client_secret": "pi_slow_secret_x"}
        body = json.dumps({**intent, "status": "requires_payment_method"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Do not log requests."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m laboratory.slow_stripe")
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=2, help="for each answer (%(default)s)")
    options = parser.parse_args()
    _Handler.seconds = options.seconds
    ThreadingHTTPServer(("127.0.0.1", options.port), _Handler).serve_forever()


if __name__ == "__main__":
    main()
