"""What 10,000 queued webhooks and 10,000 queued mails cost clicks: `python -m benchmarks.webhooks`.

Runs the real stack with default settings, a receiver of webhooks and mail in a process of its own,
and people who lock and unlock seats at a steady rate. Both queues are filled. Then turns of some
seconds alternate, in pairs of changing order: in one the housekeeping process, which delivers, is
stopped by a signal, in the other it goes on. Prints the response times of each kind of turn, the
median of the pairs' ratios, how fast the queues were emptied, and the CPU time for each message.
Exits with 1 if clicks are more than a tenth slower.
"""

import argparse
import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from deploy.address import serves
from deploy.ports import free_port
from loadtest.engine.processes import cpu_seconds
from loadtest.target import TargetSite, target_at
from tools.process_tree import descendants
from tools.sites import running_site

_PATIENCE_SECONDS = 60
_PEOPLE = 4
# Tokens expire after five minutes.
_TOKEN_SECONDS = 240
_SETTLING_SECONDS = 0.3
_MAX_RATIO = 1.1
# Mail servers and receivers are on other machines.
_RECEIVER_NICENESS = 19


def main() -> None:
    options = _parser().parse_args()
    if options.receive:
        os.nice(_RECEIVER_NICENESS)
        asyncio.run(_receive(*options.receive))
        return
    with _receiver() as (port, mail_port):
        settings = {
            "SEATCAST_DEMO": "0",
            "SEATCAST_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        }
        with running_site("deploy.stack", up=serves, settings=settings) as running:
            worker = _housekeeping(running.server.process.pid)
            sys.exit(_measure(target_at(running.address.url), options, port, worker))


@dataclass
class _Turn:
    """The response times of some seconds, and the numbers of what was received in them."""

    is_delivering: bool
    waits: list[float] = field(default_factory=list)
    webhooks: int = 0
    mails: int = 0


@dataclass(frozen=True)
class _Worker:
    """The housekeeping process."""

    pid: int

    def go_on(self, *, is_delivering: bool) -> None:
        os.kill(self.pid, signal.SIGCONT if is_delivering else signal.SIGSTOP)


def _measure(site: TargetSite, options: argparse.Namespace, port: int, worker: _Worker) -> int:
    """Return the exit status."""
    prepared = site.manage("-m", "loadtest.fixtures", f"--people={_PEOPLE}", "--seats=500")
    sale = json.loads(prepared.stdout)
    worker.go_on(is_delivering=False)
    try:
        site.manage("-m", "benchmarks.webhook_queue", str(port), str(options.messages))
        used = cpu_seconds(worker.pid)
        turns = list(_turns(site, sale, options, port, worker))
        used = cpu_seconds(worker.pid) - used
    finally:
        worker.go_on(is_delivering=True)
    without = [wait for turn in turns if not turn.is_delivering for wait in turn.waits]
    meanwhile = [wait for turn in turns if turn.is_delivering for wait in turn.waits]
    pairs = [
        sorted(pair, key=lambda turn: turn.is_delivering)
        for pair in zip(turns[::2], turns[1::2], strict=False)
    ]
    middle = median(median(busy.waits) / median(idle.waits) for idle, busy in pairs)
    tail = median(_p95(busy.waits) / _p95(idle.waits) for idle, busy in pairs)
    print(f"{len(pairs)} pairs of {options.seconds:g} s, load {os.getloadavg()[0]:.1f}")
    for kind in ("webhooks", "mails"):
        counts = [count for turn in turns if (count := getattr(turn, kind))]
        seconds = options.seconds * len(counts)
        rate = sum(counts) / seconds
        print(f"{sum(counts):,} {kind} in {seconds:.0f} s: {rate:.0f} a second")
    print(f"CPU of their process: {1000 * used / (2 * options.messages):.2f} ms for each message")
    print(f"clicks without: {_text(without)}; meanwhile: {_text(meanwhile)}")
    print(f"median of the pairs' ratios: median {middle:.2f}, p95 {tail:.2f}")
    return int(max(middle, tail) > _MAX_RATIO)


def _turns(
    site: TargetSite,
    sale: dict[str, Any],
    options: argparse.Namespace,
    port: int,
    worker: _Worker,
) -> Iterator[_Turn]:
    """Yield the turns, in pairs, until both queues are empty."""
    current = _Turn(is_delivering=False)
    over = threading.Event()

    def person(number: int) -> None:
        host = urlsplit(site.url).netloc
        with closing(http.client.HTTPConnection(host, timeout=_PATIENCE_SECONDS)) as client:
            seats = _seats(client, sale["event_id"])
            due, count, renewed_at = time.monotonic() + number / options.rate, 0, 0.0
            while not over.is_set():
                if time.monotonic() > renewed_at + _TOKEN_SECONDS:
                    renewed_at, tokens = time.monotonic(), _renewed(client, sale["people"][number])
                    headers = {
                        "Authorization": f"Bearer {tokens['access']}",
                        "Content-Type": "application/json",
                    }
                time.sleep(max(0.0, due - time.monotonic()))
                seat = seats[(number + count // 2 * _PEOPLE) % len(seats)]
                action = "unlock" if count % 2 else "lock"
                path = f"/api/events/{sale['event_id']}/seats/{seat}/{action}/"
                turn, began = current, time.monotonic()
                client.request("POST", path, "{}", headers)
                answer = client.getresponse()
                content = answer.read()
                if answer.status != 200:
                    raise SystemExit(f"{path}: {answer.status} {content[:200]!r}")
                turn.waits.append(time.monotonic() - began)
                # Due by the clock, not by the last response: a slow site gets no rest.
                due, count = max(due + _PEOPLE / options.rate, began), count + 1

    with ThreadPoolExecutor(_PEOPLE) as pool:
        people = [pool.submit(person, number) for number in range(_PEOPLE)]
        try:
            webhooks, mails, number = 0, 0, 0
            while min(webhooks, mails) < options.messages or number % 2:
                # In pairs: without and with, with and without, and so on.
                is_delivering = number % 4 in (1, 2)
                worker.go_on(is_delivering=is_delivering)
                time.sleep(_SETTLING_SECONDS)
                turn = current = _Turn(is_delivering)
                time.sleep(options.seconds - _SETTLING_SECONDS)
                current = _Turn(is_delivering)
                before = webhooks, mails
                webhooks, mails = _received(port)
                turn.webhooks, turn.mails = webhooks - before[0], mails - before[1]
                if any(each.done() for each in people):
                    break
                yield turn
                number += 1
        finally:
            over.set()
        for each in people:
            each.result()


def _housekeeping(site_pid: int) -> _Worker:
    [found] = [
        each.pid
        for each in descendants(site_pid)
        if " housekeeping" in each.command and "supervisor.py" not in each.command
    ]
    return _Worker(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks")
    parser.add_argument("--messages", type=int, default=10_000, help="in each queue (%(default)s)")
    parser.add_argument("--rate", type=float, default=40, help="clicks a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=4, help="of each turn (%(default)s)")
    parser.add_argument("--receive", type=int, nargs=2, help=argparse.SUPPRESS)
    return parser


def _renewed(client: http.client.HTTPConnection, tokens: dict[str, str]) -> dict[str, str]:
    """Exchange a person's tokens in place."""
    body = json.dumps({"refresh": tokens["refresh"]})
    client.request("POST", "/api/token/refresh/", body, {"Content-Type": "application/json"})
    tokens |= json.loads(client.getresponse().read())
    return tokens


def _seats(client: http.client.HTTPConnection, event_id: int) -> list[int]:
    client.request("GET", f"/api/events/{event_id}/seats/")
    return [seat["id"] for seat in json.loads(client.getresponse().read())]


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[-1]


def _text(waits: list[float]) -> str:
    return f"median {median(waits) * 1000:.1f} ms, p95 {_p95(waits) * 1000:.1f} ms"


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


def _received(port: int) -> tuple[int, int]:
    """Return how many different webhooks and mails have come."""
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
        client.request("GET", "/")
        webhooks, mails = json.loads(client.getresponse().read())
    return webhooks, mails


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
