"""Workers of one server count together, and what one has counted outlives it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.environment import clean_environment
from deploy.paths import ROOT

pytestmark = pytest.mark.any_database

# Answers a call that there is not, and tells what is counted for each line that it reads.
WORKER = """
import asyncio, sys
from config.api import application

def ask(path):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    scope |= {"http_version": "1.1", "server": ("localhost", 80), "client": ("127.0.0.1", 1)}
    told = []

    async def send(message):
        told.append(message.get("body", b""))

    async def receive():
        return {"type": "http.request"}

    asyncio.run(application({**scope, "headers": [(b"host", b"localhost")]}, receive, send))
    return b"".join(told).decode()

ask("/api/nope")
for line in sys.stdin:
    print(ask("/metrics") + "# EOF", flush=True)
"""
REFUSED = 'seatcast_refusals_total{code="not_found"}'
END = "# EOF\n"


def test_a_total_has_what_a_dead_worker_counted_and_only_the_living_are_told_of(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as gone:
        pass
    of_a_server_before = tmp_path / "counts" / str(gone.pid)
    of_a_server_before.mkdir(parents=True)
    with _worker(tmp_path) as second:
        with _worker(tmp_path) as first:
            # It may be the first to be ready.
            _tell(second)
            told = _tell(first)
            assert f"{REFUSED} 2.0" in told
            assert _living(told) == {first.pid, second.pid}
        told = _tell(second)
        assert f"{REFUSED} 2.0" in told
        assert _living(told) == {second.pid}
    assert not of_a_server_before.exists()


@contextmanager
def _worker(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a worker for the length of the context, which ends with its sudden death."""
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


def _tell(worker: subprocess.Popen[str]) -> str:
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write("\n")
    worker.stdin.flush()
    told = []
    while (line := worker.stdout.readline()) != END:
        assert line, "The worker has died."
        told.append(line)
    return "".join(told)


def _living(told: str) -> set[int]:
    """Return which processes' memory is told."""
    lines = [line for line in told.splitlines() if line.startswith("process_resident_memory")]
    return {int(line.split('"')[1]) for line in lines}
