"""The halls and servers that curves are measured with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from deploy.paths import VENV_BIN
from deploy.server import granian_arguments
from laboratory.programs import HOST, is_answering, run_module, running_program
from laboratory.push.bench import Bench
from laboratory.results import Numbers

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
        found = run_module("laboratory.fixtures", "curves", *map(str, seats), settings=settings)
        halls = {int(size): Hall(**hall) for size, hall in found["halls"].items()}
        # Give PostgreSQL statistics, as it has after the first minutes.
        with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        return cls(settings=settings, halls=halls, tokens=found["tokens"], scale=scale)

    def bench(self, hall: Hall) -> Bench:
        """Return a push benchmark on a hall."""
        return Bench(settings=self.settings, event_id=hall.event)

    def snapshot(self, hall: Hall) -> Numbers:
        """Sell half of a hall; measure its snapshot's size and cost in another process."""
        module, event = "laboratory.curves.snapshots", str(hall.event)
        numbers: Numbers = run_module(module, event, settings=self.settings)
        return numbers

    @contextmanager
    def api(self) -> Iterator[tuple[str, int]]:
        """Run the API servers without a proxy; yield their URL and main process id."""

        def command(port: int) -> list[str]:
            arguments = granian_arguments(host=HOST, port=port, workers=API_WORKERS)
            return [str(VENV_BIN / "granian"), *arguments]

        with running_program("The API", command, self.settings, is_up=is_answering) as (port, pid):
            yield f"http://{HOST}:{port}", pid
