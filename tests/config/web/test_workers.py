"""Workers of one server share their metrics, and counters of dead workers are kept."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.environment import clean_environment
from deploy.paths import ROOT

pytestmark = pytest.mark.any_database

# Requests a path that does not exist, and prints its metrics for each line that it reads.
WORKER = """
import asyncio, sys
from config.api import application

def ask(path):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    scope |= {"http_version": "1.1", "server": ("localhost", 80), "client": ("127.0.0.1", 1)}
    body = []

    async def send(message):
        body.append(message.get("body", b""))

    async def receive():
        return {"type": "http.request"}

    asyncio.run(application({**scope, "headers": [(b"host", b"localhost")]}, receive, send))
    return b"".join(body).decode()

ask("/api/nope")
for line in sys.stdin:
    print(ask("/metrics") + "# EOF", flush=True)
"""
REFUSED = 'seatcast_refusals_total{code="not_found"}'
END = "# EOF\n"


def test_totals_include_dead_workers_and_gauges_do_not(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    of_a_server_before = tmp_path / "counts" / str(gone.pid)
    of_a_server_before.mkdir(parents=True)
    with _worker(tmp_path) as second:
        with _worker(tmp_path) as first:
            # It may be the first one that is ready.
            _scrape(second)
            text = _scrape(first)
            assert f"{REFUSED} 2.0" in text
            assert _living(text) == {first.pid, second.pid}
        text = _scrape(second)
        assert f"{REFUSED} 2.0" in text
        assert _living(text) == {second.pid}
    assert not of_a_server_before.exists()


@contextmanager
def _worker(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a worker while the context is open, then kill it."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=clean_environment(SEATCAST_DATA_DIR=str(data_dir)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _scrape(worker: subprocess.Popen[str]) -> str:
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write("\n")
    worker.stdin.flush()
    text = []
    while (line := worker.stdout.readline()) != END:
        assert line, "The worker has died."
        text.append(line)
    return "".join(text)


def _living(text: str) -> set[int]:
    """Return the ids of the processes whose memory is reported."""
    lines = [line for line in text.splitlines() if line.startswith("process_resident_memory")]
    return {int(line.split('"')[1]) for line in lines}
