"""What 10,000 queued webhooks and 10,000 queued mails cost clicks: `python -m benchmarks.webhooks`.

Runs the real stack with default settings, a receiver of webhooks and mail in a process of its own,
and people who lock and unlock seats at a steady rate. Each round has two turns, in changing order:
their response times are measured while nothing is queued, and until both queues are empty. Prints
both beside each other, the median of the rounds' ratios, and how long the queues took. Exits with 1
if clicks are more than a tenth slower.
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
_TURN_SECONDS = 240
_MAX_RATIO = 1.1


def main() -> None:
    options = _parser().parse_args()
    if options.receive:
        asyncio.run(_receive(*options.receive))
        return
    with _receiver() as (port, mail_port):
        settings = {
            "SEATCAST_DEMO": "0",
            "SEATCAST_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }
        with running_site("deploy.stack", up=serves, settings=settings) as running:
            sys.exit(_measure(target_at(running.address.url), options, port))


def _measure(site: TargetSite, options: argparse.Namespace, port: int) -> int:
    """Return the exit status."""
    prepared = site.manage("-m", "loadtest.fixtures", f"--people={_PEOPLE}", "--seats=500")
    sale = json.loads(prepared.stdout)
    ratios: list[float] = []
    for number in range(options.rounds):

        def without() -> list[float]:
            until = time.monotonic() + options.seconds
            return _click(site, sale, options, lambda: time.monotonic() > until)

        def meanwhile(done: int = (number + 1) * options.messages) -> list[float]:
            queue = (str(port), str(options.messages))
            site.manage("-m", "benchmarks.webhook_queue", *queue)
            began = time.monotonic()
            waits: list[float] = []
            while _received(port) < done:
                # Tokens expire after five minutes.
                until = time.monotonic() + _TURN_SECONDS
                waits += _click(
                    site,
                    sale,
                    options,
                    lambda end=until: time.monotonic() > end or _received(port) >= done,  # type: ignore[misc]
                )
            print(f"  {options.messages:,} of each in {time.monotonic() - began:.0f} s", flush=True)
            return waits

        quiet, busy = (without(), meanwhile()) if number % 2 else (meanwhile(), without())[::-1]
        ratios.append(median(busy) / median(quiet))
        print(
            f"round {number + 1}: clicks {_text(quiet)} without, {_text(busy)} meanwhile;"
            f" ratio of the medians {ratios[-1]:.2f}; load of the machine {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    print(f"median of the ratios: {median(ratios):.2f}")
    return int(median(ratios) > _MAX_RATIO)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks")
    parser.add_argument("--messages", type=int, default=10_000, help="in each queue (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=40, help="clicks a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="without a queue (%(default)s)")
    parser.add_argument("--receive", type=int, nargs=2, help=argparse.SUPPRESS)
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
def _receiver() -> Iterator[tuple[int, int]]:
    """Run a receiver in a process of its own; yield its ports for webhooks and for mail."""
    ports = free_port(), free_port()
    command = [sys.executable, "-m", "benchmarks.webhooks", "--receive", *map(str, ports)]
    process = subprocess.Popen(command)
    try:
        yield ports
    finally:
        process.terminate()
        process.wait()


def _received(port: int) -> int:
    """Return how many webhooks or mails have come, whichever are fewer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
        client.request("GET", "/")
        webhooks, mails = json.loads(client.getresponse().read())
    return int(min(webhooks, mails))


async def _receive(port: int, mail_port: int) -> None:
    """Accept every message and mail, and answer a GET with the numbers of different ones."""
    ids: set[bytes] = set()
    addresses: set[bytes] = set()

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
                    body = json.dumps([len(ids), len(addresses)]).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()

    async def take_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            writer.write(b"220 benchmark\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    addresses.add(line.strip())
                if verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    async with (
        await asyncio.start_server(serve, "127.0.0.1", port) as server,
        await asyncio.start_server(take_mail, "127.0.0.1", mail_port),
    ):
        await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


if __name__ == "__main__":
    main()
