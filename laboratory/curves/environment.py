"""The services, halls and servers that curves are measured with."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from deploy.address import Address, answers
from deploy.environment import clean_environment
from deploy.paths import ROOT, VENV_BIN
from deploy.ports import free_port
from deploy.server import granian_arguments
from deploy.supervised import supervised
from laboratory.push.bench import Bench
from laboratory.push.figures import Numbers

HOST = "127.0.0.1"
API_WORKERS = 2


@dataclass(frozen=True)
class Hall:
    """An event, and its seats in order."""

    event: int
    seats: list[int]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """`halls` are by number of seats. `scale` shrinks the work, to try things out."""

    settings: dict[str, str]
    halls: dict[int, Hall]
    tokens: list[str]
    scale: float = 1.0

    @classmethod
    def make(cls, *, settings: dict[str, str], seats: Sequence[int], scale: float) -> "Environment":
        """Create the halls in an empty database."""
        settings = {**settings, "DJANGO_SETTINGS_MODULE": "config.settings"}
        made = subprocess.run(
            [sys.executable, "-m", "laboratory.fixtures", "curves", *map(str, seats)],
            env=clean_environment(**settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,  # its errors are shown
            check=True,
        )
        found = json.loads(made.stdout)
        halls = {int(size): Hall(**hall) for size, hall in found["halls"].items()}
        # Give PostgreSQL statistics, as it has after the first minutes.
        with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        return cls(settings=settings, halls=halls, tokens=found["tokens"], scale=scale)

    def bench(self, hall: Hall) -> Bench:
        """Return a push benchmark on a hall."""
        return Bench(
            database_url=self.settings["DATABASE_URL"],
            redis_url=self.settings["REDIS_URL"],
            data_dir=self.settings["SEATCAST_DATA_DIR"],
            event_id=hall.event,
        )

    def snapshot(self, hall: Hall) -> Numbers:
        """Sell half of a hall; measure its snapshot's size and cost in another process."""
        found = subprocess.run(
            [sys.executable, "-m", "laboratory.curves.snapshots", str(hall.event)],
            env=clean_environment(**self.settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        numbers: Numbers = json.loads(found.stdout)
        return numbers

    @contextmanager
    def api(self) -> Iterator[tuple[str, int]]:
        """Run the API servers without a proxy; yield their URL and main process id."""
        port = free_port()
        arguments = granian_arguments(host=HOST, port=port, workers=API_WORKERS)
        with supervised(
            {
                "prepare": [],
                "command": [str(VENV_BIN / "granian"), *arguments],
                "folder": str(ROOT),
                "environment": clean_environment(**self.settings),
                "user": None,
                "stop_signal": signal.SIGKILL,  # nothing of it is to be kept
                "stop_seconds": 10.0,
            },
            name="The API",
        ) as server:
            server.wait_until_ready(lambda: answers(Address(host=HOST, port=port)))
            yield f"http://{HOST}:{port}", server.process.pid
