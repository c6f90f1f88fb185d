"""What clients that do not read cost the API: `python -m benchmarks.slow_readers --readers 160`.

Runs the real stack with a hall of 50,000 seats. Many connections request the list of its seats,
read the first line of the response, and then nothing. Prints the memory of the API workers before,
at its peak, and after the readers have gone, and the response times of another client meanwhile.
"""

import argparse
import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from loadtest.target import TargetSite, own_stack
from tools.process_tree import descendants

_PATIENCE_SECONDS = 60
_SETTLED_SECONDS = 10.0
_LOOK_SECONDS = 0.2
_MB = 1024


def main() -> None:
    options = _parser().parse_args()
    with own_stack() as site:
        sale = json.loads(
            site.manage(
                "-m", "loadtest.fixtures", "--people", "1", "--seats", f"{options.seats}"
            ).stdout
        )
        path = f"/api/events/{sale['event_id']}/seats/"
        _warm_up(site, path)
        before = _memory_kb(site)
        with _watched(site) as seen:
            answers = _left_unread(site, path, readers=options.readers, seconds=options.seconds)
        time.sleep(_SETTLED_SECONDS)
        print(f"answers, by status: {dict(sorted(answers.items()))}")
        print(f"memory of the API's workers before: {before // _MB} MB")
        print(f"at most: {max(seen.memory_kb) // _MB} MB")
        print(f"{_SETTLED_SECONDS:.0f} s after the readers are gone: {_memory_kb(site) // _MB} MB")
        waits = sorted(seen.waits)
        print(f"others waited {waits[len(waits) // 2] * 1000:.0f} ms, at most {waits[-1]:.2f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_readers")
    parser.add_argument("--readers", type=int, default=160, help="how many (%(default)s)")
    parser.add_argument("--seats", type=int, default=50_000, help="how many (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="they stay for (%(default)s)")
    return parser


class _Seen:
    """Measurements while the readers are connected."""

    def __init__(self) -> None:
        self.memory_kb: list[int] = []
        self.waits: list[float] = []


@contextmanager
def _watched(site: TargetSite) -> Iterator[_Seen]:
    seen, is_over = _Seen(), Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            seen.memory_kb.append(_memory_kb(site))
            began = time.monotonic()
            _ask(site, "/api/events/")
            seen.waits.append(time.monotonic() - began)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


def _left_unread(site: TargetSite, path: str, *, readers: int, seconds: float) -> Counter[int]:
    """Have readers ask and not read for some time; return what they were answered."""
    found: Counter[int] = Counter()
    place = urlsplit(site.url)
    with ExitStack() as stack:
        peers = []
        for _ in range(readers):
            peer = stack.enter_context(socket.socket())
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.settimeout(_PATIENCE_SECONDS)
            peer.connect((place.hostname, place.port))
            peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
            peers.append(peer)
        for peer in peers:
            with suppress(OSError, IndexError, ValueError):
                found[int(peer.recv(64).split()[1])] += 1
        time.sleep(seconds)
    return found


def _warm_up(site: TargetSite, path: str) -> None:
    for _ in range(8):
        _ask(site, path)


def _ask(site: TargetSite, path: str) -> None:
    place = urlsplit(site.url)
    peer = http.client.HTTPConnection(place.netloc, timeout=_PATIENCE_SECONDS)
    peer.request("GET", path)
    peer.getresponse().read()
    peer.close()


def _memory_kb(site: TargetSite) -> int:
    """Return what the API's processes hold in memory."""
    total = 0
    for process in descendants(site.pid or 0):
        if "config.api" in process.command or "granian" in process.command:
            with suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                total += int(status.partition("VmRSS:")[2].split()[0])
    return total


if __name__ == "__main__":
    main()
