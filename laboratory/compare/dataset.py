"""The event that all servers sell: created once, and cleared between servers."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg

from deploy.console import say
from laboratory.programs import own_services, run_module

_CLEARED = [
    """UPDATE reservations_seat SET status = 0, locked_by_id = NULL, locked_until = NULL,
       locked_at = NULL, version = 0 WHERE version > 0""",
    "TRUNCATE reservations_seatchange",
    "UPDATE reservations_event SET change_seq = 0",
    # Remove the dead rows of the server before.
    "VACUUM reservations_seat, reservations_event",
    "CHECKPOINT",
]
# Give PostgreSQL the statistics of a running sale. Without locked seats in them it would read all
# locked seats to find those of one person.
_KNOWN = [
    *(
        f"ALTER TABLE reservations_{table} SET (autovacuum_enabled = false)"
        for table in ("seat", "event", "seatchange")
    ),
    """UPDATE reservations_seat SET status = 1, locked_at = now(), version = 1,
       locked_until = now() + interval '4 hours',
       locked_by_id = %(first_person)s + (id - %(first_seat)s) / 4
       WHERE id < %(first_seat)s + 10000""",
    "VACUUM ANALYZE",
]


@contextmanager
def dataset_on_own_services() -> Iterator["Dataset"]:
    """Make the event in a PostgreSQL of its own, for the length of the context."""
    with own_services() as settings:
        say("Making an event of 50,000 seats …")
        yield Dataset.make({**settings, "SEATCAST_SECRET_KEY": secrets.token_hex(32)})


class UnexpectedState(Exception):
    """The database does not contain what the responses said."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The services, and an event with its seats in order and the tokens of its people.

    `small` is an event of a thousand seats for the same people.
    """

    database_url: str
    redis_url: str
    secret: str
    event: int
    seats: list[int]
    first_person: int
    tokens: list[str]
    small_event: int
    small_seats: list[int]

    @property
    def small(self) -> "Dataset":
        return replace(self, event=self.small_event, seats=self.small_seats)

    @classmethod
    def make(cls, settings: Mapping[str, str]) -> "Dataset":
        """Create the event in an empty database."""
        dataset = cls(
            database_url=settings["DATABASE_URL"],
            redis_url=settings["REDIS_URL"],
            secret=settings["SEATCAST_SECRET_KEY"],
            **run_module("laboratory.fixtures", "compare", settings=settings),
        )
        with psycopg.connect(dataset.database_url, autocommit=True) as connection:
            for statement in _KNOWN:
                connection.execute(
                    statement,
                    {"first_person": dataset.first_person, "first_seat": dataset.seats[0]},
                )
        return dataset

    def clear(self) -> None:
        """Release all seats and delete the change log."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            for statement in _CLEARED:
                connection.execute(statement)

    def locked(self) -> int:
        """Return the number of locked seats."""
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                "SELECT count(*) FROM reservations_seat WHERE event_id = %s AND status = 1",
                [self.event],
            ).fetchone()
        assert found
        return int(found[0])

    def transactions(self) -> int:
        """Return how many transactions wrote the event's log."""
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                """SELECT count(DISTINCT xmin::text) FROM reservations_seatchange
                   WHERE event_id = %s""",
                [self.event],
            ).fetchone()
        assert found
        return int(found[0])

    def require(self, *, locked: int, numbered: bool = True) -> None:
        """Check that exactly `locked` seats are locked, each once in the log.

        With `numbered` the event's sequence number must be the same. Raises: UnexpectedState.
        """
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(
                """WITH log AS (
                     SELECT seat_id FROM reservations_seatchange AS change
                     JOIN reservations_seat AS seat ON seat.id = seat_id
                     WHERE seat.event_id = %(event)s
                   )
                   SELECT (SELECT count(*) FROM reservations_seat
                           WHERE event_id = %(event)s AND status = 1),
                     (SELECT count(*) FROM log),
                     (SELECT count(DISTINCT seat_id) FROM log),
                     (SELECT change_seq FROM reservations_event WHERE id = %(event)s)""",
                {"event": self.event},
            ).fetchone()
        assert found
        if found[:3] != (locked,) * 3 or (numbered and found[3] != locked):
            raise UnexpectedState(
                f"{locked} were answered; seats, log, log's seats, number: {found}"
            )
