"""The end of a run: wait until viewers and API agree, and collect the evidence."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.engine.hall import statuses_of
from loadtest.engine.http import Connection
from loadtest.engine.people import Person
from loadtest.engine.run import Run
from loadtest.engine.viewer_pool import PooledViewer, ViewerPool
from loadtest.verdict import Evidence, Watched

_PATIENCE_SECONDS = 15.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Truth:
    """The seats at a moment when socket and API agree."""

    seq: int
    statuses: bytes


async def evidence(run: Run, *, is_ours: bool) -> Evidence:
    """Collect the evidence for the verdict."""
    run.phase = "asking for what is there now"
    bought = {booking.person for booking in run.history.bookings.values()} | run.history.unsure
    buyers = [person for person in run.people if is_ours or person.name in bought]
    after, watched = await _settled(run)
    return Evidence(
        history=run.history,
        index=run.hall.index,
        before=run.hall.start,
        after=after,
        listed=await _bookings(buyers),
        outcomes=run.measures.outcomes,
        bare_refusals=run.measures.bare_refusals,
        watched=watched,
        is_ours=is_ours,
        more=run.checks,
    )


async def seats(connection: Connection, event_id: int) -> list[dict[str, Any]] | None:
    """Return the seats as the API lists them; None if it fails."""
    answer = await connection.ask("GET", f"/api/events/{event_id}/seats/")
    found = answer.json()
    return found if answer.status == 200 and isinstance(found, list) else None


async def _settled(run: Run) -> tuple[bytes | None, Watched | None]:
    """Wait, for a limited time, until all viewers have what the API has; return their state."""
    latest = time.monotonic() + _PATIENCE_SECONDS
    pool = run.pool
    staying = [viewer for viewer in pool.viewers if not viewer.has_left]
    while True:
        truth = await _truth(run)
        after = truth.statuses if truth else None
        behind = [each for each in staying if truth is None or each.seq < truth.seq]
        sampled = [each for each in staying if each.is_sampled]
        apart = [each for each in sampled if truth is None or each.statuses != truth.statuses]
        if (truth and not behind and not apart) or time.monotonic() > latest:
            break
        await asyncio.sleep(0.25)
    if after is None:
        found = await seats(run.people[0].connection, run.options.event)
        after = bytes(statuses_of(found)) if found else None
    if not pool.viewers and not pool.refused:
        return after, None
    return after, Watched(
        viewers=len(pool.viewers),
        lost=pool.lost_count,
        refused=pool.refused,
        behind=len(behind),
        compared=len(sampled),
        disagreeing=len(apart),
        gaps=pool.gaps,
        gap_count=pool.gap_count,
    )


async def _truth(run: Run) -> _Truth | None:
    """Compare a new socket's snapshot with the API; return None while they differ."""
    pool = run.pool
    newcomer = PooledViewer(
        pool.url, ViewerPool(pool.url, run.hall, pool.measures), is_sampled=True
    )
    try:
        await newcomer.open()
        found = await seats(run.people[0].connection, run.options.event)
    except (OSError, TimeoutError):
        return None
    finally:
        newcomer.leave()
    if found is None:
        return None
    statuses = bytes(statuses_of(found))
    return _Truth(newcomer.seq, statuses) if statuses == newcomer.statuses else None


async def _bookings(people: Sequence[Person]) -> dict[str, list[dict[str, Any]] | None]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(person: Person) -> list[dict[str, Any]] | None:
        async with places:
            answer = await person.bookings()
        found = answer.json()
        return found if answer.status == 200 and isinstance(found, list) else None

    listed = await asyncio.gather(*(ask(person) for person in people))
    return {person.name: found for person, found in zip(people, listed, strict=True)}
