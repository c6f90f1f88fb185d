"""One visit of a buyer: choose, lock, think, then book or release."""

import asyncio
import random
import time

from loadtest.engine.people import Person
from loadtest.engine.run import Run

# Party sizes and their weights.
_PARTIES = (1, 2, 3, 4)
_PARTY_WEIGHTS = (2, 5, 2, 2)
_TRIES = 5
_CHANGES_MIND = 0.08


async def visit(run: Run, due_ns: int) -> None:
    """Let a person buy. The first click's latency counts from `due_ns`."""
    if not run.hall.free:
        return
    async with run.somebody() as person:
        if run.is_over:
            run.too_late += 1
        else:
            await _buy(run, person, due_ns)


def party_of(rng: random.Random) -> int:
    """Return a random party size."""
    return rng.choices(_PARTIES, _PARTY_WEIGHTS)[0]


async def _buy(run: Run, person: Person, due_ns: int | None) -> None:
    rng, think = run.rng, run.options.think
    party = party_of(rng)
    for _ in range(_TRIES):
        wanted = run.hall.choose(rng, party)
        if not wanted or run.is_over:
            return
        is_had = await person.lock(wanted, due_ns=due_ns)
        due_ns = await thought(rng, think)
        if not is_had and person.has_bought_all:
            return
        if not is_had:
            continue
        if rng.random() < _CHANGES_MIND:
            await person.unlock(wanted, due_ns=due_ns)
            due_ns = await thought(rng, think)
            continue
        if not await person.reserve(wanted, payment=run.options.payment, due_ns=due_ns):
            # As when a page is closed: nothing stays locked.
            await person.unlock(wanted)
        return


async def thought(rng: random.Random, mean_seconds: float) -> int:
    """Sleep for a random time; return when the next click is due."""
    seconds = rng.gammavariate(2.0, mean_seconds / 2) if mean_seconds else 0.0
    due_ns = time.monotonic_ns() + round(seconds * 1e9)
    if seconds:
        await asyncio.sleep(seconds)
    return due_ns


async def hold(run: Run, due_ns: int, *, seconds: float, seats: int | None = None) -> None:
    """Lock seats, by default a random party's, and unlock them after `seconds` on average."""
    async with run.somebody() as person:
        if run.is_over:
            run.too_late += 1
            return
        wanted = run.hall.choose(run.rng, seats or party_of(run.rng))
        if wanted and await person.lock(wanted, due_ns=due_ns):
            due_ns = await thought(run.rng, seconds)
            await person.unlock(wanted, due_ns=due_ns)
