"""The clients that lock seats, and those that watch."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from laboratory.compare.dataset import Dataset
from laboratory.compare.servers import Kind, Server
from loadtest.engine.http import Answer, Connection
from loadtest.engine.viewers import gather

SEATS_EACH = 4
_CATCH_UP_SECONDS = 5.0
_SETTLE_SECONDS = 0.5
_AT_ONCE = 100


class WrongAnswer(Exception):
    """A server gave a wrong response."""


@dataclass(frozen=True)
class Click:
    """A request to lock a seat."""

    seat: int
    token: str

    def path(self, dataset: Dataset) -> str:
        return f"/api/events/{dataset.event}/seats/{self.seat}/lock/"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def clicks(dataset: Dataset, *, start: int, count: int) -> Iterator[Click]:
    """Yield `count` clicks from index `start` on; each person takes four seats."""
    for place in range(start, start + count):
        yield Click(dataset.seats[place], dataset.tokens[place // SEATS_EACH])


async def lock(connection: Connection, dataset: Dataset, click: Click) -> Answer:
    """Lock a free seat. Raises: WrongAnswer if that fails."""
    answer = await connection.ask("POST", click.path(dataset), {}, click.headers)
    seat = answer.json().get("seat", {})
    if answer.status != 200 or (seat.get("id"), seat.get("status")) != (click.seat, "locked"):
        raise WrongAnswer(f"{answer.status} {answer.error} {answer.body[:300]!r}")
    return answer


@dataclass(kw_only=True)
class Sold:
    """The results of busy clients: in total, and within the measured time."""

    seconds: float
    in_all: int = 0
    answer_ms: list[float] = field(default_factory=list)
    cpu_seconds: dict[str, float] = field(default_factory=dict)


async def keep_busy(
    server: Server,
    dataset: Dataset,
    *,
    clients: int,
    warm_up_seconds: float,
    seconds: float,
    cpu_seconds: Callable[[], dict[str, float]],
) -> Sold:
    """Let `clients` lock seat after seat, each in its own slice, without a pause.

    Raises: WrongAnswer.
    """
    # The remaining seats are for other figures.
    slice_seats = len(dataset.seats) // (clients + 1) // SEATS_EACH * SEATS_EACH
    begin_ns = time.monotonic_ns() + int(warm_up_seconds * 1e9)
    end_ns = begin_ns + int(seconds * 1e9)
    sold = Sold(seconds=seconds)

    async def client(number: int) -> None:
        connection = Connection(server.url)
        for click in clicks(dataset, start=number * slice_seats, count=slice_seats):
            if time.monotonic_ns() >= end_ns:
                break
            answer = await lock(connection, dataset, click)
            sold.in_all += 1
            if begin_ns <= answer.at_ns < end_ns:
                sold.answer_ms.append(answer.ms)
        else:
            raise WrongAnswer("The event has too few seats for so fast a server.")
        connection.close()

    async def meter() -> None:
        await asyncio.sleep((begin_ns - time.monotonic_ns()) / 1e9)
        before = cpu_seconds()
        await asyncio.sleep((end_ns - time.monotonic_ns()) / 1e9)
        sold.cpu_seconds = {name: spent - before[name] for name, spent in cpu_seconds().items()}

    async with asyncio.TaskGroup() as group:
        group.create_task(meter())
        for number in range(clients):
            group.create_task(client(number))
    return sold


async def one_by_one(server: Server, dataset: Dataset, *, start: int, count: int) -> list[float]:
    """Lock `count` seats one after the other on one connection; return the milliseconds of each.

    Raises: WrongAnswer.
    """
    connection = Connection(server.url)
    answers = [
        await lock(connection, dataset, click)
        for click in clicks(dataset, start=start, count=count)
    ]
    connection.close()
    return [answer.ms for answer in answers]


@dataclass(frozen=True)
class Rush:
    """Simultaneous clicks on one seat: winners, failures, and response times."""

    winners: int
    failed: int
    answer_ms: list[float]


async def rush(server: Server, dataset: Dataset, *, seat: int, people: int) -> Rush:
    """Let `people` click the same seat at the same instant, each on a connection.

    Raises: WrongAnswer for a response other than 200, 409 or 5xx.
    """
    rushing = [Click(dataset.seats[seat], token) for token in dataset.tokens[:people]]
    connections = [Connection(server.url) for _ in rushing]
    # A few at a time, because the accept queue is not what is measured.
    for start in range(0, people, _AT_ONCE):
        await asyncio.gather(
            *(
                connection.arm("POST", click.path(dataset), {}, click.headers)
                for connection, click in zip(
                    connections[start : start + _AT_ONCE],
                    rushing[start : start + _AT_ONCE],
                    strict=True,
                )
            )
        )
    await asyncio.sleep(_SETTLE_SECONDS)
    started_ns = time.monotonic_ns()
    answers = await asyncio.gather(*[connection.fire() for connection in connections])
    for connection in connections:
        connection.close()
    count_by_status = Counter(answer.status for answer in answers)
    failed = sum(count for status, count in count_by_status.items() if status == 0 or status >= 500)
    if count_by_status[200] + count_by_status[409] + failed != people:
        raise WrongAnswer(f"A rush was answered {dict(count_by_status)}")
    return Rush(
        count_by_status[200], failed, [(answer.at_ns - started_ns) / 1e6 for answer in answers]
    )


@asynccontextmanager
async def watched(
    kind: Kind, server: Server, dataset: Dataset, viewers: int
) -> AsyncIterator["WatchingClients"]:
    """Let `viewers` watch an event for the length of the context."""

    class Listener(kind.viewer):  # type: ignore[misc,name-defined]
        """A viewer that does not parse frames, so that only the server is measured."""

        unheard: list[bytes] | None = None

        def data_received(self, data: bytes) -> None:
            if self.unheard is None:
                super().data_received(data)
            else:
                self.unheard.append(data)

    crowd = await gather(lambda payloads: Listener(server.socket_url(dataset), payloads), viewers)
    for viewer in crowd:
        viewer.unheard = []
    try:
        yield WatchingClients(crowd)
    finally:
        for viewer in crowd:
            viewer.leave()


@dataclass(frozen=True)
class WatchingClients:
    """Connected viewers and the frames they received."""

    viewers: list[Any]

    async def delivered(self, *, changes: int) -> float:
        """Return the share of changes that reached the viewers, after at most five more seconds."""
        deadline = time.monotonic() + _CATCH_UP_SECONDS
        while (part := self._delivered(changes)) < 1 and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        return part

    def _delivered(self, changes: int) -> float:
        heard = 0
        for viewer in self.viewers:
            unheard, viewer.unheard = b"".join(viewer.unheard), None
            if unheard:
                viewer.data_received(unheard)
            viewer.unheard = []
            seats = {change[0] for frame in viewer.frames for change in changes_in(frame.payload)}
            heard += len(seats)
        return heard / (changes * len(self.viewers))


def changes_in(payload: bytes) -> list[Any]:
    """Return the changes in a frame of any of the servers; none if it has no changes."""
    # Socket.IO packs the object into an array after a number.
    start = payload.find(b"{")
    frame = json.loads(payload[start : payload.rfind(b"}") + 1]) if start >= 0 else {}
    return list(frame.get("changes", ()))
