"""What all of them sell: an event in a database, made once and cleared between servers."""

import json
import subprocess
import sys
from dataclasses import dataclass

import psycopg

from deploy.paths import ROOT
from deploy.processes import clean_environment

_CLEARED = [
    """UPDATE reservations_seat SET status = 0, locked_by_id = NULL, locked_until = NULL,
       locked_at = NULL, version = 0 WHERE version > 0""",
    "TRUNCATE reservations_seatchange",
    "UPDATE reservations_event SET change_seq = 0",
    # Nobody starts among the rows that those before have left.
    "VACUUM ANALYZE reservations_seat",
    "VACUUM ANALYZE reservations_event",
    "CHECKPOINT",
]


class WrongBooks(Exception):
    """The database has something else than was answered."""


@dataclass(frozen=True, kw_only=True)
class House:
    """The services, and the event with its seats in order and tokens of its people."""

    database_url: str
    redis_url: str
    secret: str
    event: int
    seats: list[int]
    tokens: list[str]

    @classmethod
    def make(cls, *, database_url: str, redis_url: str, secret: str, data_dir: str) -> "House":
        """Make the event in a database that has none."""
        made = subprocess.run(
            [sys.executable, "-m", "loadtest.compare.stage"],
            env=clean_environment(
                DATABASE_URL=database_url,
                SEATCAST_SECRET_KEY=secret,
                SEATCAST_DATA_DIR=data_dir,
                DJANGO_SETTINGS_MODULE="config.settings",
            ),
            cwd=ROOT,
            stdout=subprocess.PIPE,  # its errors are shown
            check=True,
        )
        told = json.loads(made.stdout)
        return cls(database_url=database_url, redis_url=redis_url, secret=secret, **told)

    def clear(self) -> None:
        """Let go of all seats, and forget that they were ever had."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            for statement in _CLEARED:
                connection.execute(statement)

    def require(self, *, locked: int) -> None:
        """Raises: WrongBooks unless exactly so many seats are locked, each once in the log."""
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                """SELECT (SELECT count(*) FROM reservations_seat WHERE status = 1),
                     (SELECT count(*) FROM reservations_seatchange),
                     (SELECT count(DISTINCT seat_id) FROM reservations_seatchange),
                     (SELECT change_seq FROM reservations_event WHERE id = %s)""",
                [self.event],
            ).fetchone()
        if found != (locked,) * 4:
            raise WrongBooks(f"{locked} were answered; seats, log, log's seats, number: {found}")
