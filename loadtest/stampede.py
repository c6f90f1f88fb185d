"""`python -m loadtest.stampede`: a thousand people click one seat in the same instant.

It starts the real stack (`make stack`: PostgreSQL, Valkey, socket servers, API workers, a proxy)
with data of its own, gives everybody a token, opens a connection for each through the proxy, and
sends all requests but for their last bytes; then the last bytes follow. It tells who got what,
how long it took, and how many transactions PostgreSQL saw meanwhile: all of them, reads included.
The exit status is 0 when exactly one won, all were answered, and the transactions were few.

`DATABASE_URL` and `REDIS_URL` make it use yours: the database gets people and an event, so give
it one of its own.
"""

import argparse
import json
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

import psycopg

from deploy.address import Address, serves
from deploy.paths import VENV_PYTHON
from deploy.processes import clean_environment
from deploy.services import postgres, valkey
from deploy.sites import running_site

MOST_TRANSACTIONS = 60
PATIENCE_SECONDS = 60
# A server process that has nothing to do reports its numbers after ten seconds.
_QUIET_SECONDS = 12.0
_STAGE = """
import json, sys
import django
django.setup()
from datetime import timedelta
from decimal import Decimal
from django.utils import timezone
from accounts import tokens
from accounts.models import User
from reservations.models import Event
from reservations.plans.grid import grid
from reservations.plans.services import EventDetails, create_event
people = User.objects.bulk_create(
    User(username=f"buyer{n}", folded_username=f"buyer{n}") for n in range(int(sys.argv[1]))
)
details = EventDetails(
    name="Stampede", venue="Hall", date=timezone.now() + timedelta(days=1), price=Decimal(50)
)
event = create_event(details=details, plan=grid(rows=20, seats=50, section="Floor"))
seat = event.seats.order_by("pk")[500].pk
json.dump([event.pk, seat, [tokens.pair(person)["access"] for person in people]], sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a stampede. `transactions` also counts those that only read."""

    answers: Counter[str]
    seconds: Sequence[float]
    transactions: int

    @property
    def is_good(self) -> bool:
        """Tell whether one won, all others were told that it is taken, and it was cheap."""
        lost = sum(self.answers.values()) - 1
        expected = {"200 won": 1, "409 seat_unavailable": lost}
        return self.answers == expected and self.transactions < MOST_TRANSACTIONS


def stampede(address: Address, *, event: int, seat: int, tokens: Sequence[str]) -> Outcome:
    """Have everybody click at once; `transactions` are left out."""
    path = f"/api/events/{event}/seats/{seat}/lock/"
    requests = [_request(address, path, token) for token in tokens]
    sockets = [
        socket.create_connection((address.host, address.port), PATIENCE_SECONDS) for _ in requests
    ]
    try:
        for each, request in zip(sockets, requests, strict=True):
            each.sendall(request[:-1])
        started = time.monotonic()
        for each, request in zip(sockets, requests, strict=True):
            each.sendall(request[-1:])
        answers, seconds = Counter[str](), []
        for each in sockets:
            answers[_answer(each)] += 1
            seconds.append(time.monotonic() - started)
    finally:
        for each in sockets:
            each.close()
    return Outcome(answers=answers, seconds=seconds, transactions=0)


def main() -> int:
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.stampede")
    parser.add_argument("--clicks", type=int, default=1_000, help="how many people (%(default)s)")
    clicks = parser.parse_args().clicks
    with postgres() as database_url, valkey() as redis_url:
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEATCAST_SECRET_KEY": secrets.token_hex(32),
            "SEATCAST_DEMO": "0",
        }
        with running_site("deploy.stack", up=serves, settings=settings) as site:
            event, seat, tokens = _stage(clicks, settings)
            with _counted(database_url) as transactions:
                outcome = stampede(site.address, event=event, seat=seat, tokens=tokens)
    outcome = Outcome(
        answers=outcome.answers, seconds=outcome.seconds, transactions=transactions[0]
    )
    for answer, count in sorted(outcome.answers.items()):
        print(f"{count:7,}  {answer}")
    ordered = sorted(outcome.seconds)
    print(f"{outcome.transactions:7,}  transactions in all (wanted: under {MOST_TRANSACTIONS})")
    print(f"{ordered[-1]:7.2f}  s until the last answer was read")
    return 0 if outcome.is_good else 1


def _stage(clicks: int, settings: dict[str, str]) -> tuple[int, int, list[str]]:
    made = subprocess.run(
        [str(VENV_PYTHON), "-c", _STAGE, str(clicks)],
        env=clean_environment(DJANGO_SETTINGS_MODULE="config.settings", **settings),
        stdout=subprocess.PIPE,
        check=True,
    )
    event, seat, tokens = json.loads(made.stdout)
    return event, seat, tokens


@contextmanager
def _counted(database_url: str) -> Iterator[list[int]]:
    """Yield a list that has, after the context, how many transactions the database saw."""
    url = urlsplit(database_url)
    name = url.path.strip("/")
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as outside:
        before = _settled(outside, name)
        counted: list[int] = []
        yield counted
        counted.append(_settled(outside, name) - before)


def _settled(outside: psycopg.Connection, name: str) -> int:
    """Return the count of transactions once it stands still: servers report with a delay."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < _QUIET_SECONDS:
        row = outside.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s", [name]
        ).fetchone()
        assert row is not None
        if row[0] != count:
            count, since = row[0], time.monotonic()
        time.sleep(0.1)
    return count


def _request(address: Address, path: str, token: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {address.host}:{address.port}",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Content-Length: 2",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", "{}"]).encode()


def _answer(connection: socket.socket) -> str:
    response = HTTPResponse(connection, method="POST")
    try:
        response.begin()
        body = json.loads(response.read())
        return f"{response.status} {body.get('code', 'won')}"
    except (OSError, ValueError) as error:
        return f"no answer: {type(error).__name__}"
    finally:
        response.close()


if __name__ == "__main__":
    sys.exit(main())
