"""What 10,000 queued webhooks cost clicks: `python -m benchmarks.webhooks`.

Runs the real stack with default settings, a receiver in a process of its own, and people who lock
and unlock seats at a steady rate. In each round their response times are measured while nothing is
queued, and then until a queue of messages is delivered. Prints both beside each other, with the
ratio of the medians over all rounds, and how long the queue took.
"""

import argparse
import asyncio
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from deploy.address import serves
from deploy.ports import free_port
from loadtest.target import TargetSite, target_at
from tools.sites import running_site

_PATIENCE_SECONDS = 60
_PEOPLE = 4


def main() -> None:
    options = _parser().parse_args()
    if options.receive:
        asyncio.run(_receive(options.receive))
        return
    settings = {"SEATCAST_DEMO": "0", "SEATCAST_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    with running_site("deploy.stack", up=serves, settings=settings) as running, _receiver() as port:
        site = target_at(running.address.url)
        sale = json.loads(
            site.manage("-m", "loadtest.fixtures", f"--people={_PEOPLE}", "--seats=500").stdout
        )
        quiet: list[float] = []
        busy: list[float] = []
        for number in range(1, options.rounds + 1):
            until = time.monotonic() + options.seconds
            quiet += (
                before := _click(site, sale, options, lambda end=until: time.monotonic() > end)  # type: ignore[misc]
            )
            site.manage("-m", "benchmarks.webhook_queue", str(port), str(options.messages))
            began, done = time.monotonic(), number * options.messages
            busy += (
                during := _click(site, sale, options, lambda end=done: _received(port) >= end)  # type: ignore[misc]
            )
            seconds = time.monotonic() - began
            print(
                f"round {number}: {options.messages:,} delivered in {seconds:.0f} s;"
                f" clicks {_text(before)} without, {_text(during)} meanwhile;"
                f" load of the machine {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    print(f"without: {_text(quiet)}; meanwhile: {_text(busy)}")
    print(f"ratio of the medians: {median(busy) / median(quiet):.2f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks")
    parser.add_argument("--messages", type=int, default=10_000, help="in a queue (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=40, help="clicks a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="without a queue (%(default)s)")
    parser.add_argument("--receive", type=int, help=argparse.SUPPRESS)
    return parser


def _click(
    site: TargetSite, sale: dict[str, Any], options: argparse.Namespace, is_over: Callable[[], bool]
) -> list[float]:
    """Lock and unlock seats until `is_over`, for five minutes at most, when tokens expire.

    Return the response times in seconds.
    """
    over = False

    def person(number: int) -> list[float]:
        waits = []
        host = urlsplit(site.url).netloc
        with closing(http.client.HTTPConnection(host, timeout=_PATIENCE_SECONDS)) as client:
            tokens = _renewed(client, sale["people"][number])
            headers = {
                "Authorization": f"Bearer {tokens['access']}",
                "Content-Type": "application/json",
            }
            seats = _seats(client, sale["event_id"])
            due, turn = time.monotonic() + number / options.rate, 0
            while not over:
                time.sleep(max(0.0, due - time.monotonic()))
                seat = seats[(number + turn // 2 * _PEOPLE) % len(seats)]
                action = "unlock" if turn % 2 else "lock"
                path = f"/api/events/{sale['event_id']}/seats/{seat}/{action}/"
                began = time.monotonic()
                client.request("POST", path, "{}", headers)
                answer = client.getresponse()
                content = answer.read()
                if answer.status != 200:
                    raise SystemExit(f"{path}: {answer.status} {content[:200]!r}")
                waits.append(time.monotonic() - began)
                # Due by the clock, not by the last response: a slow site gets no rest.
                due, turn = max(due + _PEOPLE / options.rate, began), turn + 1
        return waits

    with ThreadPoolExecutor(_PEOPLE) as pool:
        people = [pool.submit(person, number) for number in range(_PEOPLE)]
        while not is_over() and not any(each.done() for each in people):
            time.sleep(0.2)
        over = True
        return [wait for each in people for wait in each.result()]


def _renewed(client: http.client.HTTPConnection, tokens: dict[str, str]) -> dict[str, str]:
    """Exchange a person's tokens in place."""
    body = json.dumps({"refresh": tokens["refresh"]})
    client.request("POST", "/api/token/refresh/", body, {"Content-Type": "application/json"})
    tokens |= json.loads(client.getresponse().read())
    return tokens


def _seats(client: http.client.HTTPConnection, event_id: int) -> list[int]:
    client.request("GET", f"/api/events/{event_id}/seats/")
    return [seat["id"] for seat in json.loads(client.getresponse().read())]


def _text(waits: list[float]) -> str:
    return f"median {median(waits) * 1000:.1f} ms, p95 {quantiles(waits, n=20)[-1] * 1000:.1f} ms"


@contextmanager
def _receiver() -> Iterator[int]:
    """Run a receiver in a process of its own; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.webhooks", "--receive", str(port)]
    process = subprocess.Popen(command)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _received(port: int) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
        client.request("GET", "/")
        return int(client.getresponse().read())


async def _receive(port: int) -> None:
    """Accept every message, and answer a GET with the number of different ones."""
    ids: set[bytes] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while head := await _head(reader):
                headers = dict(
                    line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line
                )
                await reader.readexactly(int(headers.get(b"content-length", 0)))
                body = b""
                if head.startswith(b"POST"):
                    ids.add(headers[b"webhook-id"])
                else:
                    body = str(len(ids)).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


if __name__ == "__main__":
    main()
